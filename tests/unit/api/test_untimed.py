"""A log that gives no times, and columns that only gave the steps of others."""

import json
import math
from dataclasses import replace

import pytest

from app.api.live import live_answer, parse_question
from app.readers.contract import RunInfo
from app.store.query import SeriesQuery, Smoothing, picture
from tests.arrays import START, columns

NO_TIMES = columns([3.0, 2.0, 1.0], wall_time=[math.nan] * 3)
SOME_TIMES = columns([3.0, 2.0, 1.0], wall_time=[math.nan, START, START + 5])


@pytest.fixture
def run(store):
    store.put("a", {"loss": NO_TIMES, "late": SOME_TIMES}, info=RunInfo("a"))


@pytest.mark.parametrize("x", ["wall_time", "relative_time"])
@pytest.mark.parametrize("smoothing", [Smoothing(), Smoothing("ema", 0.6), Smoothing("time_weighted", 0.6)])
def test_on_an_axis_of_time_it_says_so_in_words(store, run, x, smoothing):
    drawn = picture(store, SeriesQuery(run_id="a", tag="loss", x=x, smoothing=smoothing))
    assert (len(drawn.x), drawn.left_out) == (0, 3)
    assert drawn.message == "a does not say when loss was logged: choose step as x."
    again = picture(store, SeriesQuery(run_id="a", tag="loss", x=x, smoothing=smoothing, cursor=drawn.cursor))
    assert again.mode == "same"


def test_points_with_a_time_are_drawn_from_the_first_of_them(store, run):
    drawn = picture(store, SeriesQuery(run_id="a", tag="late", x="relative_time"))
    assert (drawn.x.tolist(), drawn.left_out, drawn.message) == ([0.0, 5.0], 1, "")


def test_over_steps_every_point_is_drawn(store, run):
    assert picture(store, SeriesQuery(run_id="a", tag="loss")).x.tolist() == [0, 1, 2]


def test_the_live_answer_is_strict_json(store, run):
    panels = [{"tag": "loss", "runs": {"a": ""}}]
    for x in ("step", "wall_time"):
        body = live_answer(store, parse_question({"x": x, "panels": panels, "picked": ["a"]}))
        length = int.from_bytes(body[:4], "little")
        json.loads(body[4 : 4 + length], parse_constant=pytest.fail)


@pytest.mark.parametrize("points", ["drawn", "all"])
def test_an_unknown_time_is_null_in_json(client, run, points):
    answer = client.get(f"/api/v1/series?run=a&tag=late&points={points}").json
    assert answer["wall_time"] == [None, START, START + 5]


def test_it_is_an_empty_cell_in_csv_and_left_out_of_json_lines(client, run):
    csv = client.get("/api/v1/table?run=a&tag=loss&rows=long&format=csv&about=0").text.splitlines()
    assert csv == ["run,tag,step,wall_time,value", "a,loss,0,,3.0", "a,loss,1,,2.0", "a,loss,2,,1.0"]
    first, *_ = client.get("/api/v1/table?run=a&tag=loss&rows=long&format=jsonl&about=0").text.splitlines()
    assert json.loads(first) == {"run": "a", "tag": "loss", "step": 0, "value": 3.0}


def test_rows_of_steps_have_no_time_and_sort_by_it_all_the_same(client, run):
    answer = client.get("/api/v1/table?run=a&tag=loss&rows=steps&sort=wall_time").json
    names = [column["name"] for column in answer["columns"]]
    for name in ("wall_time", "relative_time"):
        assert [row[names.index(name)] for row in answer["rows"]] == [None, None, None]


def test_the_run_list_knows_no_last_time(client, store):
    store.put("b", {"loss": NO_TIMES}, info=RunInfo("b"))
    run = store.run("b")
    store._runs["b"] = replace(run, last_time=None)
    (entry,) = (run for run in client.get("/api/v1/runs").json["runs"] if run["id"] == "b")
    assert (entry["last_time"], entry["created"]) == (None, None)


def test_a_column_that_gave_the_steps_is_listed_where_asked_for(client, store):
    store.put("a", {"epoch": columns([0, 1]), "loss": columns([1, 2])})
    facts = store.run("a").facts
    store._runs["a"] = replace(store.run("a"), facts={**facts, "epoch": replace(facts["epoch"], is_step=True)})
    assert [one["tag"] for one in client.get("/api/v1/tags?run=a").json["tags"]] == ["loss"]
    assert [one["tag"] for one in client.get("/api/v1/tags?run=a&steps=1").json["tags"]] == ["epoch", "loss"]
    assert "epoch" in {
        column["name"] for column in client.get("/api/v1/table/columns?run=a&rows=steps").json["columns"]
    }


def test_a_chart_is_there_for_a_run_in_which_the_same_tag_is_a_number_like_others(client, store):
    store.put("a", {"epoch": columns([0, 1])})
    store.put("b", {"epoch": columns([0, 1])})
    facts = store.run("a").facts
    store._runs["a"] = replace(store.run("a"), facts={"epoch": replace(facts["epoch"], is_step=True)})
    assert client.get("/api/v1/tags?run=a&run=b").json["tags"] == [{"tag": "epoch", "kind": "scalar", "runs": ["b"]}]
