from pathlib import Path

import pytest
from flask import Flask

from app import api
from app.api.files import MAX_SKIPPED
from app.readers.contract import Problem
from app.settings import LogRoot, Settings
from app.store.discovery import Skipped
from tests.arrays import columns


def test_every_run_is_told_with_its_format_and_what_could_not_be_read(client, store):
    store.put("a", {"loss": columns([1, 2]), "acc": columns([1])})
    store.problem("a", Problem(Path("/runs/a/metrics.csv"), "line 3", "it is not a number", 2))
    (run,) = client.get("/api/v1/files").json["runs"]
    assert (run["id"], run["format"], run["tags"], run["points"], run["problem_count"]) == ("a", "tailboard", 2, 3, 2)
    assert run["problems"] == [{"path": "metrics.csv", "where": "line 3", "what": "it is not a number", "count": 2}]


def test_what_was_skipped_is_told_once_and_again_when_it_changed(client, store):
    store.skip(Skipped(Path("/elsewhere/odd.csv"), "it has no header"))
    first = client.get("/api/v1/files").json
    assert first["skipped"] == [
        {"title": "/elsewhere/odd.csv", "path": "/elsewhere/odd.csv", "reason": "it has no header"}
    ]
    store.put("a")
    second = client.get(f"/api/v1/files?since={first['revision']}").json
    assert (second["skipped"], second["skipped_total"]) == (None, 1)
    assert [run["id"] for run in second["runs"]] == ["a"]
    store.skip()
    assert client.get(f"/api/v1/files?since={second['revision']}").json["skipped"] == []


def test_runs_that_vanished_are_named(client, store):
    store.put("a")
    since = client.get("/api/v1/files").json["revision"]
    store.remove("a")
    assert client.get(f"/api/v1/files?since={since}").json["gone"] == ["a"]


def test_a_revision_of_another_server_gets_everything(client, store):
    store.put("a")
    answer = client.get("/api/v1/files?since=1").json
    assert (answer["all"], len(answer["runs"]), answer["skipped"]) == (True, 1, [])


def test_too_many_skipped_files_are_cut_and_counted(client, store):
    store.skip(*(Skipped(Path(f"{number}.csv"), "why") for number in range(MAX_SKIPPED + 5)))
    answer = client.get("/api/v1/files").json
    assert (len(answer["skipped"]), answer["skipped_total"]) == (MAX_SKIPPED, MAX_SKIPPED + 5)


@pytest.mark.parametrize(
    ("path", "shown"),
    [
        ("/one/x/odd.csv", "first/x/odd.csv"),
        ("/two/odd.csv", "odd.csv"),
        ("/one", "one"),
        (b"/two/caf\xe9.csv".decode("utf-8", "surrogateescape"), "caf\ufffd.csv"),
    ],
)
def test_a_path_is_shown_below_its_log_folder(store, path, shown):
    server = Flask("test")
    api.register(server, store, Settings(roots=(LogRoot("first", Path("/one")), LogRoot("", Path("/two")))))
    store.skip(Skipped(Path(path), "why"))
    assert server.test_client().get("/api/v1/files").json["skipped"][0]["title"] == shown
