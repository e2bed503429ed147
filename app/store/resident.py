"""The series held in memory, under a bound: the least recently viewed go first."""

from collections import OrderedDict
from collections.abc import Hashable
from threading import Lock
from typing import NamedTuple

from app.readers.contract import Columns, Overlap
from app.store.growing import GrowingColumns


class SeriesKey(NamedTuple):
    """Which series: `run` is anything that stands for one opened run."""

    run: Hashable
    tag: str
    overlap: Overlap


class ResidentSeries:
    """Series by key, at most `max_bytes` of them. For any number of threads.

    Appending to one series is for one thread at a time. A series that was dropped lives on in the snapshots
    that were taken of it.
    """

    def __init__(self, max_bytes: int) -> None:
        self._max_bytes = max_bytes
        self._held: OrderedDict[SeriesKey, GrowingColumns] = OrderedDict()
        self._bytes = 0
        self._lock = Lock()

    @property
    def size_bytes(self) -> int:
        """Memory of all columns held."""
        return self._bytes

    def view(self, key: SeriesKey) -> Columns | None:
        """Return the records of one series, which now is the last to go; None where it is not held."""
        with self._lock:
            held = self._held.get(key)
            if held is None:
                return None
            self._held.move_to_end(key)
            return held.snapshot

    def put(self, key: SeriesKey, columns: Columns, viewed: bool) -> None:
        """Hold a series from now on; one that was not asked for (`viewed` False) is the first to go."""
        grown = GrowingColumns(columns)
        with self._lock:
            self._remove(key)
            self._held[key] = grown
            self._held.move_to_end(key, last=viewed)
            self._bytes += grown.size_bytes
            self._shrink()

    def append(self, key: SeriesKey, more: Columns) -> None:
        """Add records to a series where it is held."""
        with self._lock:
            held = self._held.get(key)
            if held is None:
                return
            before = held.size_bytes
            held.append(more)
            self._bytes += held.size_bytes - before
            self._shrink()

    def drop(self, key: SeriesKey) -> None:
        """Let go of one series."""
        with self._lock:
            self._remove(key)

    def drop_run(self, run: Hashable) -> None:
        """Let go of all series of one run."""
        with self._lock:
            for key in [key for key in self._held if key.run == run]:
                self._remove(key)

    def _remove(self, key: SeriesKey) -> None:
        if (held := self._held.pop(key, None)) is not None:
            self._bytes -= held.size_bytes

    def _shrink(self) -> None:
        while self._bytes > self._max_bytes and self._held:
            self._remove(next(iter(self._held)))
