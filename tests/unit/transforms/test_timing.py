"""Rows of measured time: joined into columns without losing a second, and judged where there is enough of them."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from app.transforms.timing import columns, judge, timing_of

STEPS = st.integers(0, 50)


def rows(data, step_s, steps=10, **more):
    """Rows of `steps` steps each, one after the other."""
    count = len(data)
    per_step = {"data": np.asarray(data, float), "step": np.full(count, step_s), **more}
    at = np.cumsum(np.full(count, steps)) - 1
    return timing_of(at, np.full(count, float(steps)), per_step, np.full(count, np.nan))


@given(
    steps=st.lists(STEPS, min_size=1, max_size=200),
    most=st.integers(1, 60),
    seed=arrays.arrays(np.float64, 3, elements=st.floats(0.001, 1e3)),
)
def test_columns_hold_every_step_and_every_second_once(steps, most, seed):
    steps = np.array(steps, float)
    at = np.cumsum(steps).astype(np.int64)
    parts = {name: scale * (1 + np.arange(len(steps)) % 7) for name, scale in zip("abc", seed, strict=True)}
    whole = timing_of(at, steps, parts, np.full(len(steps), np.nan))
    drawn = columns(whole, most)
    assert len(drawn.step) <= max(most, 1)
    assert drawn.steps.sum() == steps.sum()
    np.testing.assert_allclose(drawn.seconds.sum(1), whole.seconds.sum(1), rtol=1e-9)
    expected = sum((part * np.maximum(steps, 1)).sum() for part in parts.values())
    assert whole.seconds.sum() == pytest.approx(expected, rel=1e-9)
    assert drawn.step[-1] == at[-1]
    assert (np.diff(drawn.step) > 0).all()


def test_parts_of_a_trainings_own_lie_between_the_step_and_the_evaluation():
    one = np.ones(1)
    parts = {"evaluation": one, "zoom": one, "step": one, "augment": one, "data": one}
    timing = timing_of(np.zeros(1, np.int64), one, parts, one)
    assert timing.parts == ["data", "step", "augment", "zoom", "evaluation"]
    assert timing.training.tolist() == [4.0]
    assert timing.samples.tolist() == [4.0]


def test_a_row_without_a_step_has_its_seconds_in_all():
    timing = timing_of(
        np.array([9, 9]), np.array([10.0, 0.0]), {"evaluation": np.array([0.5, 7.0])}, np.full(2, np.nan)
    )
    assert timing.seconds.tolist() == [[5.0, 7.0]]
    assert columns(timing, 5).seconds.tolist() == [[12.0]]


@pytest.mark.parametrize(("share", "level"), [(0.094, "fine"), (0.1, "warn"), (0.19, "warn"), (0.2, "critical")])
def test_waiting_for_data_is_judged_by_its_share_of_the_training_time(share, level):
    told = judge(rows([share] * 5, 1 - share))
    assert told.level == level
    assert told.words == f"waiting for data {100 * share:.0f} % of the training time"


def test_evaluation_does_not_count_as_training_and_a_long_transfer_is_told():
    told = judge(rows([0.1] * 5, 0.6, transfer=np.full(5, 0.3), evaluation=np.full(5, 50.0)))
    assert told.level == "critical"
    assert told.words == "waiting for data 10 %, moving data to the device 30 % of the training time"


def test_the_first_row_in_which_workers_start_is_not_judged():
    assert judge(rows([9.0, 0.0, 0.0, 0.0], 1.0)).level == "fine"


def test_nothing_is_said_of_too_few_steps():
    told = judge(rows([0.5, 0.5, 0.5], 0.5, steps=3))
    assert (told.level, told.words) == ("unknown", "too few steps to say: 6 of 20")


def test_what_is_no_amount_counts_as_nothing():
    odd = np.array([np.nan, -1.0, np.inf, 1e300, 2.0])
    timing = timing_of(np.arange(5), np.array([1.0, np.nan, -3.0, np.inf, 1.0]), {"step": odd}, odd)
    assert timing.seconds.tolist() == [[0.0, 0.0, 0.0, 0.0, 2.0]]
    assert timing.steps.tolist() == [1.0, 0.0, 0.0, 0.0, 1.0]


def test_the_newest_rows_are_those_of_the_newest_steps():
    assert rows([0.1] * 11, 0.9).newest(0.1).step.tolist() == [99, 109]
    assert len(rows([0.1] * 11, 0.9).newest(1).step) == 11
