import numpy as np

from app.transforms.outliers import bulk_range, count_outside


def test_a_spike_is_outside_and_the_noise_inside():
    line = np.random.default_rng(0).normal(size=10_000)
    line[17] = 1e6
    low, high = bulk_range([line])
    assert high < 10
    assert count_outside([line], low, high) <= 40
    assert count_outside([line], low, high) >= 1


def test_a_range_without_outliers_holds_every_value():
    lines = [np.linspace(0, 1, 500), np.linspace(2, 3, 7)]
    low, high = bulk_range(lines)
    assert low < 0
    assert high > 3
    assert count_outside(lines, low, high) == 0


def test_a_short_line_counts_as_much_as_a_long_one():
    low, high = bulk_range([np.zeros(1_000_000), np.full(2_000, 5.0)])
    assert low < 0
    assert high > 5


def test_values_that_are_not_finite_do_not_count():
    odd = np.array([np.nan, np.inf, 1.0, -np.inf])
    low, high = bulk_range([odd])
    assert low < 1 < high
    assert count_outside([odd], low, high) == 0
    assert bulk_range([odd[:2]]) is None
    assert bulk_range([]) is None


def test_a_constant_line_has_a_range_of_some_height():
    low, high = bulk_range([np.full(10, -4.0)])
    assert low < -4 < high
