"""What is drawn of a line against a plain loop over its pixel columns."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from app.transforms.downsample import downsample
from tests.strategies import real_looking, values

COLUMNS = st.integers(1, 12)


def column_of(x, columns, first, last):
    """The pixel column of one x: -1 before the view, `columns` beyond it."""
    if x < first:
        return -1
    if x > last:
        return columns
    share = np.arange(columns) / columns
    edges = np.maximum.accumulate((1 - share) * first + share * last)  # rounding swaps edges that nearly meet
    return sum(edge <= x for edge in edges.tolist()) - 1


def looped(column, lines):
    """Indices of the first and last point, and per column of the extremes and of the first gap."""
    kept = {0, len(column) - 1}
    for which in set(column):
        members = [i for i in range(len(column)) if column[i] == which]
        gaps = [i for i in members if not np.isfinite(lines[0][i])]
        drawn = [i for i in members if np.isfinite(lines[0][i])]
        kept.update(gaps[:1])
        for line in lines if drawn else ():
            kept.add(min(drawn, key=lambda i: line[i]))
            kept.add(max(drawn, key=lambda i: (line[i], -i)))
    return sorted(kept)


def lines_of(y, data):
    smoothed = np.where(np.isfinite(y), data.draw(st.permutations(range(len(y)))), y)
    return [y, smoothed] if data.draw(st.booleans()) else [y]


@given(y=values(1, 80), columns=COLUMNS, data=st.data())
def test_each_pixel_column_keeps_its_extremes_and_breaks(y, columns, data):
    gaps = data.draw(st.lists(st.one_of(st.just(0.0), st.floats(0, 1e3)), min_size=len(y), max_size=len(y)))
    x, lines = np.cumsum(np.array(gaps)), lines_of(y, data)
    view = data.draw(st.none() | st.tuples(st.floats(0, 1e4), st.floats(0, 1e4)).map(sorted))
    first, last = (x[0], x[-1]) if view is None else np.clip(view, x[0], x[-1])
    expected = range(len(y))
    if len(y) > 2 * columns * len(lines):
        expected = looped([column_of(each, columns, first, last) for each in x.tolist()], lines)
    np.testing.assert_array_equal(downsample(x, lines, columns, view=view), expected)


@given(y=values(2, 80), columns=COLUMNS, data=st.data())
def test_where_x_goes_back_columns_hold_equally_many_points(y, columns, data):
    x = np.array(data.draw(st.lists(st.floats(-1e3, 1e3), min_size=len(y), max_size=len(y))))
    x[-1] = x[0] - 1
    lines = lines_of(y, data)
    expected = range(len(y))
    if len(y) > 2 * columns * len(lines):
        expected = looped([i * columns // len(y) for i in range(len(y))], lines)
    np.testing.assert_array_equal(downsample(x, lines, columns), expected)


@given(y=real_looking(), columns=st.sampled_from([1, 50, 220]), log_x=st.booleans(), data=st.data())
def test_no_more_is_drawn_than_the_columns_can_show_and_the_ends_and_extremes_always(y, columns, log_x, data):
    x = np.cumsum(np.random.default_rng(data.draw(st.integers(0, 99))).exponential(size=len(y))) + 1e-9
    picked = downsample(x, [y], columns, log_x)
    assert (np.diff(picked) > 0).all()
    assert len(picked) <= max(2 * columns, 3 * (columns + 2) + 2)
    assert {0, len(y) - 1} <= set(picked.tolist())
    finite = y[np.isfinite(y)]
    if len(finite):
        assert {finite.min(), finite.max()} <= set(y[picked].tolist())
