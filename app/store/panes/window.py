"""One window of an environment, made of a call to `events`; the fields are visdom's own."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from app.readers.visdom_log.packed import whole
from app.store.panes.traces import Trace

ALONE = ("image", "text", "properties", "network", "embeddings")  # types whose content the server takes as it is
OWN_FIELDS = frozenset({"command", "id", "type", "content", "contentID", "i", "selected", "old_content"})
_OF_A_NETWORK = {"directed": False, "showEdgeLabels": "hover", "showVertexLabels": "hover"}


class Window:
    """What is shown in one window.

    Attributes:
        fields: all that visdom keeps on a window and that is not held apart: title, width, height, options.
        traces: of a plot.
        layout: of a plot, plotly's.
        pieces: of a text: what was sent, one after the other.
        images: of an image with a history.
        content: of all others.
        shown: place of the image that a history shows.
        earlier: of embeddings: the sets of points that the shown one was chosen from.
        place: how many windows were there before it.
        revision: goes up whenever it changes.
    """

    __slots__ = (
        *("content", "earlier", "fields", "id", "images", "layout", "pieces", "place", "revision", "shown"),
        *("traces", "type"),
    )

    def __init__(self, window: str, form: str, fields: Mapping[str, Any]) -> None:
        self.id = window
        self.type = form
        self.fields = dict(fields)
        self.traces: list[Trace] = []
        self.layout: dict[str, Any] = {}
        self.pieces: list[Any] = []
        self.images: list[Any] = []
        self.content: Any = None
        self.shown = 0
        self.earlier: list[Any] = []
        self.place = 0
        self.revision = 0

    @classmethod
    def of_call(cls, window: str, message: Mapping[str, Any]) -> "Window":
        """Make the window that a call to `events` draws. Raises ValueError."""
        first = _first(message)
        options = _object(message, "opts")
        form = first.get("type")
        fields = {
            "title": options.get("title", ""),
            "inflate": options.get("inflate", True),
            "width": options.get("width"),
            "height": options.get("height"),
        }
        if form == "image_history":
            made = cls(window, form, fields | {"show_slider": options.get("show_slider", True)})
            made.images = [first.get("content")]
        elif form == "network":
            shown = {name: options.get(name, otherwise) for name, otherwise in _OF_A_NETWORK.items()}
            made = cls(window, form, fields | shown)
            made.content = first.get("content")
        elif form == "text":
            made = cls(window, form, fields)
            made.pieces = [first.get("content", "")]
        elif form in ALONE:
            made = cls(window, str(form), fields)
            made.content = first.get("content")
            if form == "embeddings":
                made.content = {**(made.content if isinstance(made.content, dict) else {}), "has_previous": False}
        else:
            made = cls(window, "plot", fields)
            made.layout = dict(_object(message, "layout"))
            made.traces = traces_of(message["data"])
        return made

    @classmethod
    def of_state(cls, window: str, state: Mapping[str, Any]) -> "Window":
        """Make a window of what `as_state` returns, or a saved environment of visdom's holds. Raises ValueError."""
        made = cls(window, str(state.get("type", "")), {name: state[name] for name in state.keys() - OWN_FIELDS})
        content = state.get("content")
        if made.type == "plot":
            if not isinstance(content, dict) or not isinstance(content.get("data"), list):
                raise ValueError(f"the content of the plot {window} is no object with data and layout")
            made.traces, made.layout = traces_of(content["data"]), dict(_object(content, "layout"))
        elif made.type == "text":
            made.pieces = [content if isinstance(content, str | dict) else ""]
        elif made.type == "image_history":
            made.images = list(content) if isinstance(content, list) else []
            shown = state.get("selected")
            made.shown = shown if type(shown) is int and 0 <= shown < len(made.images) else len(made.images) - 1
        else:
            made.content = content
            earlier = state.get("old_content")
            made.earlier = list(earlier) if isinstance(earlier, list) else []
        return made

    def as_state(self, text: Callable[[Any], Any]) -> dict[str, Any]:
        """Return the window as visdom's server gives it.

        Args:
            text: makes what stands for a text that is kept in files.
        """
        state = {"command": "window", "id": self.id, **self.fields, "contentID": f"{self.revision:x}", "i": self.place}
        state["type"] = self.type
        if self.type == "plot":
            state["content"] = {"data": [trace.copy() for trace in self.traces], "layout": self.layout}
        elif self.type == "text":
            state["content"] = "<br>".join(piece if isinstance(piece, str) else text(piece) for piece in self.pieces)
        elif self.type == "image_history":
            state |= {"content": self.images, "selected": self.shown}
        else:
            state["content"] = self.content
        if self.type == "embeddings":
            state["old_content"] = self.earlier
        return {name: whole(value, text) for name, value in state.items()}

    @property
    def size_bytes(self) -> int:
        """Memory of the points, about."""
        return sum(trace.size_bytes for trace in self.traces)


def traces_of(sent: Iterable[Any]) -> list[Trace]:
    """Make the traces of a plot. Raises ValueError."""
    found = list(sent)
    if not all(isinstance(one, dict) for one in found):
        raise ValueError("the traces of a plot are objects")
    return [Trace(one) for one in found]


def _first(message: Mapping[str, Any]) -> Mapping[str, Any]:
    data = message.get("data")
    if not isinstance(data, list) or not data or not isinstance(data[0], dict):
        raise ValueError("data is a list of at least one object, each with a type")
    return data[0]


def _object(message: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    value = message.get(name)
    return value if isinstance(value, dict) else {}
