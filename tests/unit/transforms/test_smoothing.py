"""Known numbers, named rules and errors of the averages."""

import math

import numpy as np
import pytest

from app.store.query import SmoothingKind
from app.transforms.smoothing import AVERAGES, smooth

NAN = math.nan


def smoothed(kind, values, amount, x=None):
    values = np.array(values, np.float64)
    return smooth(kind, values, np.arange(len(values), dtype=np.float64) if x is None else np.array(x), amount)


def test_the_exponential_average_is_tensorboards():
    # m = 0.5, 1.25, 2.125 divided by 1/2, 3/4, 7/8
    np.testing.assert_allclose(smoothed("ema", [1, 2, 3], 0.5), [1, 5 / 3, 17 / 7])


def test_the_exponential_average_is_debiased_to_the_last_digits():
    values, average = np.random.default_rng(0).normal(size=2_000), 0.0
    found = smoothed("ema", values, 0.95)
    for i, value in enumerate(values.tolist(), start=1):
        average = 0.95 * average + (1 - 0.95) * value
        assert found[i - 1] == pytest.approx(average / (1 - 0.95**i), rel=1e-12, abs=1e-14)


def test_values_that_are_not_finite_pass_through_and_do_not_enter():
    found = smoothed("ema", [1, NAN, 2, math.inf, 3, -math.inf], 0.5)
    np.testing.assert_allclose(found, [1, NAN, 5 / 3, math.inf, 17 / 7, -math.inf])


def test_a_constant_series_is_returned_as_it_is_to_the_last_bit():
    assert smoothed("ema", [0.1] * 1000, 0.999).tolist() == [0.1] * 1000


def test_a_weight_of_0_returns_the_values():
    assert smoothed("ema", [3, 1, 2], 0).tolist() == [3, 1, 2]
    assert smoothed("time_weighted", [3, 1, 2], 0).tolist() == [3, 1, 2]


def test_the_time_weighted_average_forgets_by_distance_and_not_by_points():
    dense = smoothed("time_weighted", [0] * 500 + [1] * 500, 0.9801, np.linspace(0, 1, 1000))
    sparse = smoothed("time_weighted", [0] * 5 + [1] * 5, 0.9801, np.linspace(0, 1, 10))
    assert dense[519] == pytest.approx(1 - 0.99**20, abs=0.01)  # 20 thousandths of the width after the edge
    assert sparse[5] == pytest.approx(1, abs=0.4)  # 111 thousandths after it


def test_the_time_weighted_average_of_equally_spaced_points_is_the_exponential_one_with_its_weight():
    values = np.random.default_rng(0).normal(size=1001)
    found = smoothed("time_weighted", values, 0.81, np.arange(1001.0))
    np.testing.assert_allclose(found, smoothed("ema", values, 0.9))


def test_to_and_from_a_place_that_is_not_finite_is_no_distance():
    found = smoothed("time_weighted", [0, 0, 1, 1], 0.9, [0, math.inf, math.inf, 1])
    np.testing.assert_allclose(found, [0, 0, 1 / 3, 1 / 2])
    assert smoothed("time_weighted", [0, 0, 1, 1], 0.9, [0, NAN, NAN, 1]).tolist() == found.tolist()


def test_the_time_weighted_average_is_exact_where_its_powers_alone_would_overflow():
    values = np.random.default_rng(0).normal(size=10_000)
    found = smoothed("time_weighted", values, 1e-4)
    total = count = 0.0
    for place, value in enumerate(values):
        kept = 0.01 ** (1000 / 9999) if place else 0
        total, count = kept * total + value, kept * count + 1
        assert found[place] == pytest.approx(total / count, rel=1e-9, abs=1e-12)


def test_the_running_mean_is_centred_and_cut_off_at_the_ends():
    np.testing.assert_allclose(smoothed("running", [3, 0, 6, 0, 3], 3), [1.5, 3, 2, 3, 1.5])


def test_a_window_wider_than_the_series_takes_all_of_it():
    np.testing.assert_allclose(smoothed("running", [1, 2, 6], 99), [3, 3, 3])
    np.testing.assert_allclose(smoothed("gaussian", [1, 2, 6], 1e9), [3, 3, 3])


def test_a_value_that_blew_up_leaves_no_trace_outside_its_window():
    values = [1.0] * 50 + [1e30] + [1.0] * 50
    assert smoothed("running", values, 5)[60:].tolist() == [1.0] * 41


@pytest.mark.parametrize("kind", AVERAGES)
def test_the_largest_numbers_do_not_overflow_on_the_way(kind):
    values = [1.0] * 200 + [1e300, 3e300] * 100
    found = smoothed(kind, values, 0.6 if AVERAGES[kind].below == 1 else 25)
    assert np.isfinite(found).all()
    assert 1e300 < found[-50] < 3e300


def test_the_gaussian_average_weighs_by_distance():
    weight = math.exp(-0.5)
    found = smoothed("gaussian", [0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0], 1)
    assert found[6] / found[5] == pytest.approx(weight)


def test_a_long_kernel_on_a_long_series_gives_what_a_direct_sum_gives():
    values = np.random.default_rng(0).normal(size=60_000)
    found, place = smoothed("gaussian", values, 200), 30_000
    near = np.arange(place - 800, place + 801)
    weights = np.exp(-((near - place) ** 2) / (2 * 200**2))
    assert found[place] == pytest.approx(np.average(values[near], weights=weights), abs=1e-12)


def test_savitzky_golay_keeps_a_parabola():
    curve = np.arange(30.0) ** 2 - 3 * np.arange(30.0)
    np.testing.assert_allclose(smoothed("savgol", curve, 9), curve, atol=1e-9)


@pytest.mark.parametrize("kind", AVERAGES)
@pytest.mark.parametrize("values", [[], [7.0], [7.0, 8.0], [NAN], [NAN, math.inf]])
def test_short_and_empty_series_are_no_special_case(kind, values):
    found = smoothed(kind, values, 0.5 if AVERAGES[kind].below == 1 else 5)
    assert len(found) == len(values)
    assert np.isnan(found).tolist() == np.isnan(values).tolist()


@pytest.mark.parametrize(("kind", "amount"), [("ema", 1), ("ema", -0.1), ("time_weighted", NAN), ("running", 0)])
def test_an_amount_out_of_range_is_refused_with_the_range(kind, amount):
    with pytest.raises(ValueError, match=f"{kind}.* is from .* to below .*, not {amount:g}"):
        smoothed(kind, [1.0], amount)


def test_an_unknown_kind_is_refused_with_those_there_are():
    with pytest.raises(ValueError, match="no smoothing 'median'; there are ema, time_weighted"):
        smoothed("median", [1.0], 3)


def test_every_average_can_be_asked_for():
    assert set(SmoothingKind.__args__) == {"none", *AVERAGES}
