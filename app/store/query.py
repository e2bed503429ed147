"""Frozen questions to the store and their answers: series -> picture. Pure, so any process can answer."""

import math
import zlib
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import numpy.typing as npt

from app.readers.contract import Columns, Float64Array, Overlap
from app.store.axis import AXES, TAG_PREFIX, Axis, axis_of, is_axis
from app.store.cursor import Cursor, parse_cursor, seal_of
from app.store.line import Line, beyond, inside
from app.store.memory import StoreLike
from app.transforms.smoothing import check_amount, continue_ema, smooth

Mode = Literal["whole", "append", "same"]
SmoothingKind = Literal["none", "ema", "time_weighted", "running", "gaussian", "savgol"]

DEFAULT_COLUMNS = 220
MAX_COLUMNS = 10_000

_MOST_NEW = 4_096
_NONE, _NO_STEPS = np.empty(0), np.empty(0, np.int64)


class QuestionError(ValueError):
    """A question that makes no sense, whatever the data are. The message is fit to be read by the one who asked."""


@dataclass(frozen=True, slots=True)
class Smoothing:
    """Which average is drawn, and how strong.

    `amount` is the weight in [0, 1) for "ema" and "time_weighted", the window in points for "running" and
    "savgol", and the standard deviation in points for "gaussian".
    """

    kind: SmoothingKind = "none"
    amount: float = 0.0

    def __post_init__(self) -> None:
        if self.kind != "none":
            try:
                check_amount(self.kind, self.amount)
            except ValueError as error:
                raise QuestionError(f"{error}.") from error


@dataclass(frozen=True, slots=True)
class SeriesQuery:
    """One tag of one run as one panel wants to draw it. Raises QuestionError where that cannot be.

    Attributes:
        x: "step", "relative_step", "relative_time", "wall_time", or "tag:" and a scalar tag.
        window: lowest and highest x in view, None for all; points just outside are added so lines reach the edge.
        columns: pixel columns of the panel; the lowest and highest value of each are kept.
        cursor: what this browser drew last, from `Picture.cursor`; empty for nothing.
    """

    run_id: str
    tag: str
    x: str = "step"
    smoothing: Smoothing = Smoothing()
    log_x: bool = False
    window: tuple[float, float] | None = None
    columns: int = DEFAULT_COLUMNS
    overlap: Overlap = "latest"
    cursor: str = ""

    def __post_init__(self) -> None:
        if not is_axis(self.x):
            raise QuestionError(f"There is no x axis {self.x!r}; there are {', '.join(AXES)} and tag:TAG.")
        if not 1 <= self.columns <= MAX_COLUMNS:
            raise QuestionError(f"A panel has 1 to {MAX_COLUMNS:,} pixel columns, not {self.columns:,}.")
        if self.window and not (math.isfinite(sum(self.window)) and self.window[0] <= self.window[1]):
            raise QuestionError(f"A window goes from a lower to a higher number, not from {self.window}.")

    @property
    def question(self) -> str:
        """All of it but the cursor, as text."""
        smoothing = f"{self.smoothing.kind} {self.smoothing.amount}"
        view = f"{self.x} {self.log_x} {self.window} {self.columns} {self.overlap}"
        return f"{self.run_id!r} {self.tag!r} {smoothing} {view}"


@dataclass(frozen=True, slots=True)
class Picture:
    """What to draw of one series.

    Attributes:
        mode: "whole" replaces what was drawn, "append" goes after it, "same" leaves it.
        x, y: shape (n,), the points to draw; a NaN in `y` breaks the line.
        smoothed: shape (n,), the average at the same points; None without smoothing.
        step, wall_time: shape (n,), of the same points, for the tooltip.
        total: points of the series in the window, before downsampling.
        marks_x: shape (m,), where values that are not finite lie, at most 200.
        marks: m letters, "n" NaN, "+" infinity, "-" minus infinity.
        nonfinite: how many values are not finite in all.
        cursor: hand back with the next question.
        message: why there is nothing to draw, in words; empty where there is.
        left_out: points that have no place on the x axis: before the first value of the tag that is x, or at 0 and
            below on a logarithmic one.

    In "append", the arrays and marks go after those drawn so far, and the counts replace the former ones.
    """

    mode: Mode
    x: Float64Array
    y: Float64Array
    smoothed: Float64Array | None
    step: npt.NDArray[np.int64]
    wall_time: Float64Array
    total: int
    marks_x: Float64Array
    marks: str
    nonfinite: int
    cursor: str
    message: str = ""
    left_out: int = 0


def picture(store: StoreLike, query: SeriesQuery) -> Picture:
    """Answer one question: align, smooth and downsample, on all points and in this order.

    Returns:
        A whole picture; or, where the cursor says that its beginning is drawn already and new points leave that as it
        is, what comes after it.

    Raises:
        UnknownRunError: the run is not there.
    """
    series = store.series(query.run_id, query.tag, query.overlap)
    if not len(series):
        return _absent(query, query.tag, "")
    axis = axis_of(store, query.run_id, query.x, query.overlap, series)
    if axis.other is not None and not len(axis.other):
        return _absent(query, query.x.removeprefix(TAG_PREFIX), ", which is the x axis")
    question = f"{query.question} {axis.depends_on} {store.run(query.run_id).info.step_column!r}"
    cursor = parse_cursor(query.cursor)
    if cursor and cursor.points <= len(series) and cursor.seal == seal_of(question, series, cursor.points):
        if cursor.points == len(series):
            return _same(cursor)
        seal = seal_of(question, series, len(series))
        return _continued(query, axis, series, cursor, seal) or _whole(query, axis, series, seal)
    return _whole(query, axis, series, seal_of(question, series, len(series)))


def values_in_view(store: StoreLike, query: SeriesQuery) -> Float64Array:
    """Return the values of a series that lie in the window, as logged. Shape (n,). Raises UnknownRunError."""
    series = store.series(query.run_id, query.tag, query.overlap)
    if query.window is None or not len(series):
        return series.value
    axis = axis_of(store, query.run_id, query.x, query.overlap, series)
    return series.value[inside(axis.places(series), query.window)]


def _whole(query: SeriesQuery, axis: Axis, series: Columns, seal: int) -> Picture:
    smoothing = query.smoothing
    x = axis.places(series)
    smoothed = None if smoothing.kind == "none" else smooth(smoothing.kind, series.value, x, smoothing.amount)
    placed = Line.of(series, x, smoothed).placed(query.log_x)
    seen, total = placed.in_view(query.window)
    thinned = seen.thinned(query.columns, query.log_x, query.window)
    cursor = Cursor(
        points=len(series),
        appended=0,
        total=total,
        left_out=len(series) - len(placed),
        nonfinite=_count_nonfinite(series.value),
        average=_last_finite(smoothed, math.nan),
        seal=seal,
    )
    message = "" if len(placed) else _placeless(query, axis, series)
    return _drawn("whole", seen, thinned, cursor, message)


def _continued(query: SeriesQuery, axis: Axis, series: Columns, cursor: Cursor, seal: int) -> Picture | None:
    """Draw what comes after a cursor that holds; None where all must be drawn anew.

    That is so where new points change earlier averages, where they cross an edge of the window, where they are many,
    and where more than one point a pixel column would have been added since the last whole picture.
    """
    begin = cursor.points
    if query.smoothing.kind not in ("none", "ema") or len(series) - begin > _MOST_NEW:
        return None
    new, x = _after(series, begin), axis.places(_after(series, begin - 1))
    smoothed = _more_average(query.smoothing, new.value, cursor)
    placed = seen = Line.of(new, x[1:], smoothed).placed(query.log_x)
    if query.window is not None and not inside(x, query.window).all():
        if not beyond(x, query.window):
            return None
        seen = placed.take(slice(0))
    thinned = seen.thinned(math.ceil(query.columns * len(new) / len(series)), query.log_x)
    if cursor.appended + len(thinned) > query.columns:
        return None
    after = Cursor(
        points=len(series),
        appended=cursor.appended + len(thinned),
        total=cursor.total + len(seen),
        left_out=cursor.left_out + len(new) - len(placed),
        nonfinite=cursor.nonfinite + _count_nonfinite(new.value),
        average=_last_finite(smoothed, cursor.average),
        seal=seal,
    )
    unseen = not len(seen) and after.left_out == cursor.left_out and after.nonfinite == cursor.nonfinite
    return _same(after) if unseen else _drawn("append", seen, thinned, after)


def _more_average(smoothing: Smoothing, values: Float64Array, cursor: Cursor) -> Float64Array | None:
    if smoothing.kind == "none":
        return None
    return continue_ema(values, smoothing.amount, cursor.average, cursor.points - cursor.nonfinite)


def _drawn(mode: Mode, seen: Line, thinned: Line, cursor: Cursor, message: str = "") -> Picture:
    marks_x, marks = seen.marks() if cursor.nonfinite else (_NONE, "")
    thinned = thinned.with_breaks() if cursor.nonfinite else thinned
    return Picture(
        mode=mode,
        x=thinned.x,
        y=thinned.y,
        smoothed=thinned.smoothed,
        step=thinned.step,
        wall_time=thinned.wall_time,
        total=cursor.total,
        marks_x=marks_x,
        marks=marks,
        nonfinite=cursor.nonfinite,
        cursor=str(cursor),
        message=message,
        left_out=cursor.left_out,
    )


def nothing(message: str, cursor: str = "") -> Picture:
    """Make a picture without points that says why."""
    return Picture("whole", _NONE, _NONE, None, _NO_STEPS, _NONE, 0, _NONE, "", 0, cursor, message)


def _absent(query: SeriesQuery, tag: str, role: str) -> Picture:
    """Say that a run has no points of a tag, once: the cursor is that it was said."""
    cursor = f"no {zlib.crc32(query.question.encode())} {tag}"
    told = nothing(f"{query.run_id} has no points of {tag}{role}.", cursor)
    return replace(told, mode="same") if query.cursor == cursor else told


def _placeless(query: SeriesQuery, axis: Axis, series: Columns) -> str:
    """Say why no point of a series has a place on the axis."""
    if axis.other is None and axis.column == "wall_time" and np.isnan(series.wall_time).all():
        return f"{query.run_id} does not say when {query.tag} was logged: choose step as x."
    return f"None of the {len(series):,} points of {query.tag} has a place on this x axis."


def _same(cursor: Cursor) -> Picture:
    return Picture(
        mode="same",
        x=_NONE,
        y=_NONE,
        smoothed=None,
        step=_NO_STEPS,
        wall_time=_NONE,
        total=cursor.total,
        marks_x=_NONE,
        marks="",
        nonfinite=cursor.nonfinite,
        cursor=str(cursor),
        left_out=cursor.left_out,
    )


def _after(series: Columns, begin: int) -> Columns:
    return Columns(series.step[begin:], series.wall_time[begin:], series.value[begin:])


def _count_nonfinite(values: Float64Array) -> int:
    return len(values) - int(np.count_nonzero(np.isfinite(values)))


def _last_finite(smoothed: Float64Array | None, otherwise: float) -> float:
    if smoothed is None:
        return otherwise
    if math.isfinite(smoothed[-1]):
        return float(smoothed[-1])
    finite = np.flatnonzero(np.isfinite(smoothed))
    return float(smoothed[finite[-1]]) if len(finite) else otherwise
