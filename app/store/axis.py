"""Which x axis a panel has, and where the points of one run's series lie on it."""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from app.readers.contract import Columns, Float64Array, Overlap
from app.store.memory import StoreLike
from app.transforms.align import as_of, since

AXES = ("step", "relative_step", "relative_time", "wall_time")
TAG_PREFIX = "tag:"


@dataclass(frozen=True, slots=True)
class Axis:
    """The x axis of one series.

    Attributes:
        column: what x is counted in where there is no other tag.
        start: what counts as 0, in that unit.
        other: the series that says x, None where x is a column of the series itself.
    """

    column: Literal["step", "wall_time"]
    start: float = 0.0
    other: Columns | None = None

    @property
    def depends_on(self) -> str:
        """What, beside the series itself, decides where points lie: equal while nothing moves them."""
        other = self.other
        if other is None or not len(other):
            return repr(self.start)
        return f"{len(other)} {other.step[-1]} {other.wall_time[-1]} {other.value[-1]}"

    def places(self, series: Columns) -> Float64Array:
        """Return where the points of a series lie. Shape (n,); NaN where they have no place."""
        if self.other is not None:
            return as_of(series.step, self.other.step, self.other.wall_time, self.other.value)
        return since(series.step if self.column == "step" else series.wall_time, self.start)


def is_axis(name: str) -> bool:
    """Tell whether there is such an x axis."""
    return name in AXES or (name.startswith(TAG_PREFIX) and len(name) > len(TAG_PREFIX))


def axis_of(store: StoreLike, run_id: str, name: str, overlap: Overlap, series: Columns) -> Axis:
    """Make the x axis of a series.

    Args:
        store: where other tags and the beginning of the run come from.
        run_id: whose series it is.
        name: "step"; "relative_step", from the first point of the series; "relative_time", from when the run was
            created, or the first point where that is not known or later; "wall_time"; "tag:" and a scalar tag.
        overlap: as of the series.
        series: at least one point.

    Raises:
        UnknownRunError: the run is not there.
    """
    if name.startswith(TAG_PREFIX):
        return Axis("step", other=store.series(run_id, name.removeprefix(TAG_PREFIX), overlap))
    if name == "relative_step":
        return Axis("step", float(series.step[0]))
    if name == "relative_time":
        created = store.run(run_id).info.created
        known = series.wall_time[~np.isnan(series.wall_time)]
        first = float(known[0]) if len(known) else 0.0
        return Axis("wall_time", first if created is None else min(created, first))
    return Axis("wall_time" if name == "wall_time" else "step")
