"""The points of one series on their axis, on their way to a picture: cut to what is in view, thinned, marked."""

import math
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from app.readers.contract import Columns, Float64Array, Int64Array
from app.transforms.downsample import downsample

Window = tuple[float, float]
Selection = slice | npt.NDArray[np.intp]

MAX_MARKS = 200


@dataclass(frozen=True, slots=True)
class Line:
    """Points in order of arrival; every array has the shape (n,).

    Attributes:
        x: where they are drawn; NaN where they have no place.
        y: as logged, NaN and infinities too.
        smoothed: the average at the same points; None without smoothing.
        step: the trainer's own counter.
        wall_time: seconds since the epoch, UTC.
    """

    x: Float64Array
    y: Float64Array
    smoothed: Float64Array | None
    step: Int64Array
    wall_time: Float64Array

    @classmethod
    def of(cls, series: Columns, x: Float64Array, smoothed: Float64Array | None) -> "Line":
        """Make the line of a whole series."""
        return cls(x, series.value, smoothed, series.step, series.wall_time)

    def __len__(self) -> int:
        return len(self.x)

    def take(self, which: Selection) -> "Line":
        """Return some of the points; a slice copies nothing."""
        smoothed = None if self.smoothed is None else self.smoothed[which]
        return Line(self.x[which], self.y[which], smoothed, self.step[which], self.wall_time[which])

    def placed(self, log_x: bool) -> "Line":
        """Leave out the points that have no place on the axis, which with `log_x` are also those at 0 and below."""
        has_place = np.isfinite(self.x)
        if log_x:
            has_place &= self.x > 0
        return self if has_place.all() else self.take(np.flatnonzero(has_place))

    def in_view(self, window: Window | None) -> tuple["Line", int]:
        """Cut the line to the window, with the neighbour beyond each edge so that it reaches there.

        Returns:
            The line in view, and how many of its points lie in the window.
        """
        if window is None:
            return self, len(self)
        seen, crossing = inside(self.x, window), _crossings(self.x, window)
        near = seen.copy()
        near[1:] |= seen[:-1] | crossing
        near[:-1] |= seen[1:] | crossing
        return self.take(np.flatnonzero(near)), int(np.count_nonzero(seen))

    def thinned(self, columns: int, log_x: bool, window: Window | None = None) -> "Line":
        """Keep about the points that `columns` pixel columns can show, the lowest and the highest of each too."""
        lines = [self.y] if self.smoothed is None else [self.y, self.smoothed]
        return self.take(downsample(self.x, lines, columns, log_x, window))

    def with_breaks(self) -> "Line":
        """Put NaN for the infinities, so that one thing alone breaks a line."""
        smoothed = None if self.smoothed is None else np.where(np.isinf(self.smoothed), np.nan, self.smoothed)
        return replace(self, y=np.where(np.isinf(self.y), np.nan, self.y), smoothed=smoothed)

    def marks(self) -> tuple[Float64Array, str]:
        """Return where values that are not finite lie, and a letter for each: "n" NaN, "+" and "-" infinity.

        Where there are more than `MAX_MARKS`, each of the three keeps its first and last and evenly chosen others.
        """
        broken = np.flatnonzero(~np.isfinite(self.y))
        if len(broken) > MAX_MARKS:
            kinds = (np.isnan(self.y), np.isposinf(self.y), np.isneginf(self.y))
            broken = np.concatenate([_evenly(np.flatnonzero(kind), MAX_MARKS // len(kinds)) for kind in kinds])
        letters = ("n" if math.isnan(value) else "+" if value > 0 else "-" for value in self.y[broken].tolist())
        return self.x[broken], "".join(letters)


def inside(x: Float64Array, window: Window) -> npt.NDArray[np.bool_]:
    """Tell which points lie in the window, whose edges belong to it. Shape (n,)."""
    return (x >= window[0]) & (x <= window[1])


def beyond(x: Float64Array, window: Window) -> bool:
    """Tell whether all points lie on one side of the window."""
    return bool((x > window[1]).all() or (x < window[0]).all())


def _crossings(x: Float64Array, window: Window) -> npt.NDArray[np.bool_]:
    """Tell which pairs of neighbours lie on opposite sides of the window, so that their line crosses it."""
    below, above = x < window[0], x > window[1]
    return (below[:-1] & above[1:]) | (above[:-1] & below[1:])


def _evenly(places: npt.NDArray[np.intp], most: int) -> npt.NDArray[np.intp]:
    if len(places) <= most:
        return places
    return places[np.linspace(0, len(places) - 1, most).astype(np.intp)]
