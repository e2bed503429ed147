"""`GET /api/v1/media`: which images, figures, texts and other blobs a run has, and the blobs themselves.

A blob's address names its content: by the hash that our own files are called by, or by a hash of the place in a log of
another tool, where it was logged and when. Nothing is sent but what a run lists under such a name.

What a training logged is shown by the browser but must not act in it: a logged page or drawing that holds a script
would run with the rights of the app's own pages. So each blob goes out with its own media type and `nosniff`, and those
that a browser would run are put into a sandbox without scripts, network or origin. A logged page of HTML may run its
own scripts there: it has no origin, so it reaches neither the app nor what a browser keeps of it, and no network.
"""

import mimetypes
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from hashlib import sha256
from io import BufferedReader
from itertools import chain
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

from flask import Flask, Response, request, send_file
from werkzeug.wsgi import wrap_file

from app.api.answers import error_answer, json_answer, plain
from app.api.file_part import FilePart
from app.api.items import item_at, present
from app.api.parameters import count, needed
from app.readers.contract import MediaItem, Span
from app.settings import Settings
from app.store.memory import StoreLike

_NAME = re.compile(r"[0-9a-f]{64}\.[A-Za-z0-9]{1,16}")
_MEDIA_TYPE = re.compile(r"[a-z]+/[A-Za-z0-9.+-]+")
_HARMLESS = re.compile(r"image/(?!svg)|audio/|video/|text/plain|application/(json|pdf|vnd\.plotly\.v1\+json)$")
_SANDBOX = "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:"
_PAGE_SANDBOX = (
    "sandbox allow-scripts; default-src 'none'; script-src 'unsafe-inline' 'unsafe-eval' data: blob:; "
    "style-src 'unsafe-inline' data: blob:; img-src data: blob:; font-src data: blob:; media-src data: blob:; "
    "worker-src data: blob:; connect-src data: blob:; form-action 'none'; base-uri 'none'"
)
_PAGE = "text/html"
_NPY = "application/x-npy"
FOR_GOOD = "private, max-age=31536000, immutable"


def register(server: Flask, store: StoreLike, settings: Settings) -> None:
    """Serve the list and the blobs."""
    route = f"{settings.url_prefix}api/v1/media"
    server.add_url_rule(route, "api_media", lambda: _list(store, route))
    server.add_url_rule(f"{route}/content", "api_content", lambda: _content(store))
    server.add_url_rule(f"{route}/<name>", "api_blob", lambda name: _blob(store, name))


def _list(store: StoreLike, route: str) -> Response:
    run_id, tag, after, with_meta = needed("run"), needed("tag"), count("after", 0), count("meta", 1) > 0
    items = store.media(run_id, tag)
    with present(run_id):
        entries = _entries(items[after:], after, run_id, route, with_meta=with_meta)
    return json_answer({"items": entries, "total": len(items)})


def _entries(
    items: Sequence[MediaItem], first: int, run_id: str, route: str, *, with_meta: bool
) -> list[dict[str, Any]]:
    """Return the items from place `first` on; those of one content have one address, so that it is fetched once."""
    places: dict[tuple[Path | None, Span | None, int], int] = {}
    return [
        {"at": place, **_entry(item, places.setdefault(_content_key(item), place), run_id, route, with_meta=with_meta)}
        for place, item in enumerate(items, first)
    ]


def _content_key(item: MediaItem) -> tuple[Path | None, Span | None, int]:
    """Return what is equal of items with the same blob; of one place in a file several may be made."""
    return item.path, item.span, item.index if item.make else 0


def _entry(item: MediaItem, place: int, run_id: str, route: str, *, with_meta: bool) -> dict[str, Any]:
    entry: dict[str, Any] = {
        "kind": item.kind,
        "step": item.step,
        "wall_time": item.wall_time,
        "media_type": item.media_type,
        "caption": item.caption,
        "width_px": item.width_px,
        "height_px": item.height_px,
        "size_bytes": item.size_bytes,
        "index": item.index,
        "count": item.count,
    }
    if with_meta:
        entry["meta"] = plain(dict(item.meta))
    query: dict[str, str | int] = {"run": run_id, "tag": item.tag, "at": place}
    if item.parts or item.parts_in_log:
        named = {part: _part(item, part) for part in [*item.parts, *item.parts_in_log]}
        entry["parts"] = {
            part: _address(route, _name(blob), {**query, "part": part}) for part, blob in named.items() if blob
        }
    if item.path is None:
        return {**entry, "text": item.text or ""}
    return {**entry, "src": _address(route, _name(item), query)}


def _address(route: str, name: str, query: Mapping[str, str | int]) -> str:
    return f"{route}/{quote(name)}?{urlencode(query)}"


def _content(store: StoreLike) -> Response:
    """Answer with what one item holds in its meta, whole: the list leaves it out where it is all of the item."""
    run_id, tag = needed("run"), needed("tag")
    item = item_at(store.media(run_id, tag), count("at", 0), run_id, tag)
    return json_answer(plain(dict(item.meta)))


def _name(item: MediaItem) -> str:
    """Return the name of a blob in its address."""
    if item.span is None and item.path is not None and _NAME.fullmatch(item.path.name):
        return item.path.name
    sign = (*map(str, _content_key(item)), item.step, item.wall_time)
    return sha256(repr(sign).encode()).hexdigest() + _ending(item.media_type)


def _ending(media_type: str) -> str:
    return ".npy" if media_type == _NPY else mimetypes.guess_extension(media_type) or ".bin"


def _part(item: MediaItem, part: str) -> MediaItem | None:
    """Return the item whose blob is a part of another one; for no part, that one itself."""
    if not part:
        return item
    if part in item.parts_in_log:
        return item.parts_in_log[part]
    path = item.parts.get(part)
    media_type = (path and mimetypes.guess_type(path.name)[0]) or "application/octet-stream"
    return (
        replace(item, path=path, media_type=media_type, span=None, check=None, parts={}, parts_in_log={})
        if path
        else None
    )


def _blob(store: StoreLike, name: str) -> Response:
    run_id = needed("run")
    try:
        item = _find(store, run_id, name) if _NAME.fullmatch(name) else None
    except FileNotFoundError:
        item = None
    if item is None or item.path is None:
        return error_answer(f"{run_id} has no blob {name}; /api/v1/media?run=&tag= lists what it has.", 404)
    media_type = item.media_type if _MEDIA_TYPE.fullmatch(item.media_type) else "application/octet-stream"
    try:
        if item.check and (fault := item.check()):
            return error_answer(fault, 500)
        answer = _made(item.make, media_type, name) if item.make else _sent(item.path, item.span, media_type, name)
    except FileNotFoundError:
        return error_answer(f"The file {name} of {run_id} is no longer there; {item.tag} still lists it.", 404)
    except (OSError, ValueError) as error:
        return error_answer(f"{item.tag} at step {item.step:,} cannot be read: {error}.", 500)
    return guarded(answer, media_type)


def guarded(answer: Response, media_type: str) -> Response:
    """Keep a browser from running what a training logged with the rights of the app's own pages."""
    answer.headers["X-Content-Type-Options"] = "nosniff"
    if not _HARMLESS.match(media_type):
        answer.headers["Content-Security-Policy"] = _PAGE_SANDBOX if media_type == _PAGE else _SANDBOX
        answer.headers["X-DNS-Prefetch-Control"] = "off"  # no policy keeps a page from having names looked up
    return answer


def _made(make: Callable[[], bytes], media_type: str, name: str) -> Response:
    """Return a blob that is made of a log. Raises FileNotFoundError and ValueError."""
    answer = Response(make(), mimetype=media_type)
    answer.set_etag(name)
    answer.make_conditional(request.environ)
    answer.headers["Cache-Control"] = FOR_GOOD
    return answer


def _sent(path: Path, span: Span | None, media_type: str, name: str) -> Response:
    """Return a blob, or the parts of it that were asked for. Raises FileNotFoundError."""
    if not path.is_file():  # nobody waits for a pipe, or sends a device
        raise FileNotFoundError(path)
    if span is None:
        for_good = path.name == name  # a file of any other name may be written anew
        answer = send_file(path, media_type, etag=name if for_good else True, conditional=True, max_age=None)
        answer.headers["Cache-Control"] = FOR_GOOD if for_good else "private, no-cache"
        return answer
    part = BufferedReader(FilePart(path, span))
    answer = Response(wrap_file(request.environ, part), mimetype=media_type, direct_passthrough=True)
    answer.content_length = span.size
    answer.set_etag(name)
    answer.make_conditional(request.environ, accept_ranges=True, complete_length=span.size)
    answer.headers["Cache-Control"] = FOR_GOOD
    return answer


def _find(store: StoreLike, run_id: str, name: str) -> MediaItem | None:
    """Return the item whose blob has that name: the one at `at` of `tag`, else any; only what a run lists is sent."""
    tags = request.args.getlist("tag") or [
        tag for tag, facts in store.run(run_id).facts.items() if facts.kind != "scalar"
    ]
    lists = [store.media(run_id, tag) for tag in tags]
    place, part = count("at", 0), request.args.get("part", "")
    likely = (items[place] for items in lists if place < len(items))
    blobs = (_part(item, part) for item in chain(likely, chain.from_iterable(lists)))
    return next((blob for blob in blobs if blob and blob.path is not None and _name(blob) == name), None)
