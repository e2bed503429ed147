"""Records of series put side by side on their steps. Arrays in, arrays out."""

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from app.readers.contract import Columns, Float64Array, Int64Array


def within(records: Columns, from_step: int | None, to_step: int | None) -> Columns:
    """Return the records whose step lies between two ends, which belong to it; None is no end."""
    if from_step is None and to_step is None:
        return records
    low, high = np.iinfo(np.int64).min, np.iinfo(np.int64).max
    inside = (records.step >= max(low, from_step if from_step is not None else low)) & (
        records.step <= min(high, to_step if to_step is not None else high)
    )
    return Columns(records.step[inside], records.wall_time[inside], records.value[inside])


def one_per_step(records: Columns) -> Columns:
    """Return the records in order of their step, the last one logged of each.

    Args:
        records: n records in order of arrival; steps may repeat and go back.

    Returns:
        At most n records, steps strictly rising.
    """
    if bool(np.all(records.step[1:] > records.step[:-1])):
        return records
    order = np.argsort(records.step, kind="stable")
    step = records.step[order]
    kept = order[np.append(step[1:] != step[:-1], True)]
    return Columns(records.step[kept], records.wall_time[kept], records.value[kept])


def all_steps(steps: Iterable[Int64Array]) -> Int64Array:
    """Return every step that is in any of the arrays, rising, each once.

    Metrics that are logged together share their steps, so an array equal to one seen before costs a comparison only.
    """
    different: list[Int64Array] = []
    for each in steps:
        if not any(np.array_equal(each, seen) for seen in different):
            different.append(each)
    if len(different) == 1:
        return different[0]
    return np.unique(np.concatenate(different)) if different else np.empty(0, np.int64)


def aligned(records: Columns, step: Int64Array) -> pa.Array:
    """Put the values of a metric on the steps of its run.

    Args:
        records: n records, steps strictly rising.
        step: shape (m,), strictly rising.

    Returns:
        Shape (m,), float64; null at the steps where the metric was not logged, NaN where NaN was. A record
        whose step is not in `step` is left out.
    """
    if np.array_equal(records.step, step):
        return pa.array(records.value)
    found, places = _places(records.step, step)
    values = np.zeros(len(step))
    missing = np.ones(len(step), dtype=bool)
    values[places] = records.value[found]
    missing[places] = False
    return pa.array(values, mask=missing)


def newest_times(series: Iterable[Columns], step: Int64Array) -> Float64Array:
    """Return when the last record at each step was logged.

    Args:
        series: the metrics of a run, each with steps strictly rising.
        step: shape (m,), strictly rising.

    Returns:
        Shape (m,), seconds since the epoch; NaN where no metric says when.
    """
    newest = np.full(len(step), np.nan)
    for records in series:
        found, places = _places(records.step, step)
        newest[places] = np.fmax(newest[places], records.wall_time[found])
    return newest


def _places(wanted: Int64Array, step: Int64Array) -> tuple[npt.NDArray[np.bool_], Int64Array]:
    """Which of the wanted steps are in `step`, and where. A run may have grown since `step` was made."""
    places = np.searchsorted(step, wanted)
    found = places < len(step)
    found[found] = step[places[found]] == wanted[found]
    return found, places[found]
