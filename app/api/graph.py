"""`GET /api/v1/graph`: a logged model graph in one form, whatever wrote it, ready to be drawn."""

from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO

import orjson
from flask import Flask, Response, request

from app.api.answers import error_answer
from app.api.file_part import FilePart
from app.api.items import item_at, items_of, present
from app.api.parameters import count, needed
from app.readers.contract import MediaItem, Span
from app.readers.event_files.graph import read_graph
from app.settings import Settings
from app.store.memory import StoreLike
from app.transforms.graph import GraphError

_MAX_BYTES = 64 << 20
_CACHED = 8  # answers, since a browser asks again for what it has shown


def register(server: Flask, store: StoreLike, settings: Settings) -> None:
    """Serve the route."""
    server.add_url_rule(f"{settings.url_prefix}api/v1/graph", "api_graph", lambda: _answer(store))


def _answer(store: StoreLike) -> Response:
    run_id, tag = needed("run"), needed("tag")
    items = items_of(store, run_id, tag, "graph")
    item = item_at(items, count("at", max(0, len(items) - 1)), run_id, tag)
    try:
        with present(run_id):
            return _sent(item)
    except GraphError as error:
        return error_answer(f"The graph {tag} of {run_id} cannot be shown: {error}.", 500)


def _sent(item: MediaItem) -> Response:
    """Answer with a graph, or that the browser has it. Raises GraphError and FileNotFoundError."""
    if item.path is None:
        raise GraphError(item.caption.removesuffix(".") or "nothing was stored")
    stamp = item.path.stat()
    sign = (str(item.path), item.span, stamp.st_ino, stamp.st_mtime_ns if item.span is None else item.wall_time)
    etag = sha256(repr(sign).encode()).hexdigest()[:32]
    if etag in request.if_none_match:
        answer = Response(status=304)
    else:
        answer = Response(_encoded(item.path, item.span, item.media_type, "nodes" in item.meta, etag))
        answer.mimetype = "application/json"
    answer.set_etag(etag)
    answer.headers["Cache-Control"] = "private, no-cache"
    return answer


@lru_cache(maxsize=_CACHED)
def _encoded(path: Path, span: Span | None, media_type: str, has_nodes: bool, _sign: str) -> bytes:
    """Return the answer. `_sign` is of the file, so that one that was written anew is read anew."""
    with _opened(path, span) as file:
        data = file.read(_MAX_BYTES + 1)
    if len(data) > _MAX_BYTES:
        raise GraphError(f"it has more than {_MAX_BYTES:,} bytes")
    return orjson.dumps(read_graph(data, media_type, {"nodes": 0} if has_nodes else {}))


def _opened(path: Path, span: Span | None) -> BinaryIO:
    return path.open("rb") if span is None else FilePart(path, span)  # type: ignore[return-value]
