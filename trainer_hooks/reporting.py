"""What a run says of itself beside what is logged: how far it is, the machine's load, what it was started from."""

import threading
import time
from collections.abc import Callable
from pathlib import Path

from trainer_hooks.background import start_thread
from trainer_hooks.folder import RunFolder
from trainer_hooks.forking import no_fork
from trainer_hooks.load import LoadSampler
from trainer_hooks.notices import Notices
from trainer_hooks.status import Status
from trainer_hooks.stopping import StopWatch
from trainer_hooks.values import RefusedError, to_finite


class Reporting:
    """The part of a run that reports on it, with each heartbeat."""

    _stop: StopWatch
    _folder: RunFolder
    _notices: Notices
    _lock: threading.RLock
    _append: Callable[[bytes], None]
    _encode: Callable[..., bytes]
    _next_step: int
    _last_log: float | None
    _progress: tuple[float, float] | None
    _refused: int
    _late: int
    _is_first: bool
    _load: LoadSampler | None
    _capture: threading.Thread | None

    @property
    def stop_requested(self) -> bool:
        """Whether somebody asked this training to end, with a file `STOP` in the run folder.

        It costs nothing to read: a thread looks for the file every 2 s, in each process of the run by itself. Once it
        was true it stays so, while a request that was taken back before that is as if it had never been.
        """
        if not self._is_first:  # a forked child has no such thread before it logs
            self._stop.look_now_and_then(self._folder.path)
        if not self._stop.is_asked():
            return False
        request = self._stop.request
        reason = f": {request.reason}" if request and request.reason else ""
        self._notices.once("stop", f"{self._folder.path} is asked to stop{reason}")
        return True

    def progress(self, done: float, total: float) -> None:
        """Say how far the training is, in any unit, for example epochs: shown as a share and used for the time left."""
        try:
            self._progress = to_finite(done), to_finite(total)
        except RefusedError as error:
            self._notices.once("progress", f"progress is ignored: expected two numbers, got {error}")

    def _report(self, status: Status) -> None:
        """Called by the background thread at each heartbeat: bring its status up to date, log the machine's load."""
        if self._folder.owner and self._is_first and self._capture is None:
            self._stop.forget(self._folder.path)
            self._load = LoadSampler()
            self._capture = start_thread(self._capture_facts, "tailboard-facts", self._notices)
        if self._last_log is not None:
            status.last_step, status.last_log = self._next_step - 1, self._last_log
            self._log_load(status.last_step)
        status.progress = self._progress
        self._stop.look(self._folder.path)
        status.stop = self._stop.request
        for reason, count in (("refused", self._refused), ("after finish", self._late)):
            if count:
                status.dropped[reason] = count

    def _capture_facts(self) -> None:
        """Find out what takes time."""
        with no_fork():
            from trainer_hooks import capture  # 20 ms that `import trainer_hooks` need not wait for

            environment = {**self._folder.facts.get("environment", {}), **capture.environment()}
        self._folder.add_facts({"environment": environment, "git": capture.git(Path(environment.get("cwd") or "."))})

    def _log_load(self, step: int) -> None:
        """Log the machine's load, unless a log() hangs in a write: the thread that calls this must not hang too."""
        load = self._load.sample() if self._load else {}
        if load and self._lock.acquire(timeout=0.1):
            try:
                self._append(self._encode(step, time.time(), load))
            finally:
                self._lock.release()
