"""Bins of histograms: where their edges lie, and how many values fall into each."""

import math
import sys
from typing import TYPE_CHECKING, Any, TypeAlias

from trainer_hooks.arrays import to_array

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Array: TypeAlias = npt.NDArray[np.float64]
    Counts: TypeAlias = npt.NDArray[np.int64]
else:
    Array = Counts = Any

MAX_BINS = 10_000
MAX_RULE_BINS = 1_000  # a rule asks for millions where one value lies far away
RULES = ("auto", "fd", "sturges", "scott", "rice", "doane", "sqrt")
LARGEST_FLOAT = sys.float_info.max
GROWING = "tensorflow"
GROWTH, SMALLEST, LARGEST = 1.1, 1e-12, 1e20  # of its edges, as TensorFlow's and PyTorch's summaries have them


def edges_of(values: Array, bins: Any, *, integers: bool) -> tuple[Array, Counts]:
    """Place the edges of bins over values, and count.

    Args:
        values: shape (m,), finite.
        bins: as `Run.log_histogram` takes them.
        integers: the values were integers, so no rule makes bins narrower than 1.

    Returns:
        Edges of shape (n + 1,), finite and ascending, and counts of shape (n,), which sum up to m. Empty where
        there is no value and the edges were not given.

    Raises:
        TypeError, ValueError: `bins` is none of these.
    """
    import numpy as np

    if isinstance(bins, str) and bins not in (GROWING, *RULES):
        raise ValueError(f"bins are a number, edges, or one of {', '.join((GROWING, *RULES))}; got {bins!r}")
    if isinstance(bins, str) or np.ndim(bins) == 0:
        number = bins if isinstance(bins, str) else _number(bins)
        if not values.size:
            return np.empty(0), np.empty(0, np.int64)
        if number == GROWING:
            return _between(values, _growing_edges(), trim=True)
        return _even(values, _by_rule(values, number, integers=integers) if isinstance(number, str) else number)
    edges = to_array(bins).astype(np.float64).reshape(-1)
    if not 2 <= len(edges) <= MAX_BINS + 1 or not np.isfinite(edges).all() or not (edges[1:] > edges[:-1]).all():
        raise ValueError(f"expected 2 to {MAX_BINS + 1:,} finite edges in ascending order, got {len(edges):,}")
    return _between(values, edges)


def _number(bins: Any) -> int:
    number = int(bins)
    if number != bins or not 1 <= number <= MAX_BINS:
        raise ValueError(f"expected 1 to {MAX_BINS:,} bins, got {bins!r}")
    return number


def _even(values: Array, number: int) -> tuple[Array, Counts]:
    """Count in `number` bins of one width; in fewer where floats between the limits do not suffice."""
    import numpy as np

    low, high = float(values.min()), float(values.max())
    if low == high:
        half = max(0.5, abs(low) * 1e-3)
        low, high = max(low - half, -LARGEST_FLOAT), min(high + half, LARGEST_FLOAT)
    edges = np.unique(np.linspace(low / 2, high / 2, number + 1) * 2)  # halves: the distance may be no float
    edges[0], edges[-1] = low, high
    scale = number / (high - low)
    if len(edges) <= number or not math.isfinite(scale) or not math.isfinite(high - low):
        return _between(values, edges)
    places = ((values - low) * scale).astype(np.intp)
    return edges, np.bincount(np.minimum(places, number - 1), minlength=number).astype(np.int64)


def _between(values: Array, edges: Array, *, trim: bool = False) -> tuple[Array, Counts]:
    """Count between edges, with a further bin at either end for what lies beyond; `trim` drops empty ends."""
    import numpy as np

    if values.size:
        below = [values.min()] if values.min() < edges[0] else []
        above = [values.max()] if values.max() > edges[-1] else []
        edges = np.concatenate((below, edges, above))
    counts = np.histogram(values, edges)[0].astype(np.int64)
    filled = np.flatnonzero(counts)
    if trim and filled.size:
        first, last = int(filled[0]), int(filled[-1])
        return edges[first : last + 2], counts[first : last + 1]
    return edges, counts


def _growing_edges() -> Array:
    import numpy as np

    number = math.ceil(math.log(LARGEST / SMALLEST) / math.log(GROWTH))
    positive = SMALLEST * GROWTH ** np.arange(number)
    return np.concatenate((-positive[::-1], [0.0], positive))


def _by_rule(values: Array, rule: str, *, integers: bool) -> int:
    """Return how many bins a rule asks for, between 1 and MAX_RULE_BINS.

    Formulas: numpy.histogram_bin_edges; `auto` is the narrower of `fd` and `sturges`. Numpy itself makes the edges
    at once, of which there may be billions.
    """
    import numpy as np

    span = float(values.max() / 2 - values.min() / 2) * 2
    with np.errstate(all="ignore"):
        width = _width(values, rule, span)
    width = max(width, 1.0) if integers else width
    bins = span / width if width > 0 else 1.0
    return max(1, min(math.ceil(bins), MAX_RULE_BINS)) if math.isfinite(bins) else 1


def _width(values: Array, rule: str, span: float) -> float:
    """Return the width of a bin by a rule; 0 where the values do not tell."""
    import numpy as np

    count = values.size
    if rule == "sqrt":
        return span / math.sqrt(count)
    if rule == "rice":
        return float(span / (2 * count ** (1 / 3)))
    if rule == "scott":
        return float((24 * math.sqrt(math.pi) / count) ** (1 / 3) * values.std())
    if rule == "sturges":
        return span / (math.log2(count) + 1)
    if rule == "doane":
        return _doane_width(values, span)
    low, high = np.percentile(values, [25, 75])
    by_quartiles = float(2 * (high - low) / count ** (1 / 3))
    by_count = span / (math.log2(count) + 1)
    return by_quartiles if rule == "fd" else min(by_quartiles or by_count, by_count)


def _doane_width(values: Array, span: float) -> float:
    """Sturges' width, narrower for skewed values."""
    import numpy as np

    count, deviation = values.size, values.std()
    if count < 3 or not deviation > 0:
        return 0.0
    skew = abs(float(np.mean(((values - values.mean()) / deviation) ** 3)))
    skew_deviation = math.sqrt(6 * (count - 2) / ((count + 1) * (count + 3)))
    return float(span / (1 + math.log2(count) + math.log2(1 + skew / skew_deviation)))
