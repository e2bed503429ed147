"""The points of a line as visdom's clients send it, as records."""

import zlib
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from app.readers.contract import Columns

_MAX_STEP = float(1 << 62)


def records(part: Mapping[str, Any], before: int, time: float) -> Columns:
    """Return the points of a line: x as steps where these are whole numbers, else the points counted from `before`.

    Args:
        part: one trace.
        before: how many points the line has.
        time: when they were sent, in seconds since the epoch; NaN where that is not known.
    """
    x, values = as_list(part.get("x")), as_list(part.get("y"))
    # Visdom writes a NaN as null; where x is one too, it is the empty point that people open a window with.
    there = [place for place, at in enumerate(x[: len(values)]) if at is not None]
    nan = {place for place in there if values[place] is None}
    numbers = [place for place, value in enumerate(values) if type(value) in (int, float) or place in nan]
    steps = [x[place] for place in numbers if place < len(x) and type(x[place]) in (int, float)]
    if len(steps) < len(numbers) or not all(abs(step) < _MAX_STEP and float(step).is_integer() for step in steps):
        steps = [before + place for place in range(len(numbers))]
    value = np.array([values[place] for place in numbers], np.float64)
    return Columns(np.array(steps, np.int64), np.full(len(steps), time), value)


def sign(columns: Columns, before: int = 0) -> int:
    """Return a checksum of records; that of more records continues that of the first ones."""
    rows = np.empty((len(columns), 2), np.float64)
    rows[:, 0], rows[:, 1] = columns.step, columns.value
    return zlib.crc32(rows.tobytes(), before)


def cut(columns: Columns, begin: int, end: int | None = None) -> Columns:
    """Return the records from one place up to another."""
    return Columns(columns.step[begin:end], columns.wall_time[begin:end], columns.value[begin:end])


def as_list(value: object) -> Sequence[Any]:
    """Return a list as it is, and nothing of anything else."""
    return value if isinstance(value, list) else []
