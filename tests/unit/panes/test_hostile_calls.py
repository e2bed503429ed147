"""Calls and folders that nobody in their right mind would send or leave: refused in words, and nothing else breaks."""

import json
import os
import shutil

import pytest

from app.readers.visdom import READER
from app.store.panes import environment as environment_module
from app.store.panes.calls import LOG_NAME
from app.store.panes.environment import CallError
from tests.unit.panes.calls_of_visdom import comparable
from tests.unit.panes.test_api import Server, draw, note
from tests.unit.panes.test_files import BIG, line, picture, text

GONE = {"_parts": [{"file": f"media/ab/{'ab' * 32}.png", "type": "image/png", "bytes": 3, "as": "uri"}]}


@pytest.fixture
def server(tmp_path):
    made = Server(tmp_path / "runs")
    yield made
    made.panes.close()


@pytest.fixture
def compacting(opened, monkeypatch):
    """Makes the calls, the last of them with the log written anew; returns the windows before and read back."""

    def make(*calls):
        environment = opened()
        for endpoint, message in calls:
            try:
                environment.call(endpoint, message, BIG)
            except CallError:
                assert message in BAD
        environment.call("events", picture(0), BIG)
        monkeypatch.setattr(environment_module, "KEPT_BYTES", 1)
        size = (environment.folder / LOG_NAME).stat().st_size
        environment.call("events", picture(1), BIG)
        environment.call("close", {"win": "i"}, BIG)
        environment.close()
        assert (environment.folder / LOG_NAME).stat().st_size < size
        return comparable(environment.states()), comparable(opened().states())

    return make


FIRST = ("events", line([0], [0.0]))
BAD = (
    {"data": [], "win": "w"},
    {"data": [{"type": "scatter"}, 7], "win": "w"},
    {"data": {"type": "plot"}, "win": "w"},
)


@pytest.mark.parametrize("closed", ["w", None])
def test_what_was_closed_stays_away_when_the_log_is_written_anew(compacting, closed):
    before, after = compacting(FIRST, ("close", {"win": closed}), ("update", line([1], [1.0])))
    assert after == before
    assert after["w"]["content"]["data"][0]["x"] == [1]


@pytest.mark.parametrize(("endpoint", "bad"), [("events", BAD[0]), ("events", BAD[1]), ("win_data", BAD[2])])
def test_a_refused_call_takes_nothing_along_when_the_log_is_written_anew(compacting, endpoint, bad):
    before, after = compacting(FIRST, (endpoint, bad), ("update", line([1], [1.0])))
    assert after == before
    assert after["w"]["content"]["data"][0]["x"] == [0, 1]


def test_a_log_can_be_written_anew_again_and_again(opened, monkeypatch):
    monkeypatch.setattr(environment_module, "KEPT_BYTES", 1)
    environment = opened()
    for step in range(9):
        environment.call("update", line([step], [0.5]), BIG)
        environment.call("events", picture(step), BIG)
        if step == 4:
            environment.call("close", {"win": "w"}, BIG)
    for one in (environment, opened()):
        assert one.states()["w"]["content"]["data"][0]["x"] == [5, 6, 7, 8]
        assert one.states()["i"]["content"]["src"] == picture(8)["data"][0]["content"]["src"]


def test_a_call_counts_though_the_log_cannot_be_written_anew(opened, monkeypatch, caplog):
    monkeypatch.setattr(environment_module, "KEPT_BYTES", 1)
    environment = opened()
    environment.call("events", picture(0), BIG)
    (environment.folder / f".{LOG_NAME}.part").mkdir()
    assert environment.call("events", text("said", "i"), BIG) == "i"
    assert "keeps what later calls replaced" in caplog.text
    assert opened().states()["i"]["content"] == "said"


def test_half_a_pair_of_surrogates_does_not_cost_the_call(server):
    body = '{"data": [{"type": "text", "content": "file \\ud83d.txt \\ud83d\\ude00"}], "win": "w", "opts": {"x": NaN}}'
    assert server.client.post("/events", data=body).status_code == 200
    (window,) = server.ask("main")["windows"]
    assert window["content"] == "file ?.txt \N{GRINNING FACE}"


@pytest.mark.parametrize("depth", [300, 900])
@pytest.mark.parametrize("filling", ["", "y" * 20_000])
def test_what_is_nested_too_deeply_is_refused_in_words(server, depth, filling):
    deep = f'{{"data": [{{"type": "text", "content": "{filling}"}}], "x": {"[" * depth}{"]" * depth}}}'
    answer = server.client.post("/events", data=deep)
    assert (answer.status_code, "no JSON that can be kept" in answer.text) == (400, True)


def test_a_window_whose_file_is_gone_says_so_and_hides_no_other(server):
    draw(server, **note("there", "a"))
    draw(server, data=[{"type": "text", "content": GONE}], win="b")
    draw(server, data=[{"type": "text", "content": {"_parts": [GONE["_parts"][0] | {"bytes": "q"}]}}], win="c")
    there, gone, _ = server.ask("main")["windows"]
    assert (there["content"], gone["type"], gone["id"]) == ("there", "text", "b")
    assert gone["plain"].startswith("b cannot be shown: ")
    for address in (gone["content_at"], "/api/v1/panes/window?environment=main&window=b"):
        answer = server.client.get(address)
        assert (answer.status_code, "cannot be read" in answer.json["error"]) == (404, True)


def test_a_folder_that_cannot_be_written_is_shown_all_the_same(tmp_path, server):
    draw(server, **note("there"))
    server.panes.close()
    lock = tmp_path / "runs" / "visdom" / ".lock"
    lock.unlink()
    lock.mkdir()
    answer = server.ask("main")
    assert [window["content"] for window in answer["windows"]] == ["there"]
    assert (answer["writable"], "cannot be written" in answer["reason"]) == (False, True)
    refused = server.call("events", note("more"))
    assert (refused.status_code, "cannot be written" in refused.text) == (409, True)
    lock.rmdir()
    draw(server, **note("more"))


def test_the_folder_may_be_deleted_underneath_and_still_has_one_writer(tmp_path, server):
    draw(server, **note("before", "a"))
    shutil.rmtree(tmp_path / "runs")
    draw(server, **note("after", "b"))
    assert server.ask("main")["present"] == {"main": ["b"]}
    second = Server(tmp_path / "runs")
    assert second.call("events", note("mine")).status_code == 409
    second.panes.close()


def test_a_fork_that_fails_leaves_nothing_behind(server):
    draw(server, **note("text"))
    (server.panes.folder / "main" / "media").symlink_to("nowhere")
    status, answer = server.edit(action="fork", environment="main", to="copy")
    assert (status, "could not be kept" in answer["error"]) == (500, True)
    assert sorted(path.name for path in server.panes.folder.iterdir()) == [".lock", "main"]


@pytest.mark.parametrize(
    "name", ["../../etc", "a/b", "CON", "\N{FIRE}", "x" * 300, "..", ".lock", " ", "a\0b", "%2e%2e"]
)
def test_an_environment_of_any_name_stays_in_its_folder(tmp_path, server, name):
    draw(server, **note("text", eid=name))
    assert server.ask(name.replace("/", "_"))["windows"][0]["content"] == "text"
    (folder,) = (path for path in (tmp_path / "runs" / "visdom").iterdir() if path.name != ".lock")
    assert json.loads((folder / "run.json").read_text())["name"] == name.replace("/", "_")
    assert [path.name for path in (*tmp_path.iterdir(), *(tmp_path / "runs").iterdir())] == ["runs", "visdom"]


@pytest.mark.parametrize("name", ["calls.jsonl", "run.json", "layouts.json"])
@pytest.mark.parametrize("make", [os.mkfifo, os.mkdir])
def test_a_pipe_or_folder_in_place_of_a_file_holds_nobody_up(server, name, make):
    draw(server, **note("there", eid="other"))
    draw(server, **note("text"))
    for environment in ("main", "other"):
        assert server.client.get(f"/api/v1/panes/layouts?environment={environment}").status_code == 200
    server.panes.close()
    path = server.panes.folder / "main" / name
    path.unlink(missing_ok=True)
    make(path)
    answer = server.ask("main", "other")
    assert "other" in answer["present"]
    assert ("main" in answer["problems"]) == (name == "calls.jsonl")
    expected = 404 if name == "calls.jsonl" else 200
    assert server.client.get("/api/v1/panes/layouts?environment=main").status_code == expected


def test_no_link_leads_out_of_the_folder_of_an_environment(tmp_path, server):
    draw(server, data=[{"type": "text", "content": GONE}], win="b")
    secret = tmp_path / "secret"
    secret.write_text("secret")
    name = GONE["_parts"][0]["file"]
    link = server.panes.folder / "main" / name
    link.parent.mkdir(parents=True)
    link.symlink_to(secret)
    assert (
        server.client.get("/api/v1/panes/content", query_string={"environment": "main", "file": name}).status_code
        == 404
    )
    assert server.client.get("/api/v1/panes/content?environment=main&window=b").status_code == 404
    assert "secret" not in server.client.get("/api/v1/panes/window?environment=main&window=b").json.get("content", "")


def test_a_pipe_holds_up_no_search_for_runs(tmp_path):
    for name in ("run.json", "calls.jsonl"):
        os.mkfifo(tmp_path / name)
    assert READER.find(tmp_path, ["run.json", "calls.jsonl"]).runs == ()
