"""The time left, by the progress that a training tells of."""

import pytest

import trainer_hooks
from tests.logged import statuses, until
from trainer_hooks.status import Forecast


def told(*progress, every_s=2.0):
    """What a forecast says at the end of progress that was looked at every so many seconds."""
    forecast = Forecast()
    return [forecast.left_s(one, number * every_s) for number, one in enumerate(progress)][-1]


def test_what_is_left_takes_as_long_as_what_was_done():
    assert told((0, 100), (10, 100), (20, 100)) == 16.0
    assert told((0.0, 3), (0.5, 3), (1.0, 3)) == 8.0


def test_nothing_is_known_before_it_moved():
    assert told(None) is None
    assert told((0, 100)) is None
    assert told((5, 100), (5, 100)) is None


def test_what_an_earlier_process_did_does_not_count():
    assert told((90, 100), (91, 100)) == 18.0


def test_a_slow_beginning_is_forgotten():
    slow = [(0, 1000)] * 50
    assert told(*slow, *((step, 1000) for step in range(0, 500, 10))) == pytest.approx(102, abs=3)


def test_another_training_begins_anew_and_the_end_is_the_end():
    assert told((0, 10), (10, 10)) == 0.0
    assert told((0, 10), (10, 10), (0, 50), (5, 50)) == 18.0


def test_the_status_says_it_while_the_run_goes_on(tmp_path, monkeypatch):
    monkeypatch.setattr("trainer_hooks.writer.HEARTBEAT_INTERVAL_S", 0.02)
    monkeypatch.setattr("trainer_hooks.background.TICK_S", 0.02)
    with trainer_hooks.init(tmp_path / "run") as run:
        run.progress(1, 4)
        until(lambda: statuses(run.path)[0]["progress"] == {"done": 1.0, "total": 4.0})
        run.progress(2, 4)
        until(lambda: statuses(run.path)[0]["left_s"] is not None)
        assert statuses(run.path)[0]["left_s"] >= 0
    assert statuses(run.path)[0]["left_s"] is None
