"""What the page asks, over the routes, and what it may change."""

import base64
import json
import threading
from pathlib import Path

import pytest
from flask import Flask
from visdom import Visdom

from app import api
from app.readers.contract import RunInfo
from app.settings import LogRoot, Settings
from app.store.summary import RunSummary
from tests.arrays import ArrayStore
from tests.unit.panes.test_files import picture

PAGE = {"Origin": "http://localhost"}


class Server:
    """The routes over a log folder, and calls as visdom's client makes them."""

    def __init__(self, folder, *, visdom=True, store=None, prefix="/"):
        server = Flask("test")
        settings = Settings(roots=(LogRoot("", folder),), visdom=visdom, url_prefix=prefix)
        api.register(server, store or ArrayStore(), settings)
        self.panes = server.extensions["panes"]
        self.client = server.test_client()

    def call(self, endpoint, message):
        """POST as the client does: JSON without its media type."""
        return self.client.post(f"/{endpoint}", data=json.dumps(message))

    def ask(self, *environments, seen=None):
        """Ask as the page does."""
        return self.client.post("/api/v1/panes", json={"environments": environments, "seen": seen or {}}).json

    def edit(self, **change):
        """Change something as the page does; return status and answer."""
        answer = self.client.post("/api/v1/panes/edit", json=change, headers=PAGE)
        return answer.status_code, answer.json


@pytest.fixture
def server(tmp_path):
    made = Server(tmp_path / "runs")
    yield made
    made.panes.close()


def draw(server, **message):
    answer = server.call("events", message)
    assert answer.status_code == 200, answer.text
    return answer.text


def note(text, win="note", eid="main"):
    return {"data": [{"type": "text", "content": text}], "win": win, "eid": eid, "opts": {"title": win}}


def test_only_windows_that_changed_are_sent(server):
    draw(server, **note("one", "a"))
    draw(server, **note("two", "b"))
    first = server.ask("main", "nowhere")
    assert first["present"] == {"main": ["a", "b"]}
    assert (first["missing"], first["writable"], first["reason"]) == (["nowhere"], True, "")
    seen = {"main": {window["id"]: window["revision"] for window in first["windows"]}}
    assert server.ask("main", seen=seen)["windows"] == []
    draw(server, **note("three", "a"))
    (changed,) = server.ask("main", seen=seen)["windows"]
    assert (changed["id"], changed["content"], changed["place"]) == ("a", "three", 0)
    out_of_sight = server.ask("main", seen={"main": {"a": None, "b": None}})
    assert (out_of_sight["windows"], out_of_sight["present"]) == ([], {"main": ["a", "b"]})
    server.call("close", {"win": "b", "eid": "main"})
    assert server.ask("main", seen=seen)["present"] == {"main": ["a"]}
    (listed,) = server.ask()["environments"]
    assert (listed["name"], listed["windows"], listed["writable"]) == ("main", 1, True)


def test_pictures_come_by_an_address_that_never_changes(server):
    sent = picture(0)
    draw(server, **sent)
    draw(server, data=[{"type": "image_history", "content": sent["data"][0]["content"]}], win="past")
    small = "data:image/png;base64," + base64.b64encode(b"small").decode()
    server.call("update", {"data": [{"type": "image_history", "content": {"src": small}}], "win": "past"})
    one, past = server.ask("main")["windows"]
    answer = server.client.get(one["content"]["src"])
    assert answer.data == base64.b64decode(sent["data"][0]["content"]["src"].partition(",")[2])
    assert (answer.mimetype, "immutable" in answer.headers["Cache-Control"]) == ("image/png", True)
    assert (past["count"], past["first"], past["selected"]) == (2, 0, 1)
    content = "/api/v1/panes/content?environment=main&window=past"
    assert server.client.get(f"{content}&at=0").data == answer.data
    assert server.client.get(content).data == b"small"
    assert server.client.get(f"{content}&at=2").status_code == 404


@pytest.mark.parametrize("size", [70, 70_000])
@pytest.mark.parametrize(("form", "media_type"), [("video", "video/webm"), ("audio", "audio/wav")])
def test_clips_come_by_an_address_however_short(server, form, media_type, size):
    clip = bytes(range(70)) * (size // 70)
    source = f"data:{media_type};base64,{base64.b64encode(clip).decode()}"
    html = f'\n <{form} controls loop>\n <source type="{media_type}" src="{source}">\n </{form}>'
    draw(server, **note(html))
    (window,) = server.ask("main")["windows"]
    media = window["media"]
    assert (media["kind"], media["media_type"], media["loop"], media["autoplay"]) == (form, media_type, True, False)
    answer = server.client.get(media["src"])
    assert (answer.data, answer.mimetype) == (clip, media_type)
    part = server.client.get(media["src"], headers={"Range": "bytes=10-19"})
    assert (part.status_code, part.data) == (206, clip[10:20])
    assert server.client.get("/api/v1/panes/content?environment=main&window=note").text == html
    draw(server, **note("no clip"))
    assert server.client.get("/api/v1/panes/content?environment=main&window=note&clip=1").status_code == 404


@pytest.mark.parametrize("text", ["<script>alert(1)</script>", "<svg onload='alert(1)'></svg>", f"<p>{'x' * 99_999}"])
def test_pages_and_drawings_are_sent_in_a_sandbox(server, text):
    draw(server, **note(text))
    (window,) = server.ask("main")["windows"]
    answer = server.client.get(window["content_at"])
    assert answer.text == text
    assert answer.headers["Content-Security-Policy"].startswith("sandbox")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert (window["content"] is None) == (len(text) > 65_536)


@pytest.mark.parametrize(
    "name", ["run.json", "../secret", "media/../run.json", "media/ab/" + "ab" * 32 + ".png", "/etc/passwd"]
)
def test_nothing_but_files_of_windows_is_sent(server, name):
    draw(server, **picture(0))
    answer = server.client.get("/api/v1/panes/content", query_string={"environment": "main", "file": name})
    assert (answer.status_code, "has no file" in answer.json["error"]) == (404, True)


def test_a_whole_window_can_be_saved(server):
    trace = {"type": "scatter", "x": list(range(9_000)), "y": list(range(9_000))}
    draw(server, data=[trace], win="w", layout={"title": "long"}, opts={"title": "lö/ss"})
    (window,) = server.ask("main")["windows"]
    assert (len(window["content"]["data"][0]["x"]) < 4_100, window["points"]) == (True, [9_000])
    answer = server.client.get("/api/v1/panes/window?environment=main&window=w")
    assert answer.json["content"]["data"][0]["x"] == trace["x"]
    assert answer.headers["Content-Disposition"] == 'attachment; filename="main-l-ss.json"'


def test_windows_and_environments_are_changed_from_the_page(server):
    for window in "abc":
        draw(server, **note("text", window))
    done = (200, {"done": True})
    assert server.edit(action="fork", environment="main", to="other") == done
    assert server.edit(action="close", environment="main", windows=["a", "gone"]) == done
    assert server.ask("main", "other")["present"] == {"main": ["b", "c"], "other": ["a", "b", "c"]}
    assert server.edit(action="clear", environment="main") == done
    assert server.edit(action="save", environment="other") == done
    assert server.edit(action="delete", environment="other") == done
    assert server.ask("main", "other")["present"] == {"main": []}
    status, answer = server.edit(action="explode", environment="main")
    assert (status, "one of close, clear" in answer["error"]) == (400, True)


def test_layouts_are_kept_with_the_environment_and_for_all(server):
    draw(server, **note("text"))
    own, shared = {"note": {"x": 1, "y": 2, "w": 300, "h": 200}}, {"match": "note"}
    assert server.edit(action="layout", environment="main", name="mine", layout=own)[0] == 200
    assert server.edit(action="layout", name="ours", layout=shared)[0] == 200
    kept = server.client.get("/api/v1/panes/layouts?environment=main").json
    assert kept == {"layouts": {"mine": own}, "shared": {"ours": shared}}
    server.edit(action="layout", environment="main", name="mine", layout=None)
    assert server.client.get("/api/v1/panes/layouts?environment=main").json["layouts"] == {}
    status, answer = server.edit(action="layout", environment="main", name="big", layout={"x": "y" * 300_000})
    assert (status, "262,144 bytes" in answer["error"]) == (400, True)


def test_a_step_back_in_embeddings_shows_the_points_before(server):
    points = [{"idx": 0, "position": [0, 1]}, {"idx": 1, "position": [1, 0]}]
    draw(server, data=[{"type": "embeddings", "content": {"data": points}}], win="e")
    server.call("update", {"data": {"update_type": "RegionSelected", "points": points[:1]}, "win": "e"})
    assert server.ask("main")["windows"][0]["content"]["has_previous"] is True
    assert server.edit(action="back", environment="main", window="e")[0] == 200
    content = server.ask("main")["windows"][0]["content"]
    assert (content["data"], content["has_previous"]) == (points, False)
    assert server.edit(action="back", environment="main", window="e")[0] == 400


def test_without_the_option_environments_are_shown_and_nothing_is_taken(tmp_path):
    writing = Server(tmp_path / "runs")
    draw(writing, **note("text"))
    looking = Server(tmp_path / "runs", visdom=False)
    answer = looking.ask("main")
    assert (answer["writable"], "--visdom" in answer["reason"]) == (False, True)
    assert [window["content"] for window in answer["windows"]] == ["text"]
    assert looking.call("events", note("more")).status_code in (404, 405)
    for where in ("edit", "event"):
        refused = looking.client.post(f"/api/v1/panes/{where}", json={"action": "clear", "environment": "main"})
        assert (refused.status_code, "--visdom" in refused.json["error"]) == (403, True)
    draw(writing, **note("changed"))
    assert [window["content"] for window in looking.ask("main")["windows"]] == ["changed"]
    writing.panes.close()


class FoundRuns(ArrayStore):
    """A store that found logs of visdom."""

    def __init__(self, *paths):
        super().__init__()
        self._paths = paths

    def runs(self):
        return [
            RunSummary(path.name, "visdom", str(path.parent), RunInfo(path.name), {}, (), 0, 1, None, None, str(path))
            for path in self._paths
        ]


def test_saved_environments_and_logs_of_the_client_are_looked_at_too(tmp_path: Path):
    log, saved = tmp_path / "calls.log", tmp_path / "saved.json"
    viz = Visdom(offline=True, log_to_filename=str(log))
    viz.line(X=[0, 1], Y=[1.0, 0.5], win="loss", opts={"title": "loss"})
    windows = {"t": {"type": "text", "id": "t", "title": "note", "content": "saved", "i": 0}}
    saved.write_text(json.dumps({"jsons": windows, "reload": {}}))
    server = Server(tmp_path / "runs", store=FoundRuns(log, saved))
    answer = server.ask("calls.log", "saved.json")
    assert [(one["name"], one["writable"]) for one in answer["environments"]] == [
        ("calls.log", False),
        ("saved.json", False),
    ]
    assert [window["title"] for window in answer["windows"]] == ["loss", "note"]
    viz.line(X=[2], Y=[0.25], win="loss", update="append")
    (window,) = server.ask("calls.log")["windows"]
    assert window["content"]["data"][0]["y"] == [1.0, 0.5, 0.25]
    saved.write_text('{"jsons": {"t": 3}}')
    assert "cannot be read" in server.ask("saved.json")["problems"]["saved.json"]
    saved.write_text(json.dumps({"jsons": windows, "reload": {}}))
    assert server.edit(action="fork", environment="saved.json", to="mine")[0] == 200
    assert server.ask("mine")["windows"][0]["content"] == "saved"
    server.panes.close()


def test_many_scripts_at_once_lose_no_point(server):
    point = {"data": [{"type": "scatter", "x": [1.0], "y": [2.0]}], "eid": "main", "append": True, "layout": {}}

    def script(number):
        panes = server.panes
        for _ in range(100):
            with panes.writing("main") as environment:
                environment.call("update", {**point, "win": f"w{number % 3}"}, 100)

    threads = [threading.Thread(target=script, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(window["points"][0] for window in server.ask("main")["windows"]) == 600
    lines = (server.panes.folder / "main" / "calls.jsonl").read_bytes().splitlines()
    assert len([json.loads(line) for line in lines]) == 600


@pytest.mark.parametrize(
    ("sent", "status"),
    [(b"{", 400), (b"[1]", 400), (b'{"eid": 3}', 400), (b'{"win": "w"}', 400), (b'{"func": "x", "data": []}', 400)],
)
def test_calls_that_make_no_sense_are_answered_in_words(server, sent, status):
    answer = server.client.post("/events", data=sent)
    assert (answer.status_code, answer.text.startswith("The call makes no sense")) == (status, True)


def test_a_browser_that_follows_visdoms_links_comes_to_the_page(tmp_path):
    server = Server(tmp_path, prefix="/tb/")
    for address, page in (
        ("/tb/env/a%20b", "/tb/panes?environments=a+b"),
        ("/tb/compare/a+b", "/tb/panes?environments=a&environments=b&compare=1"),
    ):
        assert server.client.get(address).headers["Location"] == page
    server.panes.close()
