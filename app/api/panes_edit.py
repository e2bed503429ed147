"""What people do on the page: events go to the scripts; windows are closed, environments and layouts are changed."""

from collections.abc import Callable, Mapping
from typing import Any

from flask import Flask, Response, request

from app.api.answers import NotThereError, json_answer
from app.api.asked import Asked
from app.api.panes import panes_of
from app.api.posted import RefusedError, posted_change
from app.settings import Settings
from app.store.memory import StoreLike
from app.store.panes.environment import CallError
from app.store.panes.layouts import FILE, SHARED_FILE, keep_layout, read_layouts
from app.store.panes.names import environment_name
from app.store.panes.shelf import Panes, ReadOnlyError
from app.store.query import QuestionError


def register(server: Flask, store: StoreLike, settings: Settings) -> None:
    """Serve the routes."""
    panes = panes_of(server, store, settings)
    prefix = f"{settings.url_prefix}api/v1/panes"
    server.add_url_rule(f"{prefix}/event", "api_panes_event", lambda: _changed(panes, _tell), methods=["POST"])
    server.add_url_rule(f"{prefix}/edit", "api_panes_edit", lambda: _changed(panes, _edit), methods=["POST"])
    server.add_url_rule(f"{prefix}/layouts", "api_panes_layouts", lambda: _layouts(panes))


def _changed(panes: Panes, change: Callable[[Panes, Mapping[str, Any]], Any]) -> Response:
    fields = posted_change()
    try:
        reason = panes.why_read_only()
        if reason:
            raise ReadOnlyError(reason)
        return json_answer(change(panes, fields))
    except ReadOnlyError as error:
        raise RefusedError(str(error), 403) from error
    except ValueError as error:
        raise QuestionError(f"This cannot be done: {error}.") from error
    except OSError as error:
        raise RefusedError(f"This could not be kept: {error}.", 500) from error


def _layouts(panes: Panes) -> Response:
    name = request.args.get("environment", "")
    own: dict[str, Any] = {}
    if name:
        try:
            with panes.reading(name) as environment:
                own = read_layouts(environment.folder / FILE)
        except OSError as error:
            raise NotThereError(f"{name} cannot be read: {error}.") from error
    return json_answer({"layouts": own, "shared": read_layouts(panes.folder / SHARED_FILE)})


def _tell(panes: Panes, fields: Mapping[str, Any]) -> dict[str, Any]:
    asked = Asked(fields, "the event")
    event = fields.get("event")
    if not isinstance(event, Mapping):
        raise QuestionError("event is an object, as visdom's scripts know it.")
    name, window = asked.text("environment"), asked.text("window")
    return {"listeners": _send(panes, name, window, event)}


def _send(panes: Panes, name: str, window: str, event: Mapping[str, Any]) -> int:
    """Tell the scripts what was done in a window; return how many there are."""
    state: Any = False
    if event.get("pane_data") is not False:
        with panes.reading(name) as environment, environment.lock:
            known = environment.windows.get(window)
            state = environment.state(known) if known else None
    return panes.scripts.tell({"target": window, "eid": name, **event, "pane_data": state})


def _edit(panes: Panes, fields: Mapping[str, Any]) -> dict[str, Any]:
    asked = Asked(fields, "the change")
    action = asked.text("action")
    if action == "layout" and fields.get("environment") is None:
        keep_layout(panes.folder / SHARED_FILE, fields.get("name"), fields.get("layout"))
        return {"done": True}
    if action not in _ACTIONS:
        raise QuestionError(f"action is one of {', '.join(_ACTIONS)}, not {action[:40]!r}.")
    _ACTIONS[action](panes, environment_name(asked.text("environment")), asked, fields)
    return {"done": True}


def _close(panes: Panes, name: str, asked: Asked, _fields: Mapping[str, Any]) -> None:
    for window in asked.texts("windows"):
        event = {"event_type": "close"}
        with panes.reading(name) as environment:
            is_there = window in environment.windows
        if is_there:
            _send(panes, name, window, event)
            with panes.writing(name) as environment:
                environment.call("close", {"win": window, "eid": name}, 0)


def _clear(panes: Panes, name: str, _asked: Asked, _fields: Mapping[str, Any]) -> None:
    with panes.writing(name) as environment:
        environment.call("close", {"win": None, "eid": name}, 0)


def _back(panes: Panes, name: str, asked: Asked, _fields: Mapping[str, Any]) -> None:
    window = asked.text("window")
    with panes.writing(name) as environment:
        if window not in environment.windows:
            raise CallError(f"{name} has no window {window!r}")
        environment.call("back", {"win": window, "eid": name}, 0)


def _save(panes: Panes, name: str, _asked: Asked, _fields: Mapping[str, Any]) -> None:
    panes.save([name])


def _layout(panes: Panes, name: str, _asked: Asked, fields: Mapping[str, Any]) -> None:
    with panes.reading(name) as environment:
        if not environment.writable:
            raise CallError(f"{name} is a log to be looked at; keep the layout for all environments")
        keep_layout(environment.folder / FILE, fields.get("name"), fields.get("layout"))


_ACTIONS: Mapping[str, Callable[[Panes, str, Asked, Mapping[str, Any]], None]] = {
    "close": _close,
    "clear": _clear,
    "back": _back,
    "layout": _layout,
    "delete": lambda panes, name, _asked, _fields: panes.delete(name),
    "fork": lambda panes, name, asked, _fields: panes.fork(name, environment_name(asked.text("to"))),
    "save": _save,
}
