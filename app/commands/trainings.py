"""Runs training processes beside the app: a queue, a few at a time, all ended when the app ends."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Self

NICENESS = 10  # the app and the person's own work go first
LOOK_EVERY_S = 0.2
GRACE_S = 4.0  # for all together to write their ends after Ctrl-C, before SIGKILL


@dataclass(frozen=True, slots=True)
class Training:
    """One training process.

    Attributes:
        name: of its run.
        command: program and arguments.
        output: file that takes what it prints.
    """

    name: str
    command: Sequence[str]
    output: Path


class Trainings:
    """Starts trainings in order, at most `at_once` at a time, from entering the context until leaving it.

    Each process leads a process group of its own, so that Ctrl-C in the terminal reaches the app alone, and the app
    ends the whole group.
    """

    def __init__(self, waiting: Sequence[Training], at_once: int, environ: Mapping[str, str]) -> None:
        self._waiting = list(waiting)
        self._at_once = at_once
        self._environ = dict(environ)
        self._running: dict[subprocess.Popen[bytes], Training] = {}
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._work, name="trainings")

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def _work(self) -> None:
        try:
            while (self._waiting or self._running) and not self._stop.wait(LOOK_EVERY_S):
                self._reap()
                while self._waiting and len(self._running) < self._at_once:
                    self._start(self._waiting.pop(0))
            if not self._stop.is_set():
                print("All trainings have ended; the app goes on until Ctrl-C.", flush=True)
        finally:
            end(list(self._running))

    def _start(self, training: Training) -> None:
        training.output.parent.mkdir(parents=True, exist_ok=True)
        with training.output.open("wb") as output:
            process = subprocess.Popen(
                training.command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env=self._environ,
                start_new_session=True,
            )
        self._running[process] = training
        os.setpriority(os.PRIO_PGRP, process.pid, NICENESS)
        print(f"training {training.name}", flush=True)

    def _reap(self) -> None:
        for process in [process for process in self._running if process.poll() is not None]:
            training = self._running.pop(process)
            if process.returncode:
                print(f"ended    {training.name}: {last_line(training.output)}", file=sys.stderr, flush=True)
            else:
                print(f"finished {training.name}", flush=True)


def end(processes: Sequence[subprocess.Popen[bytes]]) -> None:
    """End process groups: as Ctrl-C would, so that they can say so in their runs, then by force."""
    for process in processes:
        _signal_group(process, signal.SIGINT)
    deadline = time.monotonic() + GRACE_S
    for process in processes:
        with suppress(subprocess.TimeoutExpired):
            process.wait(max(0.0, deadline - time.monotonic()))
        _signal_group(process, signal.SIGKILL)
        process.wait()


def _signal_group(process: subprocess.Popen[bytes], number: signal.Signals) -> None:
    with suppress(ProcessLookupError):
        os.killpg(process.pid, number)


def last_line(output: Path) -> str:
    """The last words of a process that failed: an exception's own line. The file has the rest."""
    lines = output.read_text(errors="replace").split("\n")
    words = next((line for line in reversed(lines) if line.strip()), "ended without a word")
    return f"{words.strip()} (see {output})"
