"""`GET /api/v1/panes/content` and `/window`: what a window shows as it is, and all that is known of a window."""

import base64
import binascii
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import orjson
from flask import Flask, Response, request, send_file

from app.api.answers import NotThereError
from app.api.media import FOR_GOOD, guarded
from app.api.panes import panes_of
from app.api.parameters import count, needed
from app.readers.visdom_log.packed import FILE_NAME, file_at, parts_of
from app.settings import Settings
from app.store.memory import StoreLike
from app.store.panes.drawn import small_clip, text_of
from app.store.panes.environment import Environment
from app.store.panes.shelf import NoEnvironmentError, Panes
from app.store.panes.window import Window
from app.store.query import QuestionError

_URI = re.compile(r"data:([a-z]+/[A-Za-z0-9.+-]+);base64,(.*)", re.DOTALL)
_MEDIA_TYPES = {
    "png": "image/png",
    "jpg": "image/jpeg",
    "gif": "image/gif",
    "webp": "image/webp",
    "svg": "image/svg+xml",
    "wav": "audio/wav",
    "mp3": "audio/mpeg",
    "ogg": "audio/ogg",
    "flac": "audio/flac",
    "mp4": "video/mp4",
    "ogv": "video/ogg",
    "webm": "video/webm",
    "html": "text/html",
}


def register(server: Flask, store: StoreLike, settings: Settings) -> None:
    """Serve both."""
    panes = panes_of(server, store, settings)
    prefix = f"{settings.url_prefix}api/v1/panes"
    server.add_url_rule(f"{prefix}/content", "api_panes_content", lambda: _content(panes))
    server.add_url_rule(f"{prefix}/window", "api_panes_window", lambda: _window(panes))
    server.register_error_handler(NoEnvironmentError, _not_there)


def _not_there(error: NoEnvironmentError) -> Response:
    return Response(orjson.dumps({"error": str(error)}), 404, mimetype="application/json")


def _content(panes: Panes) -> Response:
    name = request.args.get("file", "")
    with _read(panes) as environment:
        if name:
            return _file(environment, name)
        with environment.lock:
            window = _asked(environment)
            if "clip" in request.args:
                return _clip(window)
            if window.type == "text":
                return _sent(text_of(environment, window).encode(), "text/html")
            if window.type in ("image", "image_history"):
                return _image(environment, window)
    raise QuestionError(f"{window.id} shows no text and no image: its content comes with POST /api/v1/panes.")


def _window(panes: Panes) -> Response:
    with _read(panes) as environment, environment.lock:
        window = _asked(environment)
        answer = Response(orjson.dumps(environment.state(window)), mimetype="application/json")
    name = re.sub(r"[^A-Za-z0-9_.-]+", "-", f"{environment.name}-{window.fields.get('title') or window.id}").strip("-")
    answer.headers["Content-Disposition"] = f'attachment; filename="{name[:150]}.json"'
    answer.headers["Cache-Control"] = "no-store"
    return answer


@contextmanager
def _read(panes: Panes) -> Iterator[Environment]:
    """Give the environment that is asked for. Raises NotThereError where a file of it is gone."""
    with panes.reading(needed("environment")) as environment:
        try:
            yield environment
        except OSError as error:
            raise NotThereError(f"This cannot be read: {error}.") from error


def _asked(environment: Environment) -> Window:
    window = environment.windows.get(needed("window"))
    if window is None:
        raise NotThereError(f"{environment.name} has no window {request.args['window']!r}: it was closed.")
    return window


def _image(environment: Environment, window: Window) -> Response:
    image: Any = window.content
    if window.type == "image_history":
        place = count("at", window.shown)
        if place >= len(window.images):
            raise NotThereError(f"{window.id} has {len(window.images):,} images and none at {place:,}.")
        image = window.images[place]
    source = image.get("src") if isinstance(image, dict) else None
    parts = parts_of(source) or []
    if len(parts) == 1 and not isinstance(parts[0], str):
        return _file(environment, parts[0]["file"])
    found = _URI.fullmatch(environment.text(source))
    content = _bytes(found[2]) if found else None
    if found and content is not None:
        return _sent(content, found[1])
    raise NotThereError(f"The image of {window.id} is no data: URI.")


def _clip(window: Window) -> Response:
    """Send a short clip; players ask for the parts that they need."""
    found = small_clip(window)
    content = _bytes(found[1]) if found else None
    if not found or content is None:
        raise NotThereError(f"{window.id} holds no clip.")
    answer = _sent(content, found[0])
    answer.make_conditional(request, accept_ranges=True, complete_length=len(content))
    return answer


def _bytes(text: str) -> bytes | None:
    with suppress(binascii.Error):
        return base64.b64decode(text, validate=True)
    return None


def _file(environment: Environment, name: str) -> Response:
    try:
        path = file_at(environment.folder, name if FILE_NAME.fullmatch(name) else "")
    except FileNotFoundError:
        raise NotThereError(
            f"{environment.name} has no file {name!r}: what showed it was closed or replaced."
        ) from None
    media_type = _MEDIA_TYPES.get(path.suffix[1:], "application/octet-stream")
    answer = send_file(path, media_type, etag=path.stem, conditional=True, max_age=None)
    answer.headers["Cache-Control"] = FOR_GOOD
    answer.headers.pop("Content-Disposition", None)  # whoever saves it knows a better name than its checksum
    return guarded(answer, media_type)


def _sent(content: bytes, media_type: str) -> Response:
    answer = Response(content, mimetype=media_type)
    answer.headers["Cache-Control"] = "no-store"
    return guarded(answer, media_type)
