"""Calls as visdom's own client makes them, and its own server's answer to them."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from visdom import Visdom
from visdom.server.handlers.web_handlers import CloseHandler, DataHandler, UpdateHandler
from visdom.utils.server_utils import register_window, window

Call = tuple[str, dict[str, Any]]


def calls_of(script: Callable[[Visdom], object], folder: Path) -> list[Call]:
    """Return the calls that a script makes through the real client."""
    log = folder / "client.log"
    log.unlink(missing_ok=True)
    script(Visdom(offline=True, log_to_filename=str(log)))
    return [tuple(json.loads(line)) for line in log.read_text().splitlines()]


class VisdomServer:
    """What visdom's own server keeps in memory, without its network."""

    def __init__(self) -> None:
        self.state: dict[str, Any] = {"main": {"jsons": {}, "reload": {}}}
        self.subs: dict[str, Any] = {}
        self.answers: list[str] = []

    def write(self, answer: str) -> None:
        """Take an answer, as a request of tornado's does."""
        self.answers.append(answer)

    def call(self, endpoint: str, message: Mapping[str, Any]) -> str:
        """Do what visdom's own handlers do; return what they answer."""
        told = json.loads(json.dumps(message))
        if endpoint == "events":
            register_window(self, window(told), "main")
        else:
            {"update": UpdateHandler, "close": CloseHandler, "win_data": DataHandler}[endpoint].wrap_func(self, told)
        return self.answers[-1] if self.answers else ""

    def windows(self) -> dict[str, Any]:
        """Return all windows."""
        return comparable(self.state["main"]["jsons"])


def comparable(windows: Mapping[str, Any]) -> dict[str, Any]:
    """Return windows without what names one state of them only, as any JSON has them."""
    kept: dict[str, Any] = json.loads(json.dumps(windows).replace("NaN", "null"))
    for one in kept.values():
        one.pop("contentID", None)
    return kept
