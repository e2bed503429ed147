"""What one number says of a histogram, such as its mean, and many of them as a matrix. Knows arrays only."""

import math
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from app.transforms.histogram import Histogram, sound_histogram

Float64Array = npt.NDArray[np.float64]

COLUMNS = ("num", "mean", "std", "norm", "min", "max", "zeros", "nan", "inf", "estimated")
"""What is known of each histogram, as columns of a table of float64; NaN is what was not recorded. All but `nan` and
`inf` are of the finite values; `estimated` is 1 where mean, std or norm are computed from the buckets."""

_LOGGED = ("min", "max", "num", "sum", "sum_squares", "zeros", "nan", "inf")
_CANCELLED = 1e-9  # a variance below this share of the mean square is what rounding left of the sums


def moments(edges: Any, counts: Any, meta: Mapping[str, Any]) -> tuple[float, ...]:
    """Return the row of `COLUMNS` of one histogram.

    Mean, standard deviation (of the population) and L2 norm come from the sums that were logged. Where there are none,
    or the deviation is lost in rounding beside a large mean, they are estimated as if values lay evenly in the buckets:
    the variance within a bucket of width w is w squared / 12.

    Args:
        edges: n + 1 of them, as they were logged.
        counts: n of them.
        meta: what was logged beside them: `min, max, num, sum, sum_squares, zeros, nan, inf`, as far as it was.
    """
    number = {name: _finite(meta.get(name)) for name in _LOGGED}
    low, high, num, total, squares = (number[name] for name in ("min", "max", "num", "sum", "sum_squares"))
    counted = (number["zeros"], number["nan"], number["inf"])
    if num > 0 and squares >= 0 and total == total:
        mean = total / num
        variance = squares / num - mean * mean
        exact = variance > _CANCELLED * squares / num
        if exact and low == low and high == high:
            return num, mean, math.sqrt(variance), math.sqrt(squares), low, high, *counted, 0.0
        if low == high:
            return num, mean, 0.0, math.sqrt(squares), low, high, *counted, 0.0
    found = sound_histogram(edges, counts, None if low != low else low, None if high != high else high)
    return _estimated(found, num, squares, counted)


def _estimated(found: Histogram, num: float, squares: float, counted: tuple[float, float, float]) -> tuple[float, ...]:
    if not len(found.counts):
        known = 0.0 if num != num or num <= 0 else num
        return known, *(math.nan,) * 5, *counted, 0.0
    with np.errstate(over="ignore", invalid="ignore"):  # squares of edges beyond 1e154: not finite, so not told
        middle = (found.edges[1:] + found.edges[:-1]) / 2
        mean = float(found.counts @ middle) / found.total
        within = np.diff(found.edges) ** 2 / 12
        variance = float(found.counts @ ((middle - mean) ** 2 + within)) / found.total
    norm = math.sqrt(squares) if squares >= 0 else math.sqrt((mean * mean + variance) * found.total)
    return found.total, mean, math.sqrt(variance), norm, found.low, found.high, *counted, 1.0


def _finite(value: Any) -> float:
    """Return a logged number; NaN where it is none or not finite."""
    if isinstance(value, float | int) and math.isfinite(value):
        return float(value)
    return math.nan


def _column(name: str) -> Callable[[Float64Array], Float64Array]:
    place = COLUMNS.index(name)
    return lambda table: table[:, place]


_NUM, _NORM, _LOW, _HIGH, _ZEROS, _NAN, _INF = map(_column, ("num", "norm", "min", "max", "zeros", "nan", "inf"))

STATISTICS: Mapping[str, Callable[[Float64Array], Float64Array]] = {
    "mean": _column("mean"),
    "std": _column("std"),
    "norm": _NORM,
    "rms": lambda table: _NORM(table) / np.sqrt(_NUM(table)),
    "zeros": lambda table: _ZEROS(table) / _NUM(table),
    "nonfinite": lambda table: (_NAN(table) + _INF(table)) / (_NUM(table) + _NAN(table) + _INF(table)),
    "min": _LOW,
    "max": _HIGH,
    "absmax": lambda table: np.maximum(np.abs(_LOW(table)), np.abs(_HIGH(table))),
}
"""By name, from a table of shape (n, columns) to shape (n,): the share of zeros is of the finite values, that of values
that are not finite is of all. NaN where the histogram is empty, or was logged without what is needed."""

ESTIMATED = ("mean", "std", "norm", "rms")
"""The statistics that are estimated from the buckets where the sums do not tell them."""

NEEDED: Mapping[str, str] = {"zeros": "zeros", "nonfinite": "nan"}
"""By statistic, the column without which it was not recorded."""


def statistic(table: Float64Array, name: str) -> Float64Array:
    """Return one of `STATISTICS` of each row, shape (n,); NaN where it is not known."""
    with np.errstate(invalid="ignore", divide="ignore"):
        return STATISTICS[name](table)
