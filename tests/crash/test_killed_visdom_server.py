"""The server is killed while several of visdom's clients append: what it answered is there, once and whole."""

import json
import random
import signal
import time
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit

import pytest
from visdom import Visdom

from tests.logged import until

CLIENTS = 3
KILLS = 3
PICTURE = f"<svg>{'<path/>' * 4_000}</svg>"  # long enough for a file of its own


class Script:
    """A training that draws until its server is gone; `drawn` counts the steps of which every call was answered."""

    def __init__(self, server, name: str) -> None:
        self.viz = client(server)
        self.name = name
        self.drawn = 0

    def draw(self) -> None:
        try:
            while True:
                point = [float(self.drawn)]
                for window in (self.name, "shared"):
                    self.viz.line(point, point, win=window, name=self.name, update="append")
                self.viz.text(f"{self.drawn} {PICTURE}", win=f"{self.name} text")
                self.drawn += 1
        except ConnectionError:  # as the client puts it
            pass


def client(server) -> Visdom:
    return Visdom(port=urlsplit(server.url).port, use_incoming_socket=False, raise_exceptions=True)


def check(states: dict, name: str, drawn: int) -> None:
    """Hold what is there against what was answered."""
    own = _points(states[name], name)
    shared = _points(states["shared"], name)
    text, _, picture = states[f"{name} text"]["content"].partition(" ")
    assert own == [float(step) for step in range(len(own))]
    assert shared in (own, own[:-1])
    assert len(own) in (drawn, drawn + 1)
    assert int(text) in (drawn - 1, drawn)
    assert picture == PICTURE


def _points(state: dict, name: str) -> list[float]:
    (trace,) = (one for one in state["content"]["data"] if one["name"] == name)
    assert trace["x"] == trace["y"]
    return trace["y"]


@pytest.mark.filterwarnings("ignore::ResourceWarning")  # visdom's client leaves its connections to the collector
def test_what_was_answered_is_there_after_each_kill(start_app, tmp_path):
    delays = random.Random(1)
    server = start_app("--visdom", "--logdir", str(tmp_path / "runs"))
    client(server).line([-1.0], [-1.0], win="shared", name="first")  # two that draw at once would draw it anew
    drawn: list[Script] = []
    for kill in range(KILLS):
        scripts = [Script(server, f"{kill} {number}") for number in range(CLIENTS)]
        with ThreadPoolExecutor(CLIENTS) as threads:
            drawing = [threads.submit(script.draw) for script in scripts]
            until(lambda now=scripts: all(script.drawn > 2 for script in now))
            time.sleep(delays.uniform(0, 0.1))  # the random moment
            server.stop(signal.SIGKILL)
        drawn += scripts
        for one in drawing:
            one.result()
        server = start_app("--visdom", "--logdir", str(tmp_path / "runs"))
        states = json.loads(client(server).get_window_data())
        for script in drawn:
            check(states, script.name, script.drawn)
