"""Histograms on another grid and their quantiles, whatever was logged."""

import math

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from app.transforms.histogram import LEVELS, common_grid, quantiles, rebin, sound_histogram

EDGES = st.floats(-1e6, 1e6) | st.sampled_from([0.0, 1e-12, -1e-12, 1.0])
ANY = st.floats(allow_nan=True, allow_infinity=True)


@st.composite
def histograms(draw):
    edges = sorted(draw(st.lists(EDGES, min_size=2, max_size=30)))
    counts = draw(st.lists(st.integers(0, 10_000), min_size=len(edges) - 1, max_size=len(edges) - 1))
    return sound_histogram(edges, counts)


@given(several=st.lists(histograms(), min_size=1, max_size=5), buckets=st.integers(1, 60))
def test_no_count_is_lost_or_made_on_the_common_grid(several, buckets):
    grid = common_grid(several, buckets)
    assert len(grid) == buckets + 1
    assert (np.diff(grid) > 0).all()
    for one in several:
        counts = rebin(one, grid)
        assert (counts >= 0).all()
        assert counts.sum() == np.float64(one.total) or math.isclose(counts.sum(), one.total, rel_tol=1e-9)


@given(one=histograms(), buckets=st.integers(1, 60))
def test_up_to_each_edge_of_the_grid_as_many_are_counted_as_in_the_buckets_that_were_logged(one, buckets):
    grid = common_grid([one], buckets)
    below = np.concatenate([[0.0], np.cumsum(rebin(one, grid))])
    for edge, count in zip(grid, below, strict=True):
        surely = one.counts[one.edges[1:] < edge].sum()
        perhaps = one.counts[one.edges[:-1] <= edge].sum()
        slack = 1e-9 * max(1.0, one.total)
        assert surely - slack <= count <= perhaps + slack


@given(one=histograms())
def test_quantiles_never_fall_and_lie_between_the_smallest_and_the_largest_value(one):
    found = quantiles(one)
    if not one.total:
        assert np.isnan(found).all()
        return
    assert (np.diff(found) >= 0).all()
    assert (found[0], found[-1]) == (one.low, one.high)


@given(
    values=st.lists(st.floats(-100, 100), min_size=1, max_size=200),
    bins=st.integers(1, 40),
    levels=st.lists(st.floats(0, 1), min_size=1, max_size=9).map(sorted),
)
def test_quantiles_are_those_of_the_values_up_to_the_width_of_a_bucket(values, bins, levels):
    low, high = min(values), max(values)
    counts, edges = np.histogram(values, bins, (low - 1e-6, high + 1e-6))
    found = quantiles(sound_histogram(edges.tolist(), counts.tolist(), low, high), levels)
    # A share of n values may fall between two of them: each of the two is right.
    lower = np.quantile(values, levels, method="lower")
    higher = np.quantile(values, np.minimum(1, np.array(levels) + 1 / len(values)), method="higher")
    before = np.quantile(values, np.maximum(0, np.array(levels) - 1 / len(values)), method="lower")
    width = edges[1] - edges[0] + 1e-9
    assert (np.minimum(lower, before) - width <= found).all()
    assert (found <= higher + width).all()


@given(
    edges=st.lists(ANY, max_size=12),
    counts=st.lists(ANY, max_size=12),
    low=st.none() | ANY,
    high=st.none() | ANY,
)
def test_whatever_is_logged_gives_numbers_that_can_be_drawn(edges, counts, low, high):
    one = sound_histogram(edges, counts, low, high)
    assert np.isfinite(one.edges).all()
    assert (np.diff(one.edges) >= 0).all()
    assert np.isfinite(one.counts).all()
    grid = common_grid([one], 7)
    assert np.isfinite(grid).all()
    assert (np.diff(grid) > 0).all()
    assert math.isclose(rebin(one, grid).sum(), one.total, rel_tol=1e-9)
    found = quantiles(one, LEVELS)
    assert np.isnan(found).all() if not len(one.counts) else (np.diff(found) >= 0).all()
