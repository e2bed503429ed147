import math
from pathlib import Path

import pytest

from app.readers.contract import Problem, RunInfo
from tests.arrays import START, columns


def test_health_says_that_the_server_lives_and_how_many_runs_it_sees(client, store):
    store.put("a")
    answer = client.get("/health").json
    assert (answer["status"], answer["runs"], answer["ready"]) == ("ok", 1, True)
    assert answer["uptime_s"] >= 0
    assert answer["revision"] == str(store.revision)


def test_the_run_list_is_newest_first_and_no_cache_keeps_it(client, store):
    store.put("old")
    store.put("new", info=RunInfo("new", notes="first line\nsecond", tags=("x",)))
    answer = client.get("/api/v1/runs")
    assert [run["id"] for run in answer.json["runs"]] == ["new", "old"]
    assert (answer.json["runs"][0]["notes"], answer.json["runs"][0]["tags"]) == ("first line", ["x"])
    assert answer.headers["Cache-Control"] == "no-store"


def test_since_gives_only_what_changed(client, store):
    store.put("a")
    store.put("b")
    since = client.get("/api/v1/runs").json["revision"]
    store.put("a", {"loss": columns([1])})
    store.remove("b")
    answer = client.get(f"/api/v1/runs?since={since}").json
    assert [run["id"] for run in answer["runs"]] == ["a"]
    assert answer["gone"] == ["b"]


def test_one_run_is_told_whole_in_strict_json(client, store):
    info = RunInfo("a", START, {"lr": 0.1, "clip": math.inf}, notes="one\ntwo", environment={"python": "3.11"})
    store.put("a", {"loss": columns([1, math.nan])}, info=info)
    store.problem("a", Problem(Path("/runs/a/metrics.jsonl"), "line 3", "it is not JSON", 2))
    run = client.get("/api/v1/run?run=a").json
    assert run["config"] == {"lr": 0.1, "clip": "Infinity"}
    assert (run["notes"], run["environment"]) == ("one\ntwo", {"python": "3.11"})
    assert (run["facts"]["loss"]["points"], run["facts"]["loss"]["last"]) == (2, "NaN")
    assert run["problems"] == [
        {"path": "/runs/a/metrics.jsonl", "where": "line 3", "what": "it is not JSON", "count": 2}
    ]


def test_tags_of_several_runs_name_the_runs_that_have_them(client, store):
    store.put("a", {"loss": columns([1]), "acc": columns([1])})
    store.put("b", {"loss": columns([1])})
    assert client.get("/api/v1/tags?run=a&run=b").json["tags"] == [
        {"tag": "acc", "kind": "scalar", "runs": ["a"]},
        {"tag": "loss", "kind": "scalar", "runs": ["a", "b"]},
    ]


@pytest.mark.parametrize("address", ["/api/v1/run?run=x", "/api/v1/tags?run=x", "/api/v1/series?run=x&tag=t"])
def test_an_unknown_run_is_404_in_words(client, address):
    answer = client.get(address)
    assert answer.status_code == 404
    assert "There is no run 'x'" in answer.json["error"]


@pytest.mark.parametrize("address", ["/api/v1/run", "/api/v1/tags", "/api/v1/media?tag=t", "/api/v1/series?tag=t"])
def test_a_missing_parameter_is_400_and_named(client, address):
    answer = client.get(address)
    assert answer.status_code == 400
    assert "needs the parameter run=" in answer.json["error"]


def test_an_address_that_is_none_is_404_in_json(client):
    answer = client.get("/api/v1/nothing")
    assert answer.status_code == 404
    assert "/api/v1/nothing" in answer.json["error"]
