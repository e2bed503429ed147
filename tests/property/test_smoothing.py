"""Every average against a plain loop that says the same in the words of its formula."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.transforms.smoothing import AVERAGES, VIEWPORT_SCALE, continue_ema, smooth
from tests.strategies import real_looking, values

WEIGHTS = st.one_of(st.sampled_from([0.0, 0.6, 0.9, 0.99, 0.999]), st.floats(0, 0.9999))
WINDOWS = st.integers(1, 80).map(float)
AMOUNTS = {
    "ema": WEIGHTS,
    "time_weighted": WEIGHTS,
    "running": WINDOWS,
    "gaussian": st.floats(0, 20),
    "savgol": WINDOWS,
}


def looped_ema(y, _x, weight):
    average, shown = 0.0, []
    if all(value == y[0] for value in y):
        return list(y)
    for i, value in enumerate(y, start=1):
        average = weight * average + (1 - weight) * value
        shown.append(average / (1 - weight**i))
    return shown


def looped_time_weighted(y, x, amount):
    weight = min(math.sqrt(amount), 0.999)
    width = max(x) - min(x)
    total = count = 0.0
    shown = []
    for i, value in enumerate(y):
        distance = max(0.0, x[i] - x[i - 1]) / width * VIEWPORT_SCALE if i and width else 0.0
        kept = weight**distance
        total, count = kept * total + value, kept * count + 1
        shown.append(total / count if weight else value)
    return shown


def looped_running(y, _x, window):
    half = int(window) // 2
    return [np.mean(y[max(0, i - half) : i + half + 1]) for i in range(len(y))]


def looped_gaussian(y, _x, sd):
    reach = int(4 * sd + 0.5)
    shown = []
    for i in range(len(y)):
        near = range(max(0, i - reach), min(len(y), i + reach + 1))
        weights = [math.exp(-((k - i) ** 2) / (2 * sd**2)) if reach else 1.0 for k in near]
        shown.append(sum(w * y[k] for w, k in zip(weights, near, strict=True)) / sum(weights))
    return shown


def looped_savgol(y, _x, window):
    longest = len(y) if len(y) % 2 else len(y) - 1
    width = min(max(int(window) | 1, 5), longest)
    if width < 5:
        return list(y)
    shown = []
    for i in range(len(y)):
        begin = min(max(0, i - width // 2), len(y) - width)
        place = np.arange(width) - width // 2
        fit = np.polynomial.Polynomial.fit(place, y[begin : begin + width], 2)
        shown.append(fit(i - begin - width // 2))
    return shown


LOOPS = {
    "ema": looped_ema,
    "time_weighted": looped_time_weighted,
    "running": looped_running,
    "gaussian": looped_gaussian,
    "savgol": looped_savgol,
}


def places(count, data):
    gaps = data.draw(st.lists(st.floats(-1, 10), min_size=count, max_size=count))
    return np.cumsum(np.array(gaps, np.float64))


@pytest.mark.parametrize("kind", AVERAGES)
@given(y=values(), data=st.data())
def test_an_average_is_what_a_plain_loop_over_the_finite_values_says(kind, y, data):
    x, amount = places(len(y), data), data.draw(AMOUNTS[kind])
    expected, finite = y.copy(), np.isfinite(y)
    if finite.any():
        expected[finite] = LOOPS[kind](y[finite].tolist(), x[finite].tolist(), amount)
    np.testing.assert_allclose(smooth(kind, y, x, amount), expected, rtol=1e-9, atol=1e-9 * 1e6)


@pytest.mark.parametrize("kind", AVERAGES)
@given(y=real_looking(300), data=st.data())
def test_an_average_stays_within_the_values_it_is_made_of(kind, y, data):
    amount = data.draw(AMOUNTS[kind])
    smoothed = smooth(kind, y, np.arange(len(y), dtype=np.float64), amount)
    finite = np.isfinite(y)
    np.testing.assert_array_equal(smoothed[~finite], y[~finite])
    assert np.isfinite(smoothed[finite]).all()
    if finite.any() and kind != "savgol":  # a parabola overshoots
        slack = 1e-12 * np.abs(y[finite]).max()
        assert smoothed[finite].min() >= y[finite].min() - slack
        assert smoothed[finite].max() <= y[finite].max() + slack


@given(y=real_looking(), weight=WEIGHTS, cuts=st.lists(st.floats(0, 1), max_size=4))
def test_an_exponential_average_goes_on_where_it_was_left(y, weight, cuts):
    y = np.where(y == 1e30, 1e3, y)
    whole = smooth("ema", y, y, weight)
    ends = sorted({int(cut * len(y)) for cut in cuts} | {len(y)})
    parts, begin, last, count = [], 0, math.nan, 0
    for end in ends:
        part = continue_ema(y[begin:end], weight, last, count)
        finite = np.isfinite(part)
        last = part[finite][-1] if finite.any() else last
        begin, count = end, count + int(finite.sum())
        parts.append(part)
    np.testing.assert_allclose(np.concatenate(parts), whole, rtol=1e-9, atol=1e-9)


@given(y=values(min_size=1, max_size=20), weight=WEIGHTS)
def test_an_exponential_average_of_equal_values_is_these_values(y, weight):
    y = np.full(len(y), y[0])
    np.testing.assert_array_equal(smooth("ema", y, y, weight), y)
