"""Says on standard error that a training waits at its end, and how much is left."""

import time
from types import TracebackType
from typing import Self

from trainer_hooks.terminal import is_terminal, write

AFTER_S = 1.0  # who waits less need not be told
EVERY_S = 0.1
WIDTH = 24  # characters of the bar


class WaitingBar:
    """A bar where a person looks at a terminal; otherwise one line when the waiting gets long, and one at its end."""

    def __init__(self, items: int, size_bytes: int) -> None:
        """Say nothing yet of `items` that wait and keep `size_bytes` in memory."""
        self._items, self._size_bytes = items, size_bytes
        self._began = self._shown = time.monotonic()
        self._said = False

    def __enter__(self) -> Self:
        return self

    def show(self, items: int, size_bytes: int) -> None:
        """Tell how many items are left, and their size."""
        now = time.monotonic()
        if now - self._began < AFTER_S or now - self._shown < EVERY_S:
            return
        self._shown = now
        if is_terminal():
            done = self._items - items
            bar = "#" * (WIDTH * done // max(self._items, 1))
            left = f"{done:,} of {self._items:,} logged items encoded, {size_bytes / 1e6:,.1f} MB left"
            write(f"\rtailboard: [{bar:.<{WIDTH}}] {left}   ")
        elif not self._said:
            write(f"tailboard: {items:,} logged items ({size_bytes / 1e6:,.1f} MB) are being encoded\n")
        self._said = True

    def __exit__(
        self, kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        if not self._said:
            return
        end = "stopped" if kind else "done"
        write(f"{chr(10) if is_terminal() else ''}tailboard: {end} after {time.monotonic() - self._began:.1f} s\n")
