"""Averages that are drawn over a noisy series. Knows arrays only: no runs, no tags, no files.

Every kind works on the finite values alone, as if the others had not been logged: NaN and the infinities stay
where they were and neither enter, reset nor decay an average. scipy.signal is imported where it is used: that takes
0.4 s and 65 MB, and the kind that is drawn at first does without.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import accumulate

import numpy as np
import numpy.typing as npt

Float64Array = npt.NDArray[np.float64]

VIEWPORT_SCALE = 1000.0
"""Width of a whole line in units of one decay step, for "time_weighted": on 1,000 evenly spaced points it is the plain
average with the same weight, and on more points it covers the same share of the picture. Weights & Biases, whose
formula it is, does not publish its number."""

_DECAY_PER_BLOCK = 1e-30
_SMALLER = 2.0**-700
_LEAST_POWER = 1e-90
_WIDEST_ROW, _CACHED_NUMBERS = 4_096, 65_536
_DIRECT_PRODUCTS = 20_000_000
_GAUSSIAN_REACH = 4.0
_POLYNOMIAL_ORDER = 2
_SMALLEST_SAVGOL_WINDOW = 5


@dataclass(frozen=True, slots=True)
class Average:
    """One kind of smoothing.

    Attributes:
        compute: (finite values, their x, amount) -> averages, all of shape (n,), n at least 1.
        low: least amount.
        below: the amount must be less than this.
        unit: what the amount counts.
    """

    compute: Callable[[Float64Array, Float64Array, float], Float64Array]
    low: float
    below: float
    unit: str


def smooth(kind: str, values: Float64Array, x: Float64Array, amount: float) -> Float64Array:
    """Smooth a series.

    Args:
        kind: a key of `AVERAGES`.
        values: shape (n,), in order of arrival; NaN and infinities may be among them.
        x: shape (n,), where the values are drawn; only "time_weighted" looks at it. To and from a NaN or an
            infinity is no distance.
        amount: weight, window or standard deviation, see `AVERAGES`.

    Returns:
        Shape (n,), the average at each finite value, and the others as they were.

    Raises:
        ValueError: there is no such kind, or the amount is out of its range.
    """
    check_amount(kind, amount)
    finite = np.isfinite(values)
    if not finite.any():
        return values
    if finite.all():
        return _without_overflow(AVERAGES[kind], values, x, amount)
    smoothed = values.copy()
    smoothed[finite] = _without_overflow(AVERAGES[kind], values[finite], x[finite], amount)
    return smoothed


def _without_overflow(average: Average, values: Float64Array, x: Float64Array, amount: float) -> Float64Array:
    """Compute an average; of values that on the way grow beyond what a float holds, as the average of smaller ones."""
    with np.errstate(over="ignore", invalid="ignore"):
        smoothed = average.compute(values, x, amount)
    if np.isfinite(smoothed).all():
        return smoothed
    return average.compute(values * _SMALLER, x, amount) / _SMALLER


def check_amount(kind: str, amount: float) -> None:
    """Raise ValueError where there is no such kind of smoothing, or the amount is out of its range."""
    if kind not in AVERAGES:
        raise ValueError(f"there is no smoothing {kind!r}; there are {', '.join(AVERAGES)}")
    average = AVERAGES[kind]
    if not average.low <= amount < average.below:
        raise ValueError(
            f"the {average.unit} of smoothing {kind!r} is from {average.low:g} to below {average.below:g}, "
            f"not {amount:g}"
        )


def continue_ema(values: Float64Array, weight: float, last: float, count: int) -> Float64Array:
    """Go on with a debiased exponential average where it was left, at a cost of the new values alone.

    Args:
        values: shape (n,), the new values, a few; NaN and infinities may be among them. A plain loop: for three values,
            as a live update brings them, numpy takes ten times as long.
        weight: as in the average so far.
        last: the last finite average so far; whatever it is where `count` is 0.
        count: finite values that are in the average so far.

    Returns:
        Shape (n,), what `smooth("ema", ...)` of all values would end with, to within rounding.
    """
    biased = last * (1 - weight**count) if count else 0.0
    smoothed = values.tolist()
    for place, value in enumerate(smoothed):
        if math.isfinite(value):
            count += 1
            biased = weight * biased + (1 - weight) * value
            smoothed[place] = biased / (1 - weight**count)
    return np.array(smoothed, np.float64)


def _ema(values: Float64Array, _x: Float64Array, weight: float) -> Float64Array:
    """TensorBoard's average: m_i = w m_(i-1) + (1 - w) y_i from m_0 = 0, shown as m_i / (1 - w^i).

    A series of equal values is returned as it is. Formula: `classicSmoothing` in TensorBoard's
    line_chart_v2/data_transformer.ts.
    """
    if weight == 0 or (values[0] == values[-1] and (values == values[0]).all()):
        return values
    running = _decayed(values, weight)
    biased = min(len(running), math.ceil(-38 / math.log(weight)))  # then 1 - w^i is 1 to the last bit
    running[:biased] /= 1 - weight ** np.arange(1, biased + 1)
    return running


def _decayed(values: Float64Array, weight: float) -> Float64Array:
    """Compute m_i = w m_(i-1) + (1 - w) y_i from m_0 = 0. Shape (n,) -> (n,).

    Taken in rows as wide as w^-k stays small: the k-th of a row is (1 - w) w^k cumsum(y_j w^-j) and w^(k+1) of the
    average before it. So many rows at a time as stay in the processor's cache: 4 ms a million, as fast as
    `scipy.signal.lfilter`, whose import would be most of the first chart's time.
    """
    width = max(1, min(len(values), _WIDEST_ROW, int(math.log(_LEAST_POWER) / math.log(weight))))
    powers = weight ** np.arange(width)
    decay, size = weight**width, width * max(1, _CACHED_NUMBERS // width)
    running, before = np.empty(len(values)), 0.0
    for begin in range(0, len(values), size):
        some = values[begin : begin + size]
        rows = np.append(some, np.zeros(-len(some) % width)).reshape(-1, width)
        rows /= powers
        np.cumsum(rows, axis=1, out=rows)
        rows *= (1 - weight) * powers
        *befores, before = accumulate(rows[:, -1].tolist(), lambda kept, end: end + decay * kept, initial=before)
        rows += np.multiply.outer(befores, weight * powers)
        running[begin : begin + size] = rows.ravel()[: len(some)]
    return running


def _time_weighted(values: Float64Array, x: Float64Array, amount: float) -> Float64Array:
    """Weights & Biases' time-weighted average: older values count less by their distance in x, not by their number.

    With w = min(sqrt(amount), 0.999) and d_i = (x_i - x_(i-1)) / (range of x) * VIEWPORT_SCALE, steps back in x
    counting as none: L_i = w^d_i L_(i-1) + y_i and D_i = w^d_i D_(i-1) + 1, shown as L_i / D_i.

    With X = cumsum(d) that is L_i = w^X_i cumsum(y_j w^-X_j), which overflows over a long X; so it is taken in blocks,
    each short enough that no power leaves 1e30.
    """
    weight = min(float(np.sqrt(amount)), 0.999)
    if weight == 0:
        return values
    decay = -np.log(weight) * _travel(x)
    block = np.floor(decay / -np.log(_DECAY_PER_BLOCK))
    starts = np.flatnonzero(np.diff(block, prepend=-1))
    ends = np.append(starts[1:], len(values))
    smoothed = np.empty_like(values)
    total, count = 0.0, 0.0
    for start, end in zip(starts.tolist(), ends.tolist(), strict=True):
        kept = np.exp(decay[start - 1] - decay[start]) if start else 0.0
        growth = np.exp(decay[start:end] - decay[start])
        totals = np.cumsum(values[start:end] * growth) + total * kept
        counts = np.cumsum(growth) + count * kept
        smoothed[start:end] = totals / counts
        total, count = float(totals[-1] / growth[-1]), float(counts[-1] / growth[-1])
    return smoothed


def _travel(x: Float64Array) -> Float64Array:
    """How far along the line each point lies, in [0, VIEWPORT_SCALE] where x never goes back. Shape (n,)."""
    finite = np.isfinite(x)
    known = x[finite]
    width = float(known.max() - known.min()) if len(known) else 0.0
    if not 0 < width < np.inf:
        return np.zeros(len(x))
    place = np.where(finite, x, np.nan)  # the distance between two infinities is not defined
    distance = np.diff(place, prepend=place[0]) / width * VIEWPORT_SCALE
    return np.cumsum(np.fmax(distance, 0.0))


def _running(values: Float64Array, _x: Float64Array, window: float) -> Float64Array:
    """Mean of the values up to window // 2 before and after each; the window is cut off at the ends of the series."""
    half = min(int(window) // 2, len(values) - 1)
    before = np.minimum(np.arange(len(values)), half)
    means: Float64Array = _window_sums(np.pad(values, half), 2 * half + 1) / (before + before[::-1] + 1)
    return means


def _window_sums(values: Float64Array, window: int) -> Float64Array:
    """Sum each run of `window` neighbours. Shape (n,) -> (n - window + 1,).

    The series is laid out in rows as wide as the window; a window is the end of one row and the beginning of the next.
    Nothing is subtracted, so that a value of 1e30 leaves no trace once it is out of the window.
    """
    count = len(values) - window + 1
    rows = np.append(values, np.zeros(-len(values) % window)).reshape(-1, window)
    heads = np.cumsum(rows, axis=1)
    tails = np.cumsum(rows[:, ::-1], axis=1)[:, ::-1]
    sums = tails.ravel()[:count].copy()
    crossing = np.arange(count) % window != 0
    sums[crossing] += heads.ravel()[window - 1 : window - 1 + count][crossing]
    return sums


def _gaussian(values: Float64Array, _x: Float64Array, sd: float) -> Float64Array:
    """Mean weighted by exp(-k^2 / 2 sd^2) of the k-th neighbour, up to 4 sd away, renormalised at the ends."""
    reach = min(int(_GAUSSIAN_REACH * sd + 0.5), len(values) - 1)
    if reach == 0:
        return values
    kernel = np.exp(-0.5 * (np.arange(-reach, reach + 1) / sd) ** 2)
    weights = np.append(0.0, np.cumsum(kernel))
    before = np.minimum(np.arange(len(values)), reach)
    inside = weights[reach + 1 + before[::-1]] - weights[reach - before]
    means: Float64Array = _convolve(np.pad(values, reach), kernel) / inside
    return means


def _savgol(values: Float64Array, _x: Float64Array, window: float) -> Float64Array:
    """Savitzky and Golay's filter: the middle of a parabola fitted to each odd window of at least 5 values.

    The ends are read off the parabola through the first and the last window. Series shorter than 5 stay as they are.
    """
    from scipy import signal

    width = min(max(int(window) | 1, _SMALLEST_SAVGOL_WINDOW), len(values) - 1 | 1)
    if width < _SMALLEST_SAVGOL_WINDOW:
        return values
    half = width // 2
    smoothed = np.empty_like(values)
    kernel = np.asarray(signal.savgol_coeffs(width, _POLYNOMIAL_ORDER), np.float64)
    smoothed[half : len(values) - half] = _convolve(values, kernel)
    smoothed[:half] = _parabola(values[:width])[:half]
    smoothed[len(values) - half :] = _parabola(values[-width:])[-half:]
    return smoothed


def _parabola(values: Float64Array) -> Float64Array:
    place = np.linspace(-1, 1, len(values))
    fitted = np.polynomial.Legendre.fit(place, values, _POLYNOMIAL_ORDER, domain=[-1, 1])
    return np.asarray(fitted(place), np.float64)


def _convolve(values: Float64Array, kernel: Float64Array) -> Float64Array:
    """Convolve where the kernel lies wholly on the series. Shapes (n,), (k,) -> (n - k + 1,).

    Long kernels on long series go through Fourier transforms of pieces, which are exact to 1e-16 of the largest value
    in the same piece; the others are summed directly, exact to 1e-16 of the largest under the kernel.
    """
    from scipy import signal

    if len(values) * len(kernel) <= _DIRECT_PRODUCTS:
        return np.convolve(values, kernel, mode="valid")
    through: Float64Array = signal.oaconvolve(values, kernel, mode="valid")
    return through


AVERAGES: Mapping[str, Average] = {
    "ema": Average(_ema, 0.0, 1.0, "weight"),
    "time_weighted": Average(_time_weighted, 0.0, 1.0, "weight"),
    "running": Average(_running, 1.0, np.inf, "window in points"),
    "gaussian": Average(_gaussian, 0.0, np.inf, "standard deviation in points"),
    "savgol": Average(_savgol, 1.0, np.inf, "window in points"),
}
"""Every kind of smoothing by name: a new one is an entry here."""
