"""Single cases of histograms that writers are known to log."""

import numpy as np
import pytest

from app.transforms.histogram import common_grid, quantiles, rebin, sound_histogram

LARGEST = 1.7976931348623157e308


def test_outermost_edges_at_the_largest_float_stand_at_the_smallest_and_largest_value():
    one = sound_histogram([-LARGEST, -1.0, 1.0, LARGEST], [1, 2, 3], -4.0, 5.0)
    assert one.edges.tolist() == [-4.0, -1.0, 1.0, 5.0]


@pytest.mark.parametrize("end", [LARGEST, np.inf])
def test_without_a_largest_value_they_stand_at_the_outermost_finite_edge(end):
    one = sound_histogram([-end, -1.0, 1.0, end], [1, 2, 3])
    assert one.edges.tolist() == [-1.0, -1.0, 1.0, 1.0]
    assert one.total == 6


def test_empty_buckets_at_both_ends_are_left_out():
    one = sound_histogram([0, 1, 2, 3, 4], [0, 5, 0, 0])
    assert (one.edges.tolist(), one.counts.tolist(), one.low, one.high) == ([1, 2], [5], 1, 2)


@pytest.mark.parametrize(
    ("edges", "counts"),
    [([], []), ([0, 1], [0]), ([0, 1], [np.nan]), ([0, 1], [-3]), ([0, 1, 2], [1]), ([np.nan, np.nan], [4])],
)
def test_where_nothing_was_counted_there_is_nothing(edges, counts):
    one = sound_histogram(edges, counts)
    assert (len(one.edges), one.total) == (0, 0)
    assert rebin(one, common_grid([one], 4)).tolist() == [0] * 4


@pytest.mark.parametrize("value", [0.0, 3.0, -1e-8, 1e9])
def test_a_single_value_is_one_bucket_of_the_grid_around_it(value):
    one = sound_histogram([value, value], [10], value, value)
    grid = common_grid([one], 60)
    assert grid[0] < value < grid[-1]
    counts = rebin(one, grid)
    assert sorted(counts)[-2:] == [0, 10]
    place = int(np.argmax(counts))
    assert grid[place] <= value <= grid[place + 1]
    assert quantiles(one).tolist() == [value] * 7


def test_counts_are_spread_over_the_grid_by_area():
    one = sound_histogram([0, 2, 3], [4, 6])
    np.testing.assert_allclose(rebin(one, np.array([0, 0.5, 1, 2, 3])), [1, 1, 2, 6])


def test_quantiles_end_at_the_values_that_the_log_gives():
    assert quantiles(sound_histogram([0, 10], [100], 1.0, 9.0))[[0, -1]].tolist() == [1.0, 9.0]
