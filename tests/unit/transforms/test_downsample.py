import numpy as np

from app.transforms.downsample import column_starts, downsample


def test_a_spike_of_one_point_in_a_million_is_drawn():
    y = np.zeros(1_000_000)
    y[123_456], y[777_777] = 1, -1
    assert {0, 123_456, 777_777, 999_999} <= set(downsample(np.arange(1e6), [y], 220).tolist())


def test_columns_are_equally_wide_in_the_logarithm_where_the_axis_is():
    x = np.arange(1.0, 1e6)
    starts = column_starts(x, 6, log_x=True)[1:-1]
    decades = x[starts]
    np.testing.assert_allclose(decades, 10.0 ** np.arange(6), rtol=0.01, atol=1)


def test_a_smoothed_line_keeps_its_own_extremes_beside_those_of_the_raw_one():
    x, raw = np.arange(1000.0), np.zeros(1000)
    smoothed = np.zeros(1000)
    raw[300], smoothed[310] = 1, 1
    assert {300, 310} <= set(downsample(x, [raw, smoothed], 10).tolist())


def test_equal_x_and_one_column_are_no_special_case():
    y = np.arange(100.0)
    assert downsample(np.full(100, 5.0), [y], 3).tolist() == [0, 99]
    assert downsample(np.arange(100.0), [y], 1).tolist() == [0, 99]


def test_where_x_goes_back_column_k_begins_at_the_first_point_of_that_share_to_the_last_bit():
    for count in range(2, 200):
        x = np.arange(count, 0.0, -1)
        for columns in range(1, 30):
            assert column_starts(x, columns).tolist() == [(k * count + columns - 1) // columns for k in range(columns)]


def test_columns_follow_each_other_where_x_differ_in_their_last_bits_alone():
    for first in (0.1, 1 / 3, 1e300, 5e-324):
        x = first + np.spacing(first) * np.arange(8).repeat(5)
        for columns in range(1, 13):
            assert (np.diff(column_starts(x, columns)) >= 0).all()


def test_a_gap_wider_than_a_column_breaks_the_line_in_each_column_it_fills():
    y = np.ones(1000)
    y[400:600] = np.nan
    picked = downsample(np.arange(1000.0), [y], 10)
    assert [place for place in picked.tolist() if np.isnan(y[place])] == [400, 500]


def test_neighbours_outside_the_view_do_not_hide_the_extremes_inside():
    x = np.concatenate([[-1e6], np.arange(1000.0), [1e6]])
    y = np.concatenate([[-9], np.sin(np.arange(1000)), [9]])
    picked = downsample(x, [y], 4, view=(0.0, 999.0))
    for begin in range(1, 1000, 250):
        part = y[begin : begin + 249]
        assert {begin + part.argmin(), begin + part.argmax()} <= set(picked.tolist())
