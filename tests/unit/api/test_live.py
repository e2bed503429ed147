import json
import math
import struct

import numpy as np
import pytest

from app.readers.contract import RunInfo, RunState, RunStatus, TagFacts
from tests.arrays import START, columns

DTYPES = {"f8": "<f8", "i4": "<i4"}


def decoded(data):
    """Read an answer as docs/http-api.md says: the header, with each series' columns in place."""
    (length,) = struct.unpack_from("<I", data)
    header = json.loads(data[4 : 4 + length])
    start = -(-(4 + length) // 8) * 8
    assert data[4 + length : start] == bytes(start - 4 - length)
    for panel in header["panels"]:
        for series in panel["series"]:
            for name, (dtype, offset, count) in series.get("columns", {}).items():
                assert offset % 8 == 0
                series[name] = np.frombuffer(data, DTYPES[dtype], count, start + offset)
    return header


def ask(client, **question):
    answer = client.post("/api/v1/live", json=question)
    assert answer.status_code == 200, answer.json
    assert answer.mimetype == "application/octet-stream"
    return decoded(answer.data)


def refused(client, **question):
    answer = client.post("/api/v1/live", json=question)
    assert answer.status_code == 400
    return answer.json["error"]


def panel(tag, *runs, **cursors):
    return {"tag": tag, "runs": dict.fromkeys(runs, "") | cursors}


def only(answer):
    return answer["panels"][0]["series"][0]


def test_the_first_answer_has_every_run_tag_and_point(client, store):
    store.put("b", {"loss": columns([3, 1, 2])})
    answer = ask(client, picked=["b"], panels=[panel("loss", "b")])
    assert answer["all"]
    assert [run["id"] for run in answer["runs"]] == ["b"]
    assert answer["tags"]["tags"] == [{"tag": "loss", "kind": "scalar", "runs": [0]}]
    series = only(answer)
    assert series["mode"] == "whole"
    assert series["x"].tolist() == [0, 1, 2]
    assert series["y"].tolist() == [3, 1, 2]
    assert series["wall_time"].tolist() == columns([0, 0, 0]).wall_time.tolist()
    assert "smoothed" not in series


def test_the_next_answer_has_only_what_is_new(client, store):
    store.put("a", {"loss": columns([3, 1])})
    store.put("b", {"loss": columns([5])})
    question = {"picked": ["a", "b"], "smoothing": {"kind": "ema", "amount": 0.5}, "panels": [panel("loss", "a", "b")]}
    first = ask(client, **question)
    store.put("a", {"loss": columns([3, 1, 2])})
    cursors = {series["run"]: series["cursor"] for series in first["panels"][0]["series"]}
    question |= {"since": first["revision"], "tags_etag": first["tags"]["etag"], "panels": [panel("loss", **cursors)]}
    second = ask(client, **question)
    assert not second["all"]
    assert [run["id"] for run in second["runs"]] == ["a"]
    assert second["tags"] is None
    appended, same = second["panels"][0]["series"]
    assert (appended["mode"], appended["total"], appended["step"].tolist()) == ("append", 3, [2])
    np.testing.assert_allclose(appended["smoothed"], [(0.5**3 * 3 + 0.5**2 * 1 + 0.5 * 2) / (1 - 0.5**3)])
    assert same == {"run": "b", "mode": "same", "cursor": cursors["b"]}


def test_steps_travel_once_and_as_int32_when_x_is_the_step(client, store):
    store.put("a", {"loss": columns([1, 2], step=[5, 2**31 - 1]), "far": columns([1, 2], step=[5, 2**31])})
    places = only(ask(client, panels=[panel("loss", "a")]))["columns"]
    assert places["x"] == places["step"]
    assert places["step"][0] == "i4"
    assert only(ask(client, panels=[panel("far", "a")]))["columns"]["step"][0] == "f8"


def test_wall_time_travels_once_when_it_is_x(client, store):
    store.put("a", {"loss": columns([1, 2])})
    places = only(ask(client, x="wall_time", panels=[panel("loss", "a")]))["columns"]
    assert places["x"] == places["wall_time"]


def test_relative_time_counts_from_when_the_run_was_created(client, store):
    store.put("a", {"loss": columns([1, 2])}, info=RunInfo("a", created=START - 8))
    assert only(ask(client, x="relative_time", panels=[panel("loss", "a")]))["x"].tolist() == pytest.approx([8, 8.1])


@pytest.mark.parametrize("created", [None, START + 5])
def test_relative_time_counts_from_the_first_point_where_the_run_does_not_say_better(client, store, created):
    store.put("a", {"loss": columns([1, 2])}, info=RunInfo("a", created=created))
    assert only(ask(client, x="relative_time", panels=[panel("loss", "a")]))["x"].tolist() == pytest.approx([0, 0.1])


def test_another_tag_can_be_x_and_points_before_its_first_value_are_left_out(client, store):
    store.put("a", {"loss": columns([1, 2, 3, 4]), "epoch": columns([0, 1], step=[1, 3])})
    series = only(ask(client, x="tag:epoch", panels=[panel("loss", "a")]))
    assert series["x"].tolist() == [0, 0, 1]
    assert (series["total"], series["left_out"]) == (3, 1)


def test_news_of_the_tag_that_is_x_moves_points_that_were_drawn(client, store):
    store.put("a", {"loss": columns([1, 2, 3]), "epoch": columns([0])})
    cursor = only(ask(client, x="tag:epoch", panels=[panel("loss", "a")]))["cursor"]
    assert only(ask(client, x="tag:epoch", panels=[panel("loss", a=cursor)]))["mode"] == "same"
    store.put("a", {"epoch": columns([0, 1], step=[0, 2])})
    series = only(ask(client, x="tag:epoch", panels=[panel("loss", a=cursor)]))
    assert (series["mode"], series["x"].tolist()) == ("whole", [0, 0, 1])


def test_a_run_without_the_tag_that_is_x_says_so(client, store):
    store.put("a", {"loss": columns([1])})
    series = only(ask(client, x="tag:epoch", panels=[panel("loss", "a")]))
    assert series["message"] == "a has no points of epoch, which is the x axis."
    assert series["y"].tolist() == []


def test_a_run_without_the_tag_says_so_once_until_it_has_it(client, store):
    store.put("a")
    first = only(ask(client, panels=[panel("loss", "a")]))
    assert (first["mode"], first["message"]) == ("whole", "a has no points of loss.")
    assert only(ask(client, panels=[panel("loss", a=first["cursor"])]))["mode"] == "same"
    store.put("a", {"loss": columns([1])})
    assert only(ask(client, panels=[panel("loss", a=first["cursor"])]))["y"].tolist() == [1]


def test_values_that_are_not_finite_break_the_line_and_are_marked(client, store):
    store.put("a", {"loss": columns([1, math.nan, math.inf, -math.inf, 2])})
    series = only(ask(client, panels=[panel("loss", "a")]))
    np.testing.assert_array_equal(series["y"], [1, math.nan, math.nan, math.nan, 2])
    assert (series["marks"], series["marks_x"].tolist(), series["nonfinite"]) == ("n+-", [1, 2, 3], 3)


def test_one_infinity_among_many_nan_is_still_marked(client, store):
    value = np.full(10_000, math.nan)
    value[5_003] = math.inf
    store.put("a", {"loss": columns(value)})
    series = only(ask(client, panels=[panel("loss", "a")]))
    assert len(series["marks"]) <= 200
    assert series["marks_x"][series["marks"].index("+")] == 5_003
    assert series["nonfinite"] == 10_000


def test_a_window_shows_its_points_and_one_beyond_each_edge(client, store):
    store.put("a", {"loss": columns(range(10))})
    series = only(ask(client, panels=[{**panel("loss", "a"), "window": [2.5, 5]}]))
    assert (series["x"].tolist(), series["total"]) == ([2, 3, 4, 5, 6], 3)


def test_a_window_between_two_points_shows_the_line_that_crosses_it(client, store):
    store.put("a", {"loss": columns([1, 2], step=[0, 100])})
    series = only(ask(client, panels=[{**panel("loss", "a"), "window": [40, 60]}]))
    assert (series["x"].tolist(), series["total"]) == ([0, 100], 0)


def test_points_beyond_a_zoomed_window_are_not_sent(client, store):
    store.put("a", {"loss": columns(range(10))})
    zoomed = {"tag": "loss", "window": [2, 5]}
    cursor = only(ask(client, panels=[{**zoomed, "runs": {"a": ""}}]))["cursor"]
    store.put("a", {"loss": columns(range(20))})
    assert only(ask(client, panels=[{**zoomed, "runs": {"a": cursor}}]))["mode"] == "same"


def test_values_that_are_not_finite_count_beyond_a_zoomed_window_too(client, store):
    store.put("a", {"loss": columns(range(10))})
    zoomed = {"tag": "loss", "window": [2, 5]}
    cursor = only(ask(client, panels=[{**zoomed, "runs": {"a": ""}}]))["cursor"]
    store.put("a", {"loss": columns([*range(10), math.nan])})
    series = only(ask(client, panels=[{**zoomed, "runs": {"a": cursor}}]))
    assert (series["mode"], series["nonfinite"], series["y"].tolist(), series["marks"]) == ("append", 1, [], "")


def test_a_panel_may_have_columns_of_its_own(client, store):
    store.put("a", {"loss": columns(np.sin(np.arange(5000)))})
    few, many = (only(ask(client, panels=[{**panel("loss", "a"), "columns": n}])) for n in (10, 100))
    assert len(few["x"]) <= 22 < 190 < len(many["x"])


def test_points_at_0_are_left_out_of_a_logarithmic_axis(client, store):
    store.put("a", {"loss": columns([1, 2, 3])})
    series = only(ask(client, log_x=True, panels=[panel("loss", "a")]))
    assert (series["x"].tolist(), series["left_out"]) == ([1, 2], 1)


def test_where_no_point_has_a_place_the_answer_says_so(client, store):
    store.put("a", {"loss": columns([1], step=[0])})
    series = only(ask(client, log_x=True, panels=[panel("loss", "a")]))
    assert series["message"] == "None of the 1 points of loss has a place on this x axis."


def test_ignoring_outliers_tells_the_range_of_the_bulk_and_counts_the_rest(client, store):
    value = np.random.default_rng(0).normal(size=1000)
    value[10] = 1e9
    store.put("a", {"loss": columns(value), "flat": columns(np.arange(50))})
    answer = ask(client, ignore_outliers=True, panels=[panel("loss", "a"), panel("flat", "a")])
    (low, high), off = answer["panels"][0]["range"], answer["panels"][0]["off"]
    assert -10 < low < high < 10
    assert off == np.count_nonzero((value < low) | (value > high)) > 0
    assert (answer["panels"][1]["range"], answer["panels"][1]["off"]) == (None, 0)


def test_outliers_are_judged_by_what_the_window_shows(client, store):
    store.put("a", {"loss": columns([0.0] * 100 + [9.0] * 100)})
    answer = ask(client, ignore_outliers=True, panels=[{**panel("loss", "a"), "window": [0, 99]}])
    assert answer["panels"][0]["off"] == 0


def test_a_run_that_vanished_is_named_and_its_series_left_out(client, store):
    store.put("a", {"loss": columns([1])})
    first = ask(client)
    store.remove("a")
    answer = ask(client, since=first["revision"], picked=["a"], panels=[panel("loss", "a")])
    assert answer["gone"] == ["a"]
    assert answer["panels"] == [{"tag": "loss", "series": []}]
    assert answer["tags"]["tags"] == []


@pytest.mark.parametrize("since", ["", "999", "99999999", "-3", "boot:7"])
def test_a_revision_of_another_server_brings_everything(client, store, since):
    store.put("a")
    answer = ask(client, since=since)
    assert answer["all"]
    assert [run["id"] for run in answer["runs"]] == ["a"]


def test_a_run_is_told_with_its_state_and_headline_metric(client, store):
    store.put("sweep/a", {"val/acc": columns([0.5, 0.9, 0.7]), "train/acc": columns([1.0])})
    store.states["sweep/a"] = RunStatus(RunState.FAILED, "ValueError: no", heartbeat=START, progress=0.5, dropped=3)
    (run,) = ask(client)["runs"]
    assert (run["state"], run["detail"], run["progress"], run["dropped"]) == ("failed", "ValueError: no", 0.5, 3)
    assert (run["name"], run["points"], run["last_step"], run["last_time"]) == ("a", 4, 2, START + 0.2)
    assert run["best"] == {"tag": "val/acc", "value": 0.9, "step": 1, "better": "max"}


def test_tags_are_listed_as_people_count_and_again_when_one_appears(client, store):
    store.put("a", {"layer.10": columns([1]), "layer.2": columns([1])})
    store.put("b", {"layer.2": columns([1])})
    first = ask(client, picked=["b", "gone", "a"])["tags"]
    assert [(tag["tag"], tag["runs"]) for tag in first["tags"]] == [("layer.2", [0, 2]), ("layer.10", [2])]
    question = {"picked": ["b", "gone", "a"], "tags_etag": first["etag"]}
    store.put("b", {"layer.2": columns([1, 2])})
    assert ask(client, **question)["tags"] is None
    store.put("b", {"new": columns([1])})
    assert len(ask(client, **question)["tags"]["tags"]) == 3


def test_a_tag_of_another_kind_is_an_entry_of_its_own(client, store):
    store.put("a", {"samples": columns([1])})
    store.put("b")
    store.run("b").facts["samples"] = TagFacts("image", 3)
    tags = ask(client, picked=["a", "b"])["tags"]["tags"]
    assert [(tag["kind"], tag["runs"]) for tag in tags] == [("image", [1]), ("scalar", [0])]


def test_everything_is_served_below_the_prefix(client_at, store):
    store.put("a")
    client = client_at("/tb/")
    assert client.post("/tb/api/v1/live", json={}).status_code == 200
    assert client.post("/api/v1/live", json={}).status_code == 404


@pytest.mark.parametrize(
    ("question", "says"),
    [
        ({"x": "epoch"}, "no x axis 'epoch'; there are step, relative_step"),
        ({"smoothing": {"kind": "median", "amount": 1}}, "kind of smoothing is one of none, ema"),
        ({"smoothing": {"kind": "ema", "amount": 1}}, "below 1, not 1"),
        ({"smoothing": {"kind": "ema", "amount": "x"}}, "amount of smoothing must be a number, not 'x'"),
        ({"columns": 0}, "1 to 10,000 pixel columns, not 0"),
        ({"overlap": "some"}, "one of latest, all, not 'some'"),
        ({"picked": "a"}, "picked of the question must be a list"),
        ({"log_x": 1}, "log_x of the question must be true or false"),
        ({"panels": [3]}, "a panel must be a JSON object, not 3"),
        ({"panels": [{"tag": "t", "runs": {"a": 3}}]}, "runs of a panel must be texts"),
        ({"panels": [{"runs": {}}]}, "tag of a panel must be a text"),
        ({"panels": [{"tag": "t", "runs": {"a": ""}, "window": [2, 1]}]}, "from a lower to a higher number"),
        ({"panels": [{"tag": "t", "runs": {"a": ""}, "window": [1]}]}, "two numbers or null"),
    ],
)
def test_a_question_that_makes_no_sense_is_refused_in_a_sentence(client, store, question, says):
    store.put("a", {"t": columns([1])})
    error = refused(client, **question)
    assert says in error
    assert error.endswith(".")


def test_a_body_that_is_not_json_is_refused(client):
    answer = client.post("/api/v1/live", data=b"{")
    assert answer.status_code == 400
    assert "not JSON" in answer.json["error"]
