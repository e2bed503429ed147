"""One trace of a plot: what plotly calls so, its growing points apart from all else."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from app.store.panes.columns import Column
from app.transforms.downsample import IndexArray, downsample

GROWING = ("scatter", "scattergl", "custom")
DRAWN_COLUMNS = 1_000  # of pixels: each has its lowest and its highest point drawn


class Trace:
    """A trace, made of what a client sent.

    Attributes:
        fields: all of it but the points.
        columns: x and y of a line, where they came as lists.
    """

    __slots__ = ("columns", "fields")

    def __init__(self, sent: Mapping[str, Any]) -> None:
        grows = sent.get("type") in GROWING
        axes = [axis for axis in ("x", "y") if grows and isinstance(sent.get(axis), list)]
        self.columns = {axis: Column(sent[axis]) for axis in axes}
        self.fields = {name: value for name, value in sent.items() if name not in self.columns}

    def copy(self) -> dict[str, Any]:
        """Return the whole trace as it would be sent."""
        return self.fields | {axis: column.as_list() for axis, column in self.columns.items()}

    @property
    def points(self) -> int:
        """How many points it has."""
        if self.columns:
            return max(map(len, self.columns.values()))
        return max((len(self.fields[axis]) for axis in "xyz" if isinstance(self.fields.get(axis), list)), default=0)

    @property
    def size_bytes(self) -> int:
        """Memory of the points, about."""
        return sum(column.size_bytes for column in self.columns.values())

    def drawn(self) -> dict[str, Any]:
        """Return the trace with no more points than a screen shows: the lowest and highest of each pixel column."""
        places = self._drawn_places()
        if places is None:
            return self.copy()
        chosen = {axis: column.as_list(places) for axis, column in self.columns.items()}
        return _chosen_of(self.fields, self.points, places) | chosen

    def take(self, sent: Mapping[str, Any], *, append: bool) -> None:
        """Add points, or put others in place of them; a call whose x are all missing changes nothing, as in visdom."""
        x = sent.get("x")
        if not isinstance(x, list) or all(one is None for one in x):
            return
        for axis in ("x", "y"):
            values = sent.get(axis)
            if not isinstance(values, list):
                continue
            if append and axis in self.columns:
                self.columns[axis].extend(values)
            else:
                self.columns[axis] = Column(values)
                self.fields.pop(axis, None)
        self._take_colours(sent, append=append)

    def _take_colours(self, sent: Mapping[str, Any], *, append: bool) -> None:
        marker = sent.get("marker")
        if not isinstance(marker, dict):
            return
        own = self.fields.setdefault("marker", {})
        if "color" not in marker:
            return
        known = own.get("color")
        if append and isinstance(known, list) and isinstance(marker["color"], list):
            known += marker["color"]
        else:
            own["color"] = marker["color"]

    def _drawn_places(self) -> IndexArray | None:
        """Return which points are drawn; None for all."""
        x, y = self.columns.get("x"), self.columns.get("y")
        if x is None or y is None or len(x) != len(y) or len(y) <= 2 * DRAWN_COLUMNS:
            return None
        values, at = y.numbers, x.numbers
        if values is None:
            return None
        if at is None or not np.isfinite(at).all():
            at = np.arange(len(y), dtype=np.float64)
        return downsample(at, [values], DRAWN_COLUMNS)


def _chosen_of(fields: Mapping[str, Any], count: int, places: IndexArray) -> dict[str, Any]:
    """Return fields with the lists that hold something for each point cut down to the chosen ones."""
    chosen: dict[str, Any] = {}
    for name, value in fields.items():
        if isinstance(value, list) and len(value) == count:
            chosen[name] = [value[place] for place in places.tolist()]
        elif isinstance(value, dict):
            chosen[name] = _chosen_of(value, count, places)
        else:
            chosen[name] = value
    return chosen
