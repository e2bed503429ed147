"""Histograms as tools log them: made sound, put on a common grid, and their quantiles. Knows arrays only."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from app.transforms.numbers import TOO_MANY, number_of, numbers_of

Float64Array = npt.NDArray[np.float64]

LEVELS = (0.0, 0.05, 0.25, 0.5, 0.75, 0.95, 1.0)
"""The quantiles that are drawn over steps; the first is the smallest value, the last the largest."""

_BEYOND = 1e300  # an edge at least so far out stands for "all the rest": writers put the largest float there
_FLAT = 1e-12  # a range narrower than this share of its values is one value


@dataclass(frozen=True, slots=True)
class Histogram:
    """How many values lay in which bucket; of none, all is empty and NaN.

    Attributes:
        edges: shape (n + 1,), finite and never falling. Between two equal ones lies a single value.
        counts: shape (n,), finite, at least 0; the first and the last are above 0.
        low: the smallest value, exact where the log says so, else the first edge.
        high: the largest value, likewise.
    """

    edges: Float64Array
    counts: Float64Array
    low: float
    high: float

    @property
    def total(self) -> float:
        """How many values were counted."""
        return float(self.counts.sum())


_NOTHING = Histogram(np.empty(0), np.empty(0), np.nan, np.nan)


def sound_histogram(edges: Any, counts: Any, low: Any = None, high: Any = None) -> Histogram:
    """Return a histogram that can be computed with, whatever was logged.

    Args:
        edges: n + 1 of them. NaN takes the edge before it; those at infinity or the largest float go to `low` and
            `high`, or to the outermost finite edge.
        counts: n of them; what is no number above 0, or more than can be counted, counts nothing.
        low: the smallest value where the log says so.
        high: the largest, likewise.

    Returns:
        The histogram without empty buckets at both ends; the empty one where nothing fits together.
    """
    limits, filled = numbers_of(edges), numbers_of(counts)
    filled = np.where((filled < TOO_MANY) & (filled > 0), filled, 0.0)
    finite = limits[np.abs(limits) < _BEYOND]  # never true of NaN
    if len(limits) != len(filled) + 1 or not filled.any() or not len(finite):
        return _NOTHING
    known = [value for value in map(number_of, (low, high)) if abs(value) < _BEYOND]
    first, last = known if len(known) == 2 and known[0] <= known[1] else (float(finite.min()), float(finite.max()))
    limits = np.fmax.accumulate(np.clip(limits, first, last))
    limits[np.isnan(limits)] = first
    inside = np.flatnonzero(filled)
    begin, end = int(inside[0]), int(inside[-1]) + 1
    limits = limits[begin : end + 1]
    smallest, largest = (first, last) if len(known) == 2 else (float(limits[0]), float(limits[-1]))
    return Histogram(limits, filled[begin:end], smallest, largest)


def common_grid(histograms: Sequence[Histogram], buckets: int) -> Float64Array:
    """Return the edges of buckets of one width that all these histograms fit into.

    Returns:
        Shape (buckets + 1,), rising. Around a single value the grid is made wider, so that it has a width.
    """
    filled = [one for one in histograms if len(one.counts)]
    first = min((float(one.edges[0]) for one in filled), default=0.0)
    last = max((float(one.edges[-1]) for one in filled), default=1.0)
    size = max(abs(first), abs(last))
    if last - first <= max(_FLAT * size, 1 / _BEYOND):
        half = size / 10 if size > 1 / _BEYOND else 0.5
        first, last = first - half, last + half
    return np.linspace(first, last, buckets + 1)


def rebin(histogram: Histogram, grid: Float64Array) -> Float64Array:
    """Count anew in other buckets, as if values lay evenly in the old ones.

    Args:
        histogram: what was counted.
        grid: shape (m + 1,), rising; covers the histogram.

    Returns:
        Shape (m,), with the same total.
    """
    if not len(histogram.counts):
        return np.zeros(len(grid) - 1)
    below = _counted_below(histogram)
    at_grid = np.interp(grid, histogram.edges, below)
    at_grid[0], at_grid[-1] = 0.0, below[-1]
    return np.maximum(np.diff(at_grid), 0.0)


def quantiles(histogram: Histogram, levels: Sequence[float] = LEVELS) -> Float64Array:
    """Return the values below which these shares of all lie, as if values lay evenly in their buckets.

    Args:
        histogram: what was counted.
        levels: rising, in [0, 1]; 0 gives the smallest value and 1 the largest.

    Returns:
        Shape of `levels`, never falling; NaN of an empty histogram.
    """
    shares = np.array(levels, np.float64)
    if not len(histogram.counts):
        return np.full(len(shares), np.nan)
    below = _counted_below(histogram)
    found = np.interp(shares * below[-1], below, histogram.edges)
    found[shares == 0] = histogram.low
    found[shares == 1] = histogram.high
    return np.maximum.accumulate(np.clip(found, histogram.low, histogram.high))


def _counted_below(histogram: Histogram) -> Float64Array:
    """Return how many values lie below each edge, shape (n + 1,)."""
    return np.concatenate([[0.0], np.cumsum(histogram.counts)])
