"""Visdom's own client, unchanged, with a server that was started as a person starts it."""

import json
import signal
import threading
import urllib.error
import urllib.request
from contextlib import closing, contextmanager
from typing import NamedTuple
from urllib.parse import urlsplit

import numpy as np
import pytest
from visdom import Visdom

from app.commands.address import listen
from app.commands.serving import http_server, open_store
from app.readers.visdom import READER
from app.server import create_app
from app.settings import LogRoot, Settings
from tests.conftest import PATIENCE_S
from tests.logged import until

PROPERTIES = [{"type": "number", "name": "rate", "value": "0.1"}, {"type": "button", "name": "Go", "value": "Start"}]
# The client opens its socket again and again until its process ends; urllib3's threads and sockets outlive a test.
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")


@contextmanager
def client(app, **options):
    """A client as scripts make it."""
    viz = Visdom(port=urlsplit(app.url).port, raise_exceptions=True, **options)
    try:
        yield viz
    finally:
        viz.use_socket = False


def asked(app, where, body=None):
    """What the page gets."""
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(f"{app.url}api/v1/{where}", data, {"Content-Type": "application/json"})
    with closing(urllib.request.urlopen(request, timeout=PATIENCE_S)) as answer:
        return json.loads(answer.read())


@contextmanager
def serving(folder, **options):
    """The app on a free port, with its real HTTP server, in this process."""
    listening = listen("127.0.0.1", 0)
    port = listening.getsockname()[1]
    settings = Settings(roots=(LogRoot("", folder),), port=port, visdom=True, **options)
    with closing(open_store(settings)) as store:
        flask = create_app(settings, store).server
        server = http_server(flask, listening, threads=4)
        threading.Thread(target=server.run, daemon=True).start()
        yield Address(f"http://127.0.0.1:{port}/")
        server.close()
        flask.extensions["panes"].close()


class Address(NamedTuple):
    """Where a server is."""

    url: str


@pytest.fixture(scope="module")
def app(tmp_path_factory):
    with serving(tmp_path_factory.mktemp("runs")) as address:
        yield address


@pytest.mark.parametrize("way", [{}, {"use_incoming_socket": False, "use_polling": True}], ids=["socket", "polling"])
def test_what_people_do_on_the_page_reaches_the_script(app, way):
    lab = f"lab {len(way)}"
    with client(app, **way) as viz:
        assert viz.check_connection(timeout_seconds=PATIENCE_S)
        events = []
        window = viz.properties(PROPERTIES, env=lab)
        viz.register_event_handler(events.append, window)
        viz.register_event_handler(lambda event: viz.text(f"rate {event['value']}", win="said", env=lab), window)
        update = {"event_type": "PropertyUpdate", "propertyId": 0, "value": "0.2"}
        told = asked(app, "panes/event", {"environment": lab, "window": window, "event": update})
        assert told["listeners"] >= 1  # scripts of other tests are still connected
        until(lambda: viz.win_exists("said", env=lab))
        assert {name: events[0][name] for name in ("target", "eid", *update)} == {
            "target": window,
            "eid": lab,
            **update,
        }
        assert events[0]["pane_data"]["content"] == PROPERTIES
        assert asked(app, "panes/edit", {"action": "close", "environment": lab, "windows": [window]})["done"]
        assert until(lambda: events[1:])[0]["event_type"] == "close"
        assert not viz.win_exists(window, env=lab)


def test_nothing_is_lost_when_the_server_is_killed_between_two_calls(start_app, tmp_path):
    first = start_app("--visdom", "--logdir", str(tmp_path / "runs"))
    with client(first, use_incoming_socket=False, env="digits") as viz:
        window = viz.line(X=[0], Y=[1.0], opts={"title": "loss"}, name="train")
        for step in range(1, 20):
            viz.line(X=[step], Y=[1 / (step + 1)], win=window, name="train", update="append")
        picture = viz.image(np.random.default_rng(0).random((3, 80, 90)), opts={"store_history": True})
        viz.image(np.zeros((3, 80, 90)), win=picture, opts={"store_history": True})
        before = json.loads(viz.get_window_data())
    first.stop(signal.SIGKILL)
    second = start_app("--visdom", "--logdir", str(tmp_path / "runs"))
    with client(second, use_incoming_socket=False, env="digits") as viz:
        after = json.loads(viz.get_window_data())
        assert viz.get_env_list() == ["digits"]
        for states in (before, after):
            assert [state.pop("contentID") and state["i"] for state in states.values()] == [0, 1]
        assert after == before
        assert after[window]["content"]["data"][0]["y"] == [1 / (step + 1) for step in range(20)]
        assert len(after[picture]["content"]) == 2
    run = READER.open(tmp_path / "runs" / "visdom" / "digits")
    run.poll()
    assert (run.facts["loss/train"].points, run.facts["loss/train"].last_step) == (20, 19)
    until(lambda: [one["id"] for one in asked(second, "runs")["runs"]] == ["visdom/digits"])


def test_environments_are_forked_saved_deleted_and_their_windows_asked_for(app):
    with client(app, use_incoming_socket=False) as viz:
        window = viz.text("first", env="a/b")
        assert viz.fork_env("a/b", "copy") == "copy"
        viz.text("changed", win=window, env="a/b")
        assert json.loads(viz.get_window_data(window, env="copy"))["content"] == "first"
        assert json.loads(viz.save(["a/b", "nowhere"])) == ["a_b"]
        assert set(viz.get_env_list()) >= {"a_b", "copy", "main"}
        viz.delete_env("copy")
        assert "copy" not in viz.get_env_list()
        assert [viz.win_exists(window, env=env) for env in ("a/b", "copy")] == [True, False]
        data = json.loads(viz.get_window_data(window, env="a/b"))
        viz.set_window_data(json.dumps({**data, "content": "put"}), win=window, env="a/b")
        assert json.loads(viz.get_window_data(env="a/b"))[window]["content"] == "put"
        viz.close(env="a/b")
        assert json.loads(viz.get_window_data(env="a/b")) == {}
        assert viz.text("x", win="gone", append=False)
        assert viz._send({"win": "none", "eid": "main", "data": [], "opts": {}}, "update") == "win does not exist"


def test_the_client_logs_in_with_the_token_as_its_password(tmp_path):
    with serving(tmp_path, token="correct-horse-battery") as app:
        with client(app, username="me", password="correct-horse-battery") as viz:
            assert viz.check_connection(timeout_seconds=PATIENCE_S)
            assert viz.win_exists(viz.text("hello"))
        with pytest.raises(RuntimeError, match="Authentication failed"), client(app, username="me", password="wrong"):
            pass


def test_another_sites_page_can_neither_draw_nor_close(app):
    for where, name in (("events", "Origin"), ("close", "Origin"), ("api/v1/panes/edit", "Origin")):
        headers = {name: "http://evil.example", "Content-Type": "application/json"}
        request = urllib.request.Request(f"{app.url}{where}", b"{}", headers)
        with pytest.raises(urllib.error.HTTPError) as refused:
            urllib.request.urlopen(request, timeout=PATIENCE_S)
        with closing(refused.value) as answer:
            assert answer.code == 403
            assert b"site's page" in answer.read()
