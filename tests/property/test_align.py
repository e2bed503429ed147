"""Alignment against a plain loop."""

import math

import numpy as np
from hypothesis import given

from app.transforms.align import as_of
from tests.strategies import series


def looked_up(step, other):
    """What the other series said last at or before a step."""
    best = None
    for place in range(len(other)):
        key = (other.step[place], other.wall_time[place], place)
        if other.step[place] <= step and (best is None or key > best):
            best = key
    return math.nan if best is None else other.value[best[2]]


@given(points=series(), other=series(min_size=0))
def test_x_is_the_latest_value_of_the_other_tag_at_or_before_the_step(points, other):
    found = as_of(points.step, other.step, other.wall_time, other.value)
    np.testing.assert_array_equal(found, [looked_up(step, other) for step in points.step])
