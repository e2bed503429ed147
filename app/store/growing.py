"""Columns that one thread appends to while others read them, without locks."""

import numpy as np

from app.readers.contract import Columns

_ROW_BYTES = 24
_SPARE = 1.5  # a full buffer grows by half, so n appends copy each record a bounded number of times


class GrowingColumns:
    """Records of one series in buffers with room at the end.

    A snapshot is a view of the first n records. Records behind it are written before the next snapshot is
    published by a single assignment, and those in it are never touched again, so a reader needs no lock and its
    three columns are always of one length.
    """

    def __init__(self, columns: Columns) -> None:
        self._room = columns
        self._snapshot = _first(columns, len(columns))

    @property
    def snapshot(self) -> Columns:
        """All records so far: read-only views, no copy."""
        return self._snapshot

    @property
    def size_bytes(self) -> int:
        """Memory of the buffers, spare room included."""
        return len(self._room) * _ROW_BYTES

    def append(self, more: Columns) -> None:
        """Add records at the end. For one thread at a time."""
        had = len(self._snapshot)
        needed = had + len(more)
        if needed > len(self._room):
            self._room = _with_room(self._snapshot, max(needed, int(needed * _SPARE)))
        self._room.step[had:needed] = more.step
        self._room.wall_time[had:needed] = more.wall_time
        self._room.value[had:needed] = more.value
        self._snapshot = _first(self._room, needed)


def _with_room(columns: Columns, rows: int) -> Columns:
    room = Columns(np.empty(rows, np.int64), np.empty(rows, np.float64), np.empty(rows, np.float64))
    room.step[: len(columns)] = columns.step
    room.wall_time[: len(columns)] = columns.wall_time
    room.value[: len(columns)] = columns.value
    return room


def _first(columns: Columns, rows: int) -> Columns:
    views = Columns(columns.step[:rows], columns.wall_time[:rows], columns.value[:rows])
    for view in (views.step, views.wall_time, views.value):
        view.setflags(write=False)
    return views
