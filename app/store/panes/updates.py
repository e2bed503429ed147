"""What a call to `update` does to a window, as visdom's server does it."""

from collections.abc import Mapping
from typing import Any

from app.store.panes.traces import GROWING, Trace
from app.store.panes.window import OWN_FIELDS, Window

_TAKES = ("text", "image_history", "embeddings")
_ROWS, _COLUMNS = ("appendRow", "prependRow"), ("appendColumn", "prependColumn")


class MisfitError(ValueError):
    """Rows or columns that do not fit to a heat map: visdom's server says so in its log alone."""


def refusal(window: Window, message: Mapping[str, Any]) -> str:
    """Say why a window cannot be updated, in the words that visdom's clients know; "" where it can."""
    if window.type in _TAKES or (message.get("data") is None and message.get("name") is None):
        return ""
    form = window.type
    if form == "plot":
        first = window.traces[0].fields.get("type") if window.traces else None
        if first is None or first in GROWING or first == "heatmap":
            return ""
        form = str(first)
    return f"win is not scatter, heatmap, custom, image_history, embeddings, or text; was {form}"


def update(window: Window, message: Mapping[str, Any]) -> None:
    """Change a window. Raises ValueError, KeyError, TypeError or IndexError where the call makes no sense."""
    if window.type == "text":
        window.pieces.append(message["data"][0].get("content", ""))
    elif window.type == "embeddings":
        _choose(window, message["data"])
    elif window.type == "image_history" and message.get("data") is not None:
        _add_image(window, message["data"])
    else:
        _set_options(window, message)
        if window.type == "plot" and (message.get("data") is not None or message.get("name") is not None):
            _update_traces(window, message)


def go_back(window: Window) -> None:
    """Show the points of embeddings that the shown ones were chosen from. Raises ValueError."""
    if not window.earlier or not isinstance(window.content, dict):
        raise ValueError(f"{window.id} shows what it showed first")
    points = window.earlier.pop()
    window.content = window.content | {"data": points, "selected": None, "has_previous": bool(window.earlier)}


def _choose(window: Window, said: Mapping[str, Any]) -> None:
    content = window.content if isinstance(window.content, dict) else {}
    if said["update_type"] == "EntitySelected":
        window.content = content | {"selected": said["selected"]}
    elif said["update_type"] == "RegionSelected":
        window.earlier.append(content.get("data"))
        window.content = content | {"selected": None, "has_previous": True, "data": said["points"]}


def _add_image(window: Window, data: Any) -> None:
    if data[0]["type"] == "image_history":
        window.images.append(data[0]["content"])
        window.shown = len(window.images) - 1


def _set_options(window: Window, message: Mapping[str, Any]) -> None:
    layout, options = message.get("layout") or {}, message.get("opts") or {}
    window.layout |= {name: value for name, value in layout.items() if value is not None}
    window.fields |= {name: value for name, value in options.items() if value is not None and name not in OWN_FIELDS}
    for trace, name in zip(window.traces, options.get("legend") or (), strict=False):
        trace.fields["name"] = name


def _update_traces(window: Window, message: Mapping[str, Any]) -> None:
    name, sent = message.get("name"), message.get("data") or []
    chosen = [trace for trace in window.traces if name is None or trace.fields.get("name") == name]
    if message.get("delete"):
        window.traces = [trace for trace in window.traces if trace not in chosen]
    elif not sent:
        raise ValueError("an update of traces has data")
    elif not chosen:
        fields = sent[0] if name is None or sent[0].get("type") == "heatmap" else sent[0] | {"name": name}
        window.traces.append(Trace(fields))
        window.traces += [] if name is not None else map(Trace, sent[1:])
    elif chosen[0].fields.get("type") == "heatmap":
        for trace, new in zip(chosen, sent, strict=False):
            _update_heatmap(trace, new, message)
    else:
        append = bool(message.get("append"))
        for trace, new in zip(chosen, sent, strict=False):
            trace.take(new, append=append)
        window.traces += map(Trace, sent[len(chosen) :] if name is None else ())


def _update_heatmap(trace: Trace, new: Mapping[str, Any], message: Mapping[str, Any]) -> None:
    where = message.get("updateDir", "replace")
    if where == "replace":
        trace.fields |= new
        return
    _check_fits(trace.fields, new, where)
    own, added = trace.fields["z"], new["z"]
    labels = "y" if where in _ROWS else "x"
    before = where.startswith("prepend")
    if where in _ROWS:
        trace.fields["z"] = added + own if before else own + added
    else:
        trace.fields["z"] = [more + row if before else row + more for row, more in zip(own, added, strict=True)]
    if new.get(labels) is not None:
        named = new[labels]
        trace.fields[labels] = named + trace.fields[labels] if before else trace.fields[labels] + named
    trace.fields |= {key: value for key, value in new.items() if value is not None and key not in ("x", "y", "z")}


def _check_fits(own: Mapping[str, Any], new: Mapping[str, Any], where: str) -> None:
    """Raise MisfitError where rows or columns do not fit to those of a heat map."""
    if where not in _ROWS + _COLUMNS:
        raise MisfitError(f"a heat map takes {', '.join(_ROWS + _COLUMNS)} and replace, not {where}")
    along = len(own["z"][0]) if where in _ROWS else len(own["z"])
    across = len(new["z"][0]) if where in _ROWS else len(new["z"])
    if along != across:
        raise MisfitError(f"the heat map has {along} {'columns' if where in _ROWS else 'rows'} and the update {across}")
    labels = "y" if where in _ROWS else "x"
    known, named = own.get(labels), new.get(labels)
    if (known is None) != (named is None):
        raise MisfitError("the names of rows or columns are given either from the beginning on or never")
    if known is not None and named is not None and set(map(str, known)) & set(map(str, named)):
        raise MisfitError("names of the update appear in the heat map already")
