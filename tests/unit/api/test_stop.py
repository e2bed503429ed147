"""Asking a training to end over HTTP: what is written, what is refused, and what the run list says of it."""

from contextlib import ExitStack
from pathlib import Path

import pytest
from flask import Flask

import trainer_hooks
from app import api
from app.readers.walk import all_readers
from app.settings import LogRoot, Settings
from app.store.memory import Store
from tests.logged import statuses, until

ROUTE = "/api/v1/stop"


@pytest.fixture(autouse=True)
def hasty(monkeypatch):
    """A training looks for the file every 2 s; here sooner, so that a test takes no longer than it must."""
    monkeypatch.setattr("trainer_hooks.writer.HEARTBEAT_INTERVAL_S", 0.02)
    monkeypatch.setattr("trainer_hooks.background.TICK_S", 0.02)


@pytest.fixture
def opened(tmp_path):
    """Makes a client of a server over tmp_path/runs and its store, which looks at the files when it is told to."""
    with ExitStack() as closing:

        def make(**options):
            roots = (LogRoot("", tmp_path / "runs"),)
            settings = Settings(**{"roots": roots, "cache_dir": tmp_path / "cache", "write": True, **options})
            store = Store(settings, all_readers())
            closing.callback(store.close)
            server = Flask("test")
            api.register(server, store, settings)
            store.refresh()
            return server.test_client(), store

        yield make


@pytest.fixture
def run(tmp_path):
    with trainer_hooks.init(tmp_path / "runs" / "a") as run:
        run.log({"loss": 1.0})
        yield run


def told(client, store):
    store.refresh()
    (entry,) = client.get("/api/v1/runs").json["runs"]
    return entry["stop"]


def files(folder: Path) -> dict[str, bytes]:
    """All files but those that the training itself goes on writing."""
    found = (path for path in folder.rglob("*") if path.is_file())
    return {path.name: path.read_bytes() for path in found if not path.name.startswith(("status-", ".", "run.json"))}


def test_a_running_training_is_asked_by_one_empty_file_and_told(run, opened):
    client, store = opened()
    before = files(run.path)
    assert told(client, store) is None
    answer = client.post(ROUTE, json={"run": "a"})
    assert (answer.status_code, answer.json) == (200, {"run": "a", "requested": True})
    assert files(run.path) == {**before, "STOP": b""}
    stop = told(client, store)
    assert stop == {"time": (run.path / "STOP").stat().st_mtime, "reason": "", "seen": False}
    until(lambda: run.stop_requested)
    until(lambda: told(client, store)["seen"])


def test_the_end_says_that_it_came_on_request_and_why(tmp_path, opened):
    run = trainer_hooks.init(tmp_path / "runs" / "a")
    (run.path / "STOP").write_text("enough")
    until(lambda: run.stop_requested)
    run.finish()
    client, _ = opened()
    entry = client.get("/api/v1/run?run=a").json
    assert (entry["state"], entry["detail"]) == ("finished", "stopped on request: enough")
    assert (entry["stop"]["reason"], entry["stop"]["seen"]) == ("enough", True)


def test_a_run_that_ended_by_itself_was_not_stopped(tmp_path, opened):
    with trainer_hooks.init(tmp_path / "runs" / "a") as run:
        (run.path / "STOP").touch()  # nobody looks
    client, _ = opened()
    entry = client.get("/api/v1/run?run=a").json
    assert (entry["state"], entry["detail"], entry["stop"]) == ("finished", "", None)


def test_a_second_request_keeps_the_first(run, opened):
    client, _ = opened()
    (run.path / "STOP").write_text("why")
    assert client.post(ROUTE, json={"run": "a"}).status_code == 200
    assert (run.path / "STOP").read_text() == "why"


def test_a_request_is_taken_back_until_the_training_has_seen_it(run, opened):
    client, store = opened()
    client.post(ROUTE, json={"run": "a"})
    assert client.post(ROUTE, json={"run": "a", "take_back": True}).json == {"run": "a", "requested": False}
    assert not (run.path / "STOP").exists()
    until(lambda: statuses(run.path)[0]["stop_requested"] is None)
    assert told(client, store) is None
    client.post(ROUTE, json={"run": "a"})
    until(lambda: run.stop_requested)
    until(lambda: told(client, store)["seen"])
    answer = client.post(ROUTE, json={"run": "a", "take_back": True})
    assert answer.status_code == 409
    assert "has seen the request" in answer.json["error"]
    assert (run.path / "STOP").exists()


def test_without_write_nothing_is_asked(run, opened):
    answer = opened(write=False)[0].post(ROUTE, json={"run": "a"})
    assert answer.status_code == 403
    assert "--write" in answer.json["error"]
    assert not (run.path / "STOP").exists()


def test_pages_of_other_sites_are_refused(run, opened):
    answer = opened()[0].post(ROUTE, json={"run": "a"}, headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 403
    assert not (run.path / "STOP").exists()


def test_a_run_that_ended_is_not_asked(tmp_path, opened):
    trainer_hooks.init(tmp_path / "runs" / "a").finish()
    answer = opened()[0].post(ROUTE, json={"run": "a"})
    assert answer.status_code == 409
    assert "does not run" in answer.json["error"]
    assert not (tmp_path / "runs" / "a" / "STOP").exists()


def test_a_run_of_another_format_is_not_asked(tmp_path, opened):
    folder = tmp_path / "runs" / "b"
    folder.mkdir(parents=True)
    (folder / "metrics.jsonl").write_text('{"step": 1, "loss": 2.0}\n')
    client, store = opened()
    (found,) = store.runs()
    answer = client.post(ROUTE, json={"run": found.id})
    assert answer.status_code == 409
    assert "trainer_hooks" in answer.json["error"]
    assert [path.name for path in folder.iterdir()] == ["metrics.jsonl"]


def test_a_run_that_is_not_there_is_not_found(opened):
    assert opened()[0].post(ROUTE, json={"run": "nobody"}).status_code == 404


def test_a_file_that_cannot_be_made_is_told_in_words(run, opened, tmp_path):
    client, _ = opened()
    run.path.rename(tmp_path / "moved")
    answer = client.post(ROUTE, json={"run": "a"})
    assert answer.status_code == 500
    assert "The request could not be made: [Errno 2] No such file or directory" in answer.json["error"]
