"""`POST /api/v1/panes`: which environments there are, and what changed in the windows of those that are looked at."""

from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import Any
from urllib.parse import urlencode

from flask import Flask, Response

from app.api.answers import json_answer
from app.api.asked import Asked
from app.api.posted import posted_question
from app.settings import Settings
from app.store.memory import StoreLike
from app.store.panes.drawn import drawn
from app.store.panes.shelf import NoEnvironmentError, Panes
from app.store.panes.window import Window
from app.store.query import QuestionError

MAX_ENVIRONMENTS = 50  # looked at side by side


def panes_of(server: Flask, store: StoreLike, settings: Settings) -> Panes:
    """Return the environments of an app, made when they are asked for the first time."""
    panes = server.extensions.setdefault("panes", Panes(settings, store.runs))
    assert isinstance(panes, Panes)
    return panes


def register(server: Flask, store: StoreLike, settings: Settings) -> None:
    """Serve the route."""
    panes = panes_of(server, store, settings)
    prefix = f"{settings.url_prefix}api/v1/panes"
    server.add_url_rule(prefix, "api_panes", lambda: _answer(panes, prefix), methods=["POST"])


def _answer(panes: Panes, prefix: str) -> Response:
    fields = posted_question()
    names = list(dict.fromkeys(Asked(fields, "the question").texts("environments")))
    seen = fields.get("seen") or {}
    if len(names) > MAX_ENVIRONMENTS or not isinstance(seen, Mapping):
        raise QuestionError(f"environments names at most {MAX_ENVIRONMENTS}, and seen is an object.")
    present: dict[str, list[str]] = {}
    windows: list[dict[str, Any]] = []
    problems: dict[str, str] = {}
    for name in names:
        known = seen.get(name)
        try:
            order, changed = _looked_at(panes, name, known if isinstance(known, Mapping) else {}, prefix)
        except NoEnvironmentError:
            continue
        except OSError as error:  # the others are shown all the same
            problems[name] = f"{name} cannot be read: {error}."
            continue
        present[name] = order
        windows += changed
    reason = panes.why_read_only()
    return json_answer(
        {
            "writable": not reason,
            "reason": reason,
            "environments": [asdict(one) for one in panes.listed()],
            "present": present,
            "missing": [name for name in names if name not in present and name not in problems],
            "problems": problems,
            "windows": windows,
        }
    )


def _looked_at(panes: Panes, name: str, seen: Mapping[str, Any], prefix: str) -> tuple[list[str], list[dict[str, Any]]]:
    """Return the ids of an environment's windows in their order, and those that changed."""
    address = addresses(prefix, name)
    with panes.reading(name) as environment, environment.lock:
        ordered = sorted(environment.windows.values(), key=lambda window: window.place)
        changed = [window for window in ordered if _is_news(seen, window)]
        return [window.id for window in ordered], [drawn(environment, window, address) for window in changed]


def _is_news(seen: Mapping[str, Any], window: Window) -> bool:
    """Tell whether a window is to be sent. With null for its revision it is not asked for now: it is out of sight."""
    return window.id not in seen or seen[window.id] not in (None, window.revision)


def addresses(prefix: str, environment: str) -> Callable[[Mapping[str, Any]], str]:
    """Return what makes addresses of the contents of an environment."""
    return lambda parameters: f"{prefix}/content?{urlencode({'environment': environment, **parameters})}"
