"""Which values are far off the bulk of them. Arrays in, numbers out. Knows arrays only: no runs, no tags, no files."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

Float64Array = npt.NDArray[np.float64]

_SAMPLE_POINTS = 2_000
_SHARES = np.linspace(0, 1, 101)
_QUANTILES = (0.05, 0.95)
_WIDENED = 0.5
_MARGIN = 0.05


def bulk_range(lines: Sequence[Float64Array]) -> tuple[float, float] | None:
    """Return the vertical range that shows the bulk of several lines.

    Args:
        lines: arrays of any lengths; NaN and infinities do not count.

    Returns:
        From half the distance of the 5 % and the 95 % quantile below the one to as much above the other, but not
        beyond the lowest and the highest value, and a margin of 5 %. Each line counts alike, however long, and is
        judged by up to 2,000 evenly chosen values. None where no value is finite.
    """
    finite = [line[np.isfinite(line)] for line in lines]
    finite = [line for line in finite if len(line)]
    if not finite:
        return None
    alike = [np.quantile(line[:: -(-len(line) // _SAMPLE_POINTS)], _SHARES) for line in finite]
    low, high = np.quantile(alike, _QUANTILES).tolist()
    reach = _WIDENED * (high - low)
    low = max(low - reach, min(float(line.min()) for line in finite))
    high = min(high + reach, max(float(line.max()) for line in finite))
    margin = _MARGIN * (high - low or abs(high) or 1.0)
    return low - margin, high + margin


def count_outside(lines: Sequence[Float64Array], low: float, high: float) -> int:
    """Count the finite values of several lines below `low` or above `high`."""
    return sum(int(np.count_nonzero(np.isfinite(line) & ((line < low) | (line > high)))) for line in lines)
