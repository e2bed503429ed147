"""A server under measurement: a process of its own, with everything that it starts."""

import os
import socket
import subprocess
import tempfile
import threading
import time
import urllib.request
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from types import TracebackType
from typing import Self

import psutil

PATIENCE_S = 300.0
_SAMPLE_S = 0.02


class ServerProcess:
    """Runs a command from `with` to its end, and watches its memory meanwhile.

    Args:
        words: the command line.
        environ: environment variables beside those of this process.

    Attributes:
        started: when it began, by time.perf_counter().
    """

    def __init__(self, words: Sequence[str], environ: Mapping[str, str] | None = None) -> None:
        self._words, self._environ = words, {**os.environ, **(environ or {})}
        self._files = ExitStack()
        self._ended = threading.Event()
        self._peak_bytes = 0

    def __enter__(self) -> Self:
        self._errors = self._files.enter_context(tempfile.TemporaryFile())
        self.started = time.perf_counter()
        self._process = subprocess.Popen(self._words, env=self._environ, stdout=subprocess.DEVNULL, stderr=self._errors)
        self._root = psutil.Process(self._process.pid)
        self._sampler = threading.Thread(target=self._sample, daemon=True)
        self._sampler.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ended.set()
        self._sampler.join()
        family = self._family()
        for process in family:
            process.terminate()
        for process in psutil.wait_procs(family, timeout=10)[1]:
            process.kill()
        self._process.wait()
        self._files.close()

    @property
    def rss_bytes(self) -> int:
        """Resident memory now, of all its processes together."""
        return sum(process.memory_info().rss for process in self._family())

    @property
    def peak_bytes(self) -> int:
        """Highest resident memory seen so far, of all its processes together."""
        return max(self._peak_bytes, self.rss_bytes)

    @property
    def cpu_s(self) -> float:
        """Processor time so far, user and system, of all its processes together."""
        return sum(sum(process.cpu_times()[:4]) for process in self._family())

    @property
    def age_s(self) -> float:
        """Seconds since it was started."""
        return time.perf_counter() - self.started

    def wait_for(self, question: Callable[[], bool]) -> float:
        """Ask until the answer is yes; return how long after the start that was, in seconds.

        It pauses as long as the last answer took, so that asking takes at most half of the server's time.

        Raises:
            TimeoutError: no yes within PATIENCE_S.
            RuntimeError: the process ended.
        """
        while self.age_s < PATIENCE_S:
            asked = time.perf_counter()
            if _answered(question):
                return self.age_s
            if self._process.poll() is not None:
                self._errors.seek(0)
                raise RuntimeError(f"{' '.join(self._words)} ended:\n{self._errors.read().decode()[-2000:]}")
            time.sleep(max(0.01, time.perf_counter() - asked))
        raise TimeoutError(f"{' '.join(self._words)} gave no complete answer within {PATIENCE_S:g} s")

    def _family(self) -> list[psutil.Process]:
        try:
            return [self._root, *self._root.children(recursive=True)]
        except psutil.NoSuchProcess:
            return []

    def _sample(self) -> None:
        while not self._ended.wait(_SAMPLE_S):
            try:
                self._peak_bytes = max(self._peak_bytes, self.rss_bytes)
            except psutil.NoSuchProcess:
                continue


def free_port() -> int:
    """Return a port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def fetch(url: str, body: bytes | None = None, content_type: str = "application/json") -> bytes:
    """GET, or POST where there is a body; return the answer. Raises OSError, for a status of 400 and up, too."""
    request = urllib.request.Request(url, body, {"Content-Type": content_type} if body is not None else {})
    with urllib.request.urlopen(request, timeout=PATIENCE_S) as answer:
        content: bytes = answer.read()
    return content


def _answered(question: Callable[[], bool]) -> bool:
    try:
        return question()
    except OSError:
        return False
