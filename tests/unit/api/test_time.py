"""`GET /api/v1/time`: what the cards of the time page are drawn from."""

import numpy as np

from app.readers.contract import RunState, RunStatus
from tests.arrays import START, columns


def logged(rows=40, per_row=10, **parts):
    """Series of rows of time, each of `per_row` steps."""
    step = np.arange(1, rows + 1) * per_row - 1
    values = {"time/steps": per_row, **{f"time/{name}": value for name, value in parts.items()}}
    return {tag: columns(np.full(rows, value), step) for tag, value in values.items()}


def asked(client, **parameters):
    return client.get("/api/v1/time", query_string={"run": "a"} | parameters)


def test_columns_and_sums_are_seconds_and_shares_are_judged(client, store):
    store.put("a", logged(data_s=0.3, step_s=0.7, samples_per_s=32.0, left_s=12.5))
    told = asked(client, columns=4).json
    assert told["parts"] == ["data", "step"]
    assert told["whole"] == told["shown"]
    assert told["whole"]["seconds"] == [120.0, 280.0]
    assert (told["whole"]["first_step"], told["whole"]["last_step"], told["whole"]["steps"]) == (0, 399, 400)
    assert (told["whole"]["steps_per_s"], told["whole"]["samples_per_s"]) == (1.0, 32.0)
    drawn = told["columns"]
    assert len(drawn["to"]) == 4
    assert drawn["from"] == [0, *(step + 1 for step in drawn["to"][:-1])]
    assert sum(drawn["steps"]) == 400
    assert np.sum(drawn["seconds"]) == 400.0
    assert told["verdict"] == {"level": "critical", "words": "waiting for data 30 % of the training time"}
    assert told["left_s"] == 12.5


def test_the_newest_steps_are_drawn_beside_sums_of_all(client, store):
    store.put("a", logged(data_s=0.0, step_s=1.0))
    told = asked(client, last=0.1).json
    assert told["whole"]["steps"] == 400
    assert told["shown"]["steps"] == sum(told["columns"]["steps"]) == 40


def test_a_part_that_began_later_is_put_beside_the_rows_of_its_time(client, store):
    series = logged(rows=3, data_s=0.5, step_s=0.5)
    series["time/steps"] = columns([10, 10, 0], [9, 19, 19])
    for tag in ("time/data_s", "time/step_s"):
        series[tag] = columns([0.5, 0.5, 0.0], [9, 19, 19])
    series["time/evaluation_s"] = columns([8.0], [19], [START + 0.2])
    store.put("a", series)
    told = asked(client).json
    assert told["parts"] == ["data", "step", "evaluation"]
    assert told["whole"]["seconds"] == [10.0, 10.0, 8.0]
    assert told["columns"]["seconds"] == [[5.0, 5.0], [5.0, 5.0], [0.0, 8.0]]


def test_time_is_left_only_while_the_run_goes_on(client, store):
    store.put("a", logged(data_s=0.1, step_s=0.9, left_s=3.0))
    store.states["a"] = RunStatus(RunState.FINISHED)
    assert asked(client).json["left_s"] is None


def test_what_was_not_measured_and_what_makes_no_sense_is_said(client, store):
    store.put("a", {"train/loss": columns([1.0])})
    assert asked(client).status_code == 404
    assert "run.track(loader)" in asked(client).json["error"]
    assert client.get("/api/v1/time?run=b").status_code == 404
    store.put("a", logged(data_s=0.1, step_s=0.9))
    assert asked(client, last=0).status_code == asked(client, last=2).status_code == 400
    assert asked(client, columns=0).status_code == 400
