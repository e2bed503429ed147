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
from trainer_hooks.values import RefusedError, to_finite

STOP_FILE = "STOP"  # in a run folder: whoever makes it asks the training to end


class Reporting:
    """The part of a run that reports on it, with each heartbeat."""

    _stop_requested = False
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
        """Whether somebody asked this training to end, with a file `STOP` in the run folder; looked for every 2 s."""
        return self._stop_requested

    def progress(self, done: float, total: float) -> None:
        """Say how far the training is, in any unit, for example epochs: shown as a share and used for the time left."""
        try:
            self._progress = to_finite(done), to_finite(total)
        except RefusedError as error:
            self._notices.once("progress", f"progress is ignored: expected two numbers, got {error}")

    def _report(self, status: Status) -> None:
        """Called by the background thread at each heartbeat: bring its status up to date, log the machine's load."""
        if self._folder.owner and self._is_first and self._capture is None:
            self._load = LoadSampler()
            self._capture = start_thread(self._capture_facts, "tailboard-facts", self._notices)
        if self._last_log is not None:
            status.last_step, status.last_log = self._next_step - 1, self._last_log
            self._log_load(status.last_step)
        status.progress = self._progress
        self._stop_requested = self._stop_requested or (self._folder.path / STOP_FILE).exists()
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
