"""`GET /api/v1/graph`: a logged model graph in one form, whatever wrote it, ready to be drawn."""

from hashlib import sha256
from io import BufferedReader
from pathlib import Path

import orjson
from flask import Flask, Response, request

from app.api.answers import error_answer
from app.api.file_part import FilePart
from app.api.items import item_at, items_of, present
from app.api.parameters import count, needed
from app.readers.contract import MediaItem
from app.readers.event_files.graph import read_graph
from app.settings import Settings
from app.store.held import Held
from app.store.memory import StoreLike
from app.transforms.graph import GraphError

_MAX_BYTES = 64 << 20
_MAX_HELD_BYTES = 64 << 20  # of answers, since a browser asks again for what it has shown

Answers = Held[str, bytes]


def register(server: Flask, store: StoreLike, settings: Settings) -> None:
    """Serve the route."""
    answers = Answers(_MAX_HELD_BYTES, len)
    server.add_url_rule(f"{settings.url_prefix}api/v1/graph", "api_graph", lambda: _answer(store, answers))


def _answer(store: StoreLike, answers: Answers) -> Response:
    run_id, tag = needed("run"), needed("tag")
    items = items_of(store, run_id, tag, "graph")
    item = item_at(items, count("at", max(0, len(items) - 1)), run_id, tag)
    try:
        with present(run_id):
            return _sent(item, answers)
    except GraphError as error:
        return error_answer(f"The graph {tag} of {run_id} cannot be shown: {error}.", 500)


def _sent(item: MediaItem, answers: Answers) -> Response:
    """Answer with a graph, or that the browser has it. Raises GraphError and FileNotFoundError."""
    if item.path is None:
        raise GraphError(item.caption.removesuffix(".") or "nothing was stored")
    if not item.path.is_file():  # nobody waits for a pipe, or reads a device
        raise FileNotFoundError(item.path)
    stamp = item.path.stat()
    sign = (str(item.path), item.span, stamp.st_ino, stamp.st_mtime_ns if item.span is None else item.wall_time)
    etag = sha256(repr(sign).encode()).hexdigest()[:32]
    if etag in request.if_none_match:
        answer = Response(status=304)
    else:
        content = answers.get(etag) or answers.put(etag, _read(item, item.path))
        answer = Response(content, mimetype="application/json")
    answer.set_etag(etag)
    answer.headers["Cache-Control"] = "private, no-cache"
    return answer


def _read(item: MediaItem, path: Path) -> bytes:
    with path.open("rb") if item.span is None else BufferedReader(FilePart(path, item.span)) as file:
        data = file.read(_MAX_BYTES + 1)
    if len(data) > _MAX_BYTES:
        raise GraphError(f"it has more than {_MAX_BYTES:,} bytes")
    return orjson.dumps(read_graph(data, item.media_type, item.meta))
