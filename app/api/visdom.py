"""What visdom's clients ask for, at the addresses that they know; only with `--visdom`.

Every call is a POST whose body is JSON, whatever its media type says; the answer is plain text, often the id of the
window. Clients keep no sessions, so a call that a browser sends for another site's page is refused.
"""

import hashlib
import json
import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any
from urllib.parse import urlencode

import orjson
from flask import Flask, Response, redirect, request
from werkzeug.wrappers import Response as Redirection

from app.api.panes import panes_of
from app.api.posted import is_from_here
from app.api.sockets import talk_over_socket
from app.readers._json import decode
from app.settings import Settings
from app.store.memory import StoreLike
from app.store.panes.environment import CallError
from app.store.panes.names import environment_name
from app.store.panes.scripts import Scripts
from app.store.panes.shelf import NoEnvironmentError, Panes, ReadOnlyError

MAX_CALL_BYTES = 256 << 20
FOREIGN = "Another site's page sent this call, so nothing was done."
_HALF = re.compile(rb"\\u[dD][89a-fA-F]")
Answer = Callable[[Panes, Mapping[str, Any], int], Any]


def register(server: Flask, store: StoreLike, settings: Settings) -> None:
    """Serve the routes, where they were asked for."""
    if not settings.visdom:
        return
    panes = panes_of(server, store, settings)
    prefix = settings.url_prefix
    for name, answer in _ANSWERS.items():
        server.add_url_rule(f"{prefix}{name}", f"visdom_{name}", _view(panes, answer), methods=["POST"])
    server.add_url_rule(f"{prefix}env/<path:name>", "visdom_env", _view(panes, _announce), methods=["POST"])
    server.add_url_rule(f"{prefix}env/<path:names>", "visdom_env_page", lambda names: _page(prefix, [names]))
    server.add_url_rule(
        f"{prefix}compare/<path:names>", "visdom_compare", lambda names: _page(prefix, names.split("+"), compare=True)
    )
    server.add_url_rule(f"{prefix}vis_socket", "visdom_socket", lambda: _listen(panes), websocket=True)


def _listen(panes: Panes) -> Response:
    if not is_from_here():
        return _text(FOREIGN, 403)
    return talk_over_socket(ScriptTalk(panes.scripts))


class ScriptTalk:
    """What is said with one script over its WebSocket."""

    def __init__(self, scripts: Scripts) -> None:
        self._scripts = scripts
        self._script = ""

    def opened(self, send: Callable[[str], None]) -> None:
        """Greet the script; from now on it hears what people do."""
        self._script = self._scripts.connect(send)

    def received(self, text: str) -> None:
        """Take what it says."""
        self._scripts.received(text)

    def closed(self) -> None:
        """Let it go."""
        self._scripts.disconnect(self._script)


def _page(prefix: str, names: list[str], *, compare: bool = False) -> Redirection:
    """Lead a browser that follows a link of visdom's to the page."""
    asked = [("environments", name) for name in names] + ([("compare", "1")] if compare else [])
    return redirect(f"{prefix}panes?{urlencode(asked)}")


def _view(panes: Panes, answer: Answer) -> Callable[..., Response]:
    def view(**_: str) -> Response:
        if not is_from_here():
            return _text(FOREIGN, 403)
        size = request.content_length or 0
        if size > MAX_CALL_BYTES:
            return _text(f"The call has {size:,} bytes; {MAX_CALL_BYTES:,} are the most.", 413)
        body = request.get_data(cache=False)
        try:
            message = _message(body)
            if not isinstance(message, dict):
                raise CallError("a call of visdom is a JSON object")
            said = answer(panes, message, len(body))
        except NoEnvironmentError as error:
            return _text(str(error), 404)
        except ReadOnlyError as error:
            return _text(str(error), 409)
        except ValueError as error:
            return _text(f"The call makes no sense: {error}.", 400)
        except OSError as error:
            return _text(f"The call could not be kept: {error}.", 507)
        return _text(said)

    return view


def _message(body: bytes) -> Any:
    """Return what a call says. Raises ValueError."""
    with suppress(orjson.JSONDecodeError):
        return orjson.loads(body)
    message = decode(body)
    if _HALF.search(body):  # of a pair of surrogates, as Python writes bytes of a file name that are no text
        message = decode(json.dumps(message, ensure_ascii=False).encode("utf-8", "replace"))
    return message


def _text(said: Any, status: int = 200) -> Response:
    text = said if isinstance(said, str) else orjson.dumps(said, option=orjson.OPT_NON_STR_KEYS)
    return Response(text, status, {"Cache-Control": "no-store"}, mimetype="text/plain")


def _announce(panes: Panes, message: Mapping[str, Any], _size: int) -> str:
    if "eid" in message:
        panes.announce(environment_name(message["eid"]))
    return ""


def _draw(panes: Panes, message: Mapping[str, Any], size: int) -> str:
    if message.get("func") is not None:
        raise CallError("calls of Lua Torch are no longer known, as in visdom itself")
    with panes.writing(environment_name(message.get("eid"))) as environment:
        return environment.call("events", message, size)


def _update(panes: Panes, message: Mapping[str, Any], size: int) -> str:
    with panes.writing(environment_name(message.get("eid"))) as environment:
        return environment.call("update", message, size)


def _close(panes: Panes, message: Mapping[str, Any], size: int) -> str:
    name = environment_name(message.get("eid"))
    if name in panes.names():
        with panes.writing(name) as environment:
            environment.call("close", message, size)
    return ""


def _exists(panes: Panes, message: Mapping[str, Any], _size: int) -> str:
    try:
        with panes.reading(environment_name(message.get("eid"))) as environment:
            return "true" if str(message.get("win")) in environment.windows else "false"
    except NoEnvironmentError:
        return "false"


def _hash(panes: Panes, message: Mapping[str, Any], _size: int) -> str:
    try:
        with panes.reading(environment_name(message.get("eid"))) as environment, environment.lock:
            window = environment.windows.get(str(message.get("win")))
            if window is None:
                return "false"
            text = json.dumps(environment.state(window), sort_keys=True, separators=(",", ":"))
            return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()
    except NoEnvironmentError:
        return "false"


def _data(panes: Panes, message: Mapping[str, Any], size: int) -> Any:
    name = environment_name(message.get("eid"))
    if "data" in message:
        return _set_data(panes, name, message, size)
    with panes.reading(name) as environment, environment.lock:
        if message.get("win") is None:
            return environment.states()
        window = environment.windows.get(str(message["win"]))
        if window is None:
            raise CallError(f"Window {message['win']} doesn't exist in env {name}")
        return environment.state(window)


def _set_data(panes: Panes, name: str, message: Mapping[str, Any], size: int) -> str:
    data = decode(message["data"].encode()) if isinstance(message["data"], str) else message["data"]
    if not isinstance(data, dict):
        raise CallError("data is the JSON of a window, or of all windows by their ids")
    if message.get("win") is None:
        panes.set_windows(name, data)
        return ""
    with panes.writing(name) as environment:
        environment.call("win_data", {**message, "data": data}, size)
    return ""


def _fork(panes: Panes, message: Mapping[str, Any], _size: int) -> str:
    name = environment_name(message.get("eid"))
    panes.fork(environment_name(message.get("prev_eid")), name)
    return name


def _delete(panes: Panes, message: Mapping[str, Any], _size: int) -> str:
    panes.delete(environment_name(message.get("eid")))
    return ""


def _save(panes: Panes, message: Mapping[str, Any], _size: int) -> list[str]:
    asked = message.get("data")
    return panes.save([environment_name(name) for name in asked] if isinstance(asked, list) else [])


def _wait(panes: Panes, message: Mapping[str, Any], _size: int) -> Any:
    """Answer a script that asks for what people did, in place of a WebSocket."""
    script = message.get("sid")
    if script is None:
        return {"success": True, "sid": panes.scripts.connect_polling()}
    messages = panes.scripts.take(str(script)) if message.get("message_type") == "query" else None
    if message.get("message_type") == "query":
        closed = {"success": False, "reason": "closed", "messages": []}  # the client looks for messages all the same
        return closed if messages is None else {"success": True, "messages": messages}
    if not panes.scripts.knows(str(script)):
        return {"success": False, "reason": "closed"}
    if message.get("message_type") != "send":
        return {"success": False, "reason": "invalid"}
    if message.get("message") is None:
        return {"success": False, "reason": "no msg"}
    panes.scripts.received(str(message["message"]))
    return {"success": True}


_ANSWERS: Mapping[str, Answer] = {
    "events": _draw,
    "update": _update,
    "close": _close,
    "win_exists": _exists,
    "win_hash": _hash,
    "win_data": _data,
    "env_state": lambda panes, _message, _size: panes.names(),
    "fork_env": _fork,
    "delete_env": _delete,
    "save": _save,
    "vis_socket_wrap": _wait,
}
