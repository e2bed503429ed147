"""Facts of a tag: made from records, and joined piece by piece without reading records again."""

import math
from collections.abc import Callable

import numpy as np

from app.readers.contract import Columns, TagFacts


def scalar_facts(columns: Columns) -> TagFacts:
    """Sum up records of one scalar tag.

    Args:
        columns: n >= 1 records in order of arrival. NaN and infinities are counted and left out of `first`,
            `min`, `max` and `sum`; `last` is what was logged last, whatever it is.

    Returns:
        Facts of kind "scalar". `min_step` and `max_step` are where the value was reached first.
    """
    if len(columns) == 1:
        return _facts_of_one(int(columns.step[0]), float(columns.wall_time[0]), float(columns.value[0]))
    finite = np.isfinite(columns.value)
    whole = bool(finite.all())
    step, value = (columns.step, columns.value) if whole else (columns.step[finite], columns.value[finite])
    lowest, highest = (int(value.argmin()), int(value.argmax())) if len(value) else (0, 0)
    nan = 0 if whole else int(np.isnan(columns.value).sum())
    with np.errstate(over="ignore"):  # a sum beyond 1.8e308 is infinite, and says so
        total = float(value.sum())
    return TagFacts(
        kind="scalar",
        points=len(columns),
        first_step=int(columns.step[0]),
        last_step=int(columns.step[-1]),
        last_time=_time(float(columns.wall_time[-1])),
        first=float(value[0]) if len(value) else None,
        last=float(columns.value[-1]),
        min=float(value[lowest]) if len(value) else None,
        min_step=int(step[lowest]) if len(value) else None,
        max=float(value[highest]) if len(value) else None,
        max_step=int(step[highest]) if len(value) else None,
        sum=total,
        nan=nan,
        inf=len(columns) - len(value) - nan,
        first_nonfinite_step=None if whole else int(columns.step[np.argmin(finite)]),
    )


def _facts_of_one(step: int, wall_time: float, value: float) -> TagFacts:
    """Return the same as `scalar_facts`, ten times faster: wide rows bring one record each of 100,000 tags."""
    last_time = _time(wall_time)
    if math.isfinite(value):
        return TagFacts("scalar", 1, step, step, last_time, value, value, value, step, value, step, value)
    nan = math.isnan(value)
    return TagFacts(
        "scalar", 1, step, step, last_time, last=value, nan=int(nan), inf=int(not nan), first_nonfinite_step=step
    )


def _time(wall_time: float) -> float | None:
    """Return the time of a record, None where its file gave none."""
    return None if math.isnan(wall_time) else wall_time


def join_facts(earlier: TagFacts | None, later: TagFacts) -> TagFacts:
    """Return the facts of a tag whose records are those of `earlier` and then those of `later`."""
    if earlier is None:
        return later
    low = _chosen(earlier.min, later.min, min)
    high = _chosen(earlier.max, later.max, max)
    return TagFacts(
        kind=later.kind,
        points=earlier.points + later.points,
        first_step=earlier.first_step,
        last_step=later.last_step,
        last_time=later.last_time,
        first=later.first if earlier.first is None else earlier.first,
        last=later.last,
        min=low,
        min_step=earlier.min_step if low == earlier.min else later.min_step,
        max=high,
        max_step=earlier.max_step if high == earlier.max else later.max_step,
        sum=earlier.sum + later.sum,
        nan=earlier.nan + later.nan,
        inf=earlier.inf + later.inf,
        is_step=later.is_step,
        first_nonfinite_step=(
            later.first_nonfinite_step if earlier.first_nonfinite_step is None else earlier.first_nonfinite_step
        ),
    )


def _chosen(one: float | None, other: float | None, better: Callable[[float, float], float]) -> float | None:
    if one is None or other is None:
        return other if one is None else one
    return better(one, other)
