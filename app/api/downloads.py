"""How far the downloads in progress are, for the browser that asked for them.

A browser makes up a ticket, sends it with the download and asks for its progress under the same ticket. Nothing
depends on it: it is forgotten when newer downloads come, and a server that never heard of a ticket says so.
"""

import threading
from collections import OrderedDict
from dataclasses import dataclass, replace
from typing import Literal

MAX_TICKETS = 256


@dataclass(frozen=True, slots=True)
class Progress:
    """How far one download is.

    Attributes:
        state: "running", "done", "failed" (the message says why), or "stopped" half-way, mostly by the browser.
        done: share of the work, in [0, 1].
        rows, size_bytes: handed to the network so far.
    """

    state: Literal["running", "done", "failed", "stopped"] = "running"
    done: float = 0.0
    rows: int = 0
    size_bytes: int = 0
    message: str = ""


class Downloads:
    """The newest downloads by ticket; safe to use from several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._progress: OrderedDict[str, Progress] = OrderedDict()

    def begin(self, ticket: str) -> None:
        """Make a ticket known. Forgets the oldest where there are too many."""
        with self._lock:
            self._progress[ticket] = Progress()
            self._progress.move_to_end(ticket)
            while len(self._progress) > MAX_TICKETS:
                self._progress.popitem(last=False)

    def add(self, ticket: str, rows: int, size_bytes: int, done: float) -> None:
        """Count what was handed on."""
        with self._lock:
            if (seen := self._progress.get(ticket)) is not None:
                self._progress[ticket] = replace(
                    seen, rows=seen.rows + rows, size_bytes=seen.size_bytes + size_bytes, done=done
                )

    def end(self, ticket: str, state: Literal["done", "failed", "stopped"], message: str = "") -> None:
        """Say how it ended; the first to say so is believed."""
        with self._lock:
            if (seen := self._progress.get(ticket)) is not None and seen.state == "running":
                done = 1.0 if state == "done" else seen.done
                self._progress[ticket] = replace(seen, state=state, done=done, message=message)

    def progress(self, ticket: str) -> Progress | None:
        """Return how far a download is; None where the ticket is not known."""
        with self._lock:
            return self._progress.get(ticket)
