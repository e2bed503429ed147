"""What a call to visdom shows that is no line, as an item: pictures, figures, clips, texts."""

import base64
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import orjson

from app.readers._json import decode
from app.readers.contract import MediaItem, Span
from app.readers.visdom_log.packed import joined, parts_of, whole

PLOTLY = "application/vnd.plotly.v1+json"
_URI = re.compile(r"data:([a-z]+/[A-Za-z0-9.+-]+);base64,([A-Za-z0-9+/=\s]*)")
_LINES = ("scatter", "scattergl")
_NO_PLOTS = ("text", "image", "image_history", "properties", "network", "embeddings")


@dataclass(frozen=True, slots=True)
class Shown:
    """One thing that a call shows, without its place in a run.

    Attributes:
        path: of the file that holds it, None where `text` does.
        make: makes its bytes of the line of the call; None where they are the file, or a text.
    """

    kind: str
    media_type: str
    caption: str = ""
    path: Path | None = None
    text: str | None = None
    size_bytes: int | None = None
    make: Callable[[Mapping[str, Any]], bytes] | None = None

    def as_item(self, tag: str, step: int, time: float, log: Path, span: Span) -> MediaItem:
        """Return it as an item of a run.

        Args:
            tag: of the window.
            step: how many the window showed before.
            time: of the call, in seconds since the epoch.
            log: the file of calls.
            span: the line of the call in it.
        """
        made = self.make
        return MediaItem(
            tag,
            self.kind,
            step,
            time,
            log if made else self.path,
            self.media_type,
            caption=self.caption,
            text=self.text,
            size_bytes=self.size_bytes,
            span=span if made else None,
            make=(lambda: made(_call_at(log, span))) if made else None,
        )


def shown_of(call: Mapping[str, Any], folder: Path) -> Shown | None:
    """Return what a call shows beside lines; None where that is nothing that a page of the app shows."""
    data = call.get("data")
    part = data[0] if isinstance(data, list) and data and isinstance(data[0], dict) else {}
    form = part.get("type")
    if form == "text":
        return _text(part.get("content"), folder)
    if form in ("image", "image_history"):
        return _image(part.get("content"), folder)
    if not part or form in _NO_PLOTS or are_lines(data):
        return None
    return Shown("figure", PLOTLY, make=lambda found: _figure(found, folder))


def are_lines(data: Any) -> bool:
    """Tell whether traces are lines over steps: whose x never goes back."""
    traces = [trace for trace in data if isinstance(trace, dict)] if isinstance(data, list) else []
    return bool(traces) and all(trace.get("type") in _LINES and _is_rising(trace.get("x")) for trace in traces)


def _is_rising(x: Any) -> bool:
    numbers = [one for one in x if type(one) in (int, float)] if isinstance(x, list) else []
    return all(before <= after for before, after in pairwise(numbers))


def _text(content: Any, folder: Path) -> Shown | None:
    parts = parts_of(content)
    if parts is None:
        if not isinstance(content, str):
            return None
        if content.lstrip()[:4].lower() == "<svg":
            return Shown("figure", "image/svg+xml", make=lambda found: _content(found, folder).encode())
        return Shown("text", "text/html", text=content)
    files = [part for part in parts if not isinstance(part, str)]
    kind = str(files[0]["type"]).partition("/")[0] if files else ""
    if kind in ("audio", "video"):
        return _file(kind, files[0], folder)
    if len(parts) == 1 and files and files[0]["type"] == "image/svg+xml":
        return _file("figure", files[0], folder)
    return Shown("html", "text/html", make=lambda found: _content(found, folder).encode())


def _image(content: Any, folder: Path) -> Shown | None:
    source = content.get("src") if isinstance(content, dict) else None
    caption = str(content.get("caption") or "") if isinstance(content, dict) else ""
    parts = parts_of(source) or []
    if len(parts) == 1 and not isinstance(parts[0], str):
        return _file("image", parts[0], folder, caption)
    found = _URI.fullmatch(source) if isinstance(source, str) else None
    if found is None:
        return None
    return Shown("image", found[1], caption, make=_image_bytes, size_bytes=len(found[2]) * 3 // 4)


def _file(kind: str, part: Mapping[str, Any], folder: Path, caption: str = "") -> Shown:
    size = part.get("bytes")
    path = folder / str(part["file"])
    return Shown(kind, str(part["type"]), caption, path, size_bytes=size if type(size) is int else None)


def _call_at(log: Path, span: Span) -> Mapping[str, Any]:
    """Read a call again. Raises OSError, and ValueError where another one stands there now."""
    with log.open("rb") as file:
        file.seek(span.offset)
        line = file.read(span.size)
    said = decode(line)
    if not isinstance(said, Sequence) or len(said) < 2 or not isinstance(said[1], dict):
        raise ValueError("the log was written anew since it was listed")
    return said[1]


def _part(call: Mapping[str, Any]) -> Mapping[str, Any]:
    state = call.get("data")
    part = state[0] if isinstance(state, list) and state else state
    return part if isinstance(part, dict) else {}


def _content(call: Mapping[str, Any], folder: Path) -> str:
    return joined(_part(call).get("content"), folder)


def _image_bytes(call: Mapping[str, Any]) -> bytes:
    content = _part(call).get("content")
    content = content[-1] if isinstance(content, list) and content else content
    found = _URI.fullmatch(str(content.get("src"))) if isinstance(content, dict) else None
    if found is None:
        raise ValueError("the image is no data: URI")
    return base64.b64decode(found[2])


def _figure(call: Mapping[str, Any], folder: Path) -> bytes:
    state = call.get("data")
    plot = state.get("content") if isinstance(state, dict) else call
    plot = plot if isinstance(plot, dict) else {}
    figure = {"data": plot.get("data") or [], "layout": plot.get("layout") or {}}
    return orjson.dumps(whole(figure, lambda text: joined(text, folder)))
