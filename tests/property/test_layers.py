"""What one number says of a histogram, against numpy on the values it was counted from."""

import math

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from app.transforms.layers import COLUMNS, STATISTICS, moments, statistic

VALUES = st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=200).map(np.array)


def logged(values, bins=20):
    """What is logged of finite values, as `run.log_histogram` does."""
    counts, edges = np.histogram(values, bins)
    facts = {"num": len(values), "sum": float(values.sum()), "sum_squares": float(values @ values)}
    odd = {"zeros": int((values == 0).sum()), "nan": 3, "inf": 1}
    return edges.tolist(), counts.tolist(), {**facts, **odd, "min": float(values.min()), "max": float(values.max())}


def row(edges, counts, meta):
    return dict(zip(COLUMNS, moments(edges, counts, meta), strict=True))


@given(values=VALUES)
def test_with_sums_every_number_is_that_of_the_values(values):
    found = row(*logged(values))
    size = max(1.0, float(np.abs(values).max()))
    assert math.isclose(found["mean"], values.mean(), rel_tol=1e-9, abs_tol=1e-9 * size)
    assert math.isclose(found["norm"], np.linalg.norm(values), rel_tol=1e-9, abs_tol=1e-9 * size)
    if not found["estimated"]:
        assert math.isclose(found["std"], values.std(), rel_tol=1e-4, abs_tol=1e-12 * size)
    assert (found["min"], found["max"], found["num"]) == (values.min(), values.max(), len(values))


@given(values=VALUES, bins=st.integers(1, 40))
def test_without_sums_mean_and_deviation_are_right_up_to_a_bucket(values, bins):
    edges, counts, _ = logged(values, bins)
    found = row(edges, counts, {})
    width = max(np.diff(edges)) + 1e-9 * max(1.0, float(np.abs(values).max()))
    assert found["estimated"] == 1
    assert abs(found["mean"] - values.mean()) <= width
    assert abs(found["std"] - values.std()) <= width
    assert found["num"] == len(values)


@given(far=st.floats(1e7, 1e9), spread=st.floats(1e-3, 1e-1))
def test_a_small_deviation_beside_a_large_mean_is_not_what_rounding_left(far, spread):
    values = far + spread * np.linspace(-1, 1, 1001)
    found = row(*logged(values))
    assert math.isclose(found["std"], values.std(), rel_tol=0.05)


@given(values=VALUES)
def test_shares_are_of_all_that_was_counted(values):
    table = np.array([moments(*logged(values))])
    assert statistic(table, "zeros")[0] == (values == 0).mean()
    assert statistic(table, "nonfinite")[0] == 4 / (len(values) + 4)
    assert statistic(table, "absmax")[0] == np.abs(values).max()


@given(
    edges=st.lists(st.floats(), max_size=6),
    counts=st.lists(st.floats(), max_size=6),
    meta=st.dictionaries(
        st.sampled_from(["min", "max", "num", "sum", "sum_squares", "zeros", "nan", "inf"]),
        st.none() | st.floats() | st.text(),
    ),
)
def test_whatever_was_logged_gives_numbers_or_nothing(edges, counts, meta):
    table = np.array([moments(edges, counts, meta)], np.float64)
    assert table.shape == (1, len(COLUMNS))
    for name in STATISTICS:
        assert statistic(table, name).shape == (1,)
