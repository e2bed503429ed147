"""A training that is asked to end: by a file `STOP` in its run folder, made by whoever may write there."""

import os
import stat
import time
from pathlib import Path
from typing import Any

STOP_FILE = "STOP"
LOOK_INTERVAL_S = 2.0
MAX_REASON_CHARS = 2_000


class StopRequest:
    """What the file says.

    Attributes:
        time: when it was made, in seconds since the epoch, by the clock of the file system.
        reason: its text, if it has any.
        seen: the training knows of it, so it cannot be taken back any more.
    """

    def __init__(self, made: float, reason: str) -> None:
        self.time, self.reason, self.seen = made, reason, False

    def as_json(self) -> dict[str, Any]:
        """Return the members of `stop_requested` in the status."""
        return {"time": self.time, "reason": self.reason, "seen": self.seen}


class StopWatch:
    """Looks for the file in one run folder on behalf of one process."""

    def __init__(self) -> None:
        self._request: StopRequest | None = None
        self._ignored: tuple[int, int] | None = None  # the file that was there before this training, by inode and time
        self._looked = float("-inf")

    @property
    def request(self) -> StopRequest | None:
        """What the last look found."""
        return self._request

    def forget(self, folder: Path) -> None:
        """Take away what was asked of an earlier training in `folder`, before the first look.

        Where that cannot be done, ignore it.
        """
        if self._looked > float("-inf"):
            return
        path = folder / STOP_FILE
        try:
            self._ignored = _sign(path.lstat())
            path.unlink()
        except OSError:  # mostly: there is none
            pass

    def look(self, folder: Path) -> None:
        """See whether the file is there; one that went away counts only while the training has not seen it."""
        self._looked = time.monotonic()
        request = self._request
        if request is not None and request.seen:
            return
        path = folder / STOP_FILE
        try:
            found = path.lstat()
        except OSError:
            self._request = None
            return
        if _sign(found) == self._ignored:
            return
        if request is None or request.time != found.st_mtime:
            self._request = StopRequest(found.st_mtime, _text(path) if stat.S_ISREG(found.st_mode) else "")

    def look_now_and_then(self, folder: Path) -> None:
        """Look, unless that was less than LOOK_INTERVAL_S ago: for a process without a thread that does it."""
        if time.monotonic() - self._looked >= LOOK_INTERVAL_S:
            self.look(folder)

    def is_asked(self) -> bool:
        """Tell the training whether it is asked to end; from the first yes on it stays so."""
        request = self._request
        if request is None:
            return False
        request.seen = True
        self._request = request  # a look at this moment may have found the file gone
        return True


def _sign(found: os.stat_result) -> tuple[int, int]:
    return found.st_ino, found.st_mtime_ns


def _text(path: Path) -> str:
    try:
        with path.open(encoding="utf-8", errors="replace") as file:
            return file.read(MAX_REASON_CHARS).strip()
    except OSError:  # only its owner may read it: asked all the same
        return ""
