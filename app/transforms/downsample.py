"""Which points of a long line to draw. Arrays in, indices out. Knows arrays only: no runs, no tags, no files.

The lowest and the highest value of every pixel column are kept, so that the drawn line covers the same pixels as the
whole one.
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

Float64Array = npt.NDArray[np.float64]
IndexArray = npt.NDArray[np.intp]

_LONG_COLUMN = 1_000  # points a column from which one call for each column is faster than whole-array operations


def downsample(
    x: Float64Array,
    lines: Sequence[Float64Array],
    columns: int,
    log_x: bool = False,
    view: tuple[float, float] | None = None,
) -> IndexArray:
    """Pick the points to draw of one or several lines over the same x.

    Args:
        x: shape (n,), finite, and above 0 with `log_x`. Where it never goes back, columns are equally wide in x, or in
            log x; elsewhere they hold equally many points.
        lines: arrays of shape (n,), at least one. NaN and infinities cannot be drawn; every line has them at the same
            places.
        columns: how many pixel columns, at least 1.
        log_x: the x axis is logarithmic.
        view: lowest and highest x that the columns lie between; None for the first and last x.

    Returns:
        Rising indices: the first and the last point, in each column the lowest and the highest finite value of each
        line, and the first that is not finite, which breaks the line. All n where that is not more.
    """
    count = len(x)
    if count <= 2 * columns * len(lines):
        return np.arange(count)
    starts = column_starts(x, columns, log_x, view)
    finite = np.isfinite(lines[0])
    ends = np.array([0, count - 1])
    if finite.all():
        return np.unique(np.concatenate([ends, *(_extremes(line, starts) for line in lines)]))
    drawn, breaks = np.flatnonzero(finite), np.flatnonzero(~finite)
    _, first = np.unique(np.searchsorted(starts, breaks, side="right"), return_index=True)
    among_drawn = np.searchsorted(drawn, starts)
    extremes = [drawn[_extremes(line[finite], among_drawn)] for line in lines]
    return np.unique(np.concatenate([ends, breaks[first], *extremes]))


def column_starts(
    x: Float64Array, columns: int, log_x: bool = False, view: tuple[float, float] | None = None
) -> IndexArray:
    """Cut a line into pixel columns, see `downsample`.

    Returns:
        Shape (m,), rising from 0: the index of the first point of each column, those before and beyond the view being
        columns too. A column that starts where the next one does is empty. Where x never goes back, column k of the
        view begins at x, or log x, of first + k / columns * (last - first); that edge belongs to it.
    """
    if not (x[1:] >= x[:-1]).all():
        return -(np.arange(columns) * -len(x) // columns)
    share = np.arange(columns) / columns
    ends = x[[0, -1]] if view is None else np.clip(view, x[0], x[-1])
    first, last = (np.log(ends) if log_x else ends).tolist()
    edges = (1 - share) * first + share * last  # unlike first + share * (last - first) this cannot overflow
    starts = np.searchsorted(x, np.exp(edges) if log_x else edges)
    beyond = np.searchsorted(x, ends[1], side="right")
    rising = np.maximum.accumulate(starts)  # between x that differ in their last bits alone, rounding swaps edges
    return np.concatenate([[0], np.minimum(rising, beyond), [beyond]])


def _extremes(line: Float64Array, starts: IndexArray) -> IndexArray:
    """Return where the lowest and the highest value of each column are, the first of equal ones.

    0.7 ms for one line of a million values, 0.1 ms for 10,000. tsdownsample needs less, but ends in a panic, which no
    `except` of a request catches, where all x are equal, where there is one column, or where rounding makes two edges
    meet.
    """
    starts = np.unique(starts[starts < len(line)])  # columns without a point are none
    if not len(line):
        return starts
    if len(line) >= _LONG_COLUMN * len(starts):
        columns = np.split(line, starts[1:])
        return np.concatenate([starts + [c.argmin() for c in columns], starts + [c.argmax() for c in columns]])
    counts = np.diff(starts, append=len(line))
    hits = [
        np.flatnonzero(line == np.repeat(ufunc.reduceat(line, starts), counts)) for ufunc in (np.minimum, np.maximum)
    ]
    return np.concatenate([hit[np.searchsorted(hit, starts)] for hit in hits])
