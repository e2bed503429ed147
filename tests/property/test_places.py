"""Which places of a growing list are looked at."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from app.transforms.places import latest, spread


@given(count=st.integers(0, 3000), most=st.integers(2, 200))
def test_places_are_spread_evenly_with_the_first_and_the_last(count, most):
    places = spread(count, most)
    assert len(places) <= most
    assert len(places) >= min(count, most // 2)
    assert places == sorted(set(places))
    if count:
        assert (places[0], places[-1]) == (0, count - 1)
        gaps = np.diff(places)[:-1]
        assert len(set(gaps.tolist())) <= 1


@given(count=st.integers(1, 3000), most=st.integers(2, 200))
def test_as_a_list_grows_no_other_of_its_first_items_are_chosen(count, most):
    assert set(spread(count + 1, most)[:-1]) <= set(spread(count, most))


@given(steps=st.lists(st.integers(0, 20), max_size=30))
def test_a_step_that_goes_back_takes_back_all_later_ones(steps):
    kept = latest(np.array(steps, np.int64))
    plain = [all(step < later for later in steps[place + 1 :]) for place, step in enumerate(steps)]
    assert kept.tolist() == plain
