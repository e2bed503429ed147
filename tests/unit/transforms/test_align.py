import math

import numpy as np

from app.transforms.align import as_of, since


def test_steps_are_counted_from_a_start():
    assert since(np.array([100, 101, 99]), 100.0).tolist() == [0, 1, -1]


def test_of_several_values_at_a_step_the_latest_in_time_counts():
    step, epoch_step, epoch_time = np.array([4, 5, 6]), np.array([5, 5, 5]), np.array([20.0, 30.0, 10.0])
    found = as_of(step, epoch_step, epoch_time, np.array([1.0, 2.0, 3.0]))
    np.testing.assert_array_equal(found, [math.nan, 2, 2])


def test_without_another_series_no_point_has_a_place():
    none = np.empty(0)
    assert np.isnan(as_of(np.array([1, 2]), none.astype(np.int64), none, none)).all()
