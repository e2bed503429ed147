"""A window as the page draws it: thinned for the screen, with long texts and files by their address."""

import html
import re
from collections.abc import Callable, Mapping
from typing import Any

from app.readers.visdom_log.packed import parts_of, whole
from app.store.panes.environment import Environment
from app.store.panes.window import Window

INLINE_CHARS = 64 << 10  # of HTML that goes along with a window
MOST_IMAGES = 200  # of a history that go along; the others are asked for one by one
_CLIP = re.compile(r"\s*<(audio|video)\b([^>]*)>")
_SOURCE = re.compile(r"""src=["']data:((?:audio|video)/[A-Za-z0-9.+-]+);base64,([A-Za-z0-9+/=]*)["']""")
_TAG = re.compile(r"<(?!/?br\s*/?>)[a-zA-Z!/?]", re.IGNORECASE)
_BREAK = re.compile(r"</?br\s*/?>", re.IGNORECASE)

Address = Callable[[Mapping[str, Any]], str]
"""Makes an address of parameters: `file` of the environment, or `window` and `at`."""


def drawn(environment: Environment, window: Window, address: Address) -> dict[str, Any]:
    """Return a window for the page; the caller holds the environment's lock.

    Where a file of it is gone, the window says so, and the others are drawn all the same.
    """
    try:
        return _drawn(environment, window, address)
    except OSError as error:
        said = f"{window.id} cannot be shown: {error}."
        return _known(environment, window) | {
            "title": str(window.fields.get("title") or ""),
            "width": None,
            "height": None,
            "type": "text",
            "content": html.escape(said),
            "plain": said,
            "media": None,
            "content_at": address({"window": window.id, "revision": window.revision}),
        }


def _drawn(environment: Environment, window: Window, address: Address) -> dict[str, Any]:

    def text(value: Any) -> Any:
        """Put an address in place of a text that is one file; others are read."""
        parts = parts_of(value) or []
        one = parts[0] if len(parts) == 1 else None
        if isinstance(one, Mapping) and one.get("as") == "uri":
            return address({"file": one["file"]})
        return environment.text(value)

    made = {
        **{name: whole(value, text) for name, value in window.fields.items()},
        **_known(environment, window),
    }
    if window.type == "plot":
        return made | _plot(window, text)
    if window.type == "text":
        return made | _text(environment, window, address)
    if window.type == "image_history":
        return made | _history(window, text)
    return made | {"content": whole(window.content, text)}


def _known(environment: Environment, window: Window) -> dict[str, Any]:
    return {
        "environment": environment.name,
        "id": window.id,
        "revision": window.revision,
        "type": window.type,
        "place": window.place,
    }


def text_of(environment: Environment, window: Window) -> str:
    """Return the HTML of a text, as long as it may be. Raises OSError."""
    return "<br>".join(map(environment.text, window.pieces))


def _plot(window: Window, text: Callable[[Any], Any]) -> dict[str, Any]:
    traces = [whole(trace.drawn(), text) for trace in window.traces]
    points = [trace.points for trace in window.traces]
    thinned = any(len(drawn.get("y") or ()) < len(trace.columns["y"]) for drawn, trace in _with_columns(window, traces))
    layout = whole(window.layout, text)
    return {"content": {"data": traces, "layout": layout}, "points": points, "thinned": thinned}


def _with_columns(window: Window, traces: list[dict[str, Any]]) -> list[tuple[dict[str, Any], Any]]:
    return [(drawn, trace) for drawn, trace in zip(traces, window.traces, strict=True) if "y" in trace.columns]


def _text(environment: Environment, window: Window, address: Address) -> dict[str, Any]:
    at = {"content_at": address({"window": window.id, "revision": window.revision})}
    media = _clip(window, address)
    if _chars(window) > INLINE_CHARS:
        return at | {"content": None, "plain": None, "media": media}
    content = text_of(environment, window)
    plain = None if _TAG.search(content) else html.unescape(_BREAK.sub("\n", content))
    return at | {"content": content, "plain": plain, "media": media}


def _clip(window: Window, address: Address) -> dict[str, Any] | None:
    """Return the clip that a text of visdom's `audio` or `video` holds; None where it is another text."""
    piece = window.pieces[0] if len(window.pieces) == 1 else None
    parts = parts_of(piece) or [piece]
    opening = _CLIP.match(parts[0]) if isinstance(parts[0], str) else None
    if opening is None:
        return None
    clip = parts[1] if len(parts) > 1 else None
    small = small_clip(window)
    if isinstance(clip, Mapping) and clip["type"].startswith(("audio/", "video/")):
        media_type, source = clip["type"], address({"file": clip["file"]})
    elif small:
        media_type, source = small[0], address({"window": window.id, "clip": window.revision})
    else:
        return None
    flags = {flag: flag in opening[2].split() for flag in ("autoplay", "loop")}
    return {"kind": opening[1], "src": source, "media_type": media_type, **flags}


def small_clip(window: Window) -> tuple[str, str] | None:
    """Return media type and base64 of a clip that is short enough to stand in the text itself; None without one."""
    piece = window.pieces[0] if len(window.pieces) == 1 else None
    found = _SOURCE.search(piece) if isinstance(piece, str) and _CLIP.match(piece) else None
    return (found[1], found[2]) if found else None


def _chars(window: Window) -> int:
    """Return how long a text is, without reading its files."""
    return sum(map(_chars_of, window.pieces))


def _chars_of(piece: Any) -> int:
    parts = parts_of(piece)
    if parts is None:
        return len(piece) if isinstance(piece, str) else 0
    return sum(len(part) if isinstance(part, str) else int(part["bytes"]) for part in parts)


def _history(window: Window, text: Callable[[Any], Any]) -> dict[str, Any]:
    first = max(0, len(window.images) - MOST_IMAGES)
    images = [whole(image, text) for image in window.images[first:]]
    captions = [image.get("caption") if isinstance(image, dict) else None for image in window.images[:first]]
    shown = {"first": first, "count": len(window.images), "selected": window.shown}
    return {"content": images, "captions": captions, **shown}
