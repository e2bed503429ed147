"""`GET /api/v1/series`: the points of one series as JSON, drawn as a panel draws them or every one."""

import math
from collections.abc import Iterator
from typing import Any, cast, get_args

import numpy as np
import numpy.typing as npt
import orjson
from flask import Flask, Response, request

from app.api.answers import json_answer, plain
from app.api.items import facts_of
from app.api.parameters import choice, count, flag, needed, number
from app.readers.contract import Columns, Overlap
from app.settings import Settings
from app.store.memory import StoreLike
from app.store.query import DEFAULT_COLUMNS, QuestionError, SeriesQuery, Smoothing, SmoothingKind, picture

_PIECE_POINTS = 1 << 15


def register(server: Flask, store: StoreLike, settings: Settings) -> None:
    """Serve the route."""
    server.add_url_rule(f"{settings.url_prefix}api/v1/series", "api_series", lambda: _answer(store))


def _answer(store: StoreLike) -> Response:
    run_id, tag, overlap = needed("run"), needed("tag"), cast("Overlap", choice("overlap", get_args(Overlap), "latest"))
    facts_of(store, run_id, tag, "scalar")
    if choice("points", ("drawn", "all"), "drawn") == "all":
        series = store.records(run_id, [tag], overlap)[tag]
        answer = Response(every_point(run_id, tag, series), mimetype="application/json")
        answer.headers["Cache-Control"] = "no-store"
        return answer
    query = SeriesQuery(
        run_id=run_id,
        tag=tag,
        x=request.args.get("x", "step"),
        smoothing=parse_smoothing(request.args.get("smoothing", "none")),
        log_x=flag("log_x"),
        window=_window(),
        columns=count("columns", DEFAULT_COLUMNS),
        overlap=overlap,
    )
    return json_answer(drawn_points(store, query))


def parse_smoothing(text: str) -> Smoothing:
    """Read `KIND:AMOUNT`, as `ema:0.6`, or `none`. Raises QuestionError."""
    kind, _, amount = text.partition(":")
    if kind not in get_args(SmoothingKind):
        raise QuestionError(f"There is no smoothing {kind!r}; there are {', '.join(get_args(SmoothingKind))}.")
    try:
        strength = float(amount or 0)
    except ValueError as error:
        raise QuestionError(f"The amount of a smoothing must be a number, as in ema:0.6, not {amount!r}.") from error
    return Smoothing(cast("SmoothingKind", kind), strength)


def drawn_points(store: StoreLike, query: SeriesQuery) -> dict[str, Any]:
    """Return what a panel would draw, as JSON values; `marks` are the points that are not finite."""
    drawn = picture(store, query)
    columns = {"x": drawn.x, "y": drawn.y, "step": drawn.step, "wall_time": drawn.wall_time}
    if drawn.smoothed is not None:
        columns["smoothed"] = drawn.smoothed
    words = {"n": "NaN", "+": "Infinity", "-": "-Infinity"}
    return {
        "run": query.run_id,
        "tag": query.tag,
        "total": drawn.total,
        "nonfinite": drawn.nonfinite,
        "left_out": drawn.left_out,
        "message": drawn.message,
        **{name: _known(values) if name == "wall_time" else plain(values.tolist()) for name, values in columns.items()},
        "marks": [{"x": x, "value": words[mark]} for x, mark in zip(drawn.marks_x.tolist(), drawn.marks, strict=True)],
    }


def every_point(run_id: str, tag: str, series: Columns) -> Iterator[bytes]:
    """Yield the JSON of all points piece by piece, so that a long series takes no more memory than a short one."""
    yield orjson.dumps({"run": run_id, "tag": tag, "total": len(series)})[:-1]
    for name, values in (("step", series.step), ("wall_time", series.wall_time), ("value", series.value)):
        yield f',"{name}":['.encode()
        for begin in range(0, len(values), _PIECE_POINTS):
            piece = values[begin : begin + _PIECE_POINTS]
            yield (b"," if begin else b"") + (_times(piece) if name == "wall_time" else _numbers(piece))
        yield b"]"
    yield b"}"


def _numbers(values: npt.NDArray[np.float64 | np.int64]) -> bytes:
    """Write numbers with commas between them; those that are not finite as words."""
    exact = values if np.isfinite(values).all() else plain(values.tolist())
    return orjson.dumps(exact, option=orjson.OPT_SERIALIZE_NUMPY)[1:-1]


def _times(values: npt.NDArray[np.float64 | np.int64]) -> bytes:
    """Write times with commas between them; null where the file gives none, which is how orjson writes NaN."""
    return orjson.dumps(values, option=orjson.OPT_SERIALIZE_NUMPY)[1:-1]


def _known(values: npt.NDArray[Any]) -> list[float | None]:
    return [None if math.isnan(value) else value for value in values.tolist()]


def _window() -> tuple[float, float] | None:
    low, high = number("from"), number("to")
    if (low is None) != (high is None):
        raise QuestionError("A window needs both from= and to=.")
    return None if low is None or high is None else (low, high)
