"""`GET /api/v1/histograms`: a tag's distributions over the steps, to be drawn; one step exactly; or all as a file."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from flask import Flask, Response, request

from app.api.answers import download, json_answer, plain
from app.api.histogram_text import bucket_lines, item_lines
from app.api.items import item_at, items_of, present
from app.api.parameters import choice, count, needed
from app.readers.contract import MediaItem
from app.settings import Settings
from app.store.chosen_items import latest_items
from app.store.layer_rows import table_of
from app.store.memory import StoreLike
from app.store.query import QuestionError
from app.transforms.histogram import (
    LEVELS,
    Float64Array,
    Histogram,
    common_grid,
    quantiles,
    rebin,
    sound_histogram,
)
from app.transforms.layers import STATISTICS, statistic

_STEPS = 100
_MOST_STEPS = 500
_BUCKETS = 60
_DIGITS = 5  # of a count on the grid, which is an estimate
_FACTS = ("min", "max", "num", "sum", "sum_squares", "zeros", "nan", "inf")
_FILES = {"csv": bucket_lines, "jsonl": item_lines}


def register(server: Flask, store: StoreLike, settings: Settings) -> None:
    """Serve the route."""
    server.add_url_rule(f"{settings.url_prefix}api/v1/histograms", "api_histograms", lambda: _answer(store))


def _answer(store: StoreLike) -> Response:
    run_id, tag, steps = needed("run"), needed("tag"), count("steps", _STEPS)
    if not 2 <= steps <= _MOST_STEPS:
        raise QuestionError(f"The parameter steps must be from 2 to {_MOST_STEPS}, not {steps}.")
    items = items_of(store, run_id, tag, "histogram")
    form = choice("format", ("json", *_FILES), "json")
    if form in _FILES:
        return download(_FILES[form](items), f"{run_id}-{tag}", form)
    if "at" in request.args:
        place = count("at", 0)
        return json_answer(plain({"at": place, **_exactly(item_at(items, place, run_id, tag))}))
    with present(run_id):
        return json_answer(plain(_over_steps(items, steps)))


def _exactly(item: MediaItem) -> dict[str, Any]:
    """Return the buckets of one item as they were counted."""
    found = _histogram(item)
    return {
        "step": item.step,
        "wall_time": item.wall_time,
        "edges": found.edges.tolist(),
        "counts": found.counts.tolist(),
        **{name: item.meta[name] for name in _FACTS if isinstance(item.meta.get(name), int | float)},
        "quantiles": quantiles(found).tolist(),
        "statistics": _statistics(item),
        "message": item.caption,
    }


def _over_steps(items: Sequence[MediaItem], most: int) -> dict[str, Any]:
    """Return some items, evenly chosen, on one grid; of steps that were logged again, the latest alone."""
    kept = latest_items(items, most)
    found = [_histogram(item) for _, item in kept]
    grid = common_grid(found, _BUCKETS)
    return {
        "total": len(items),
        "at": [place for place, _ in kept],
        "step": [item.step for _, item in kept],
        "wall_time": [item.wall_time for _, item in kept],
        "num": [one.total for one in found],
        "nonfinite": [_not_finite(item) for _, item in kept],
        "edges": grid.tolist(),
        "counts": [_shortened(rebin(one, grid)) for one in found],
        "levels": LEVELS,
        "quantiles": [quantiles(one).tolist() for one in found],
        "message": next((item.caption for _, item in kept if item.caption), ""),
    }


def _statistics(item: MediaItem) -> dict[str, Any]:
    """Return the numbers that Layers tells of a histogram, None where one is not known."""
    table = table_of([item])
    numbers = {name: float(statistic(table, name)[0]) for name in STATISTICS}
    known = {name: value if math.isfinite(value) else None for name, value in numbers.items()}
    return {"num": float(table[0, 0]), **known, "estimated": bool(table[0, -1])}


def _not_finite(item: MediaItem) -> list[int]:
    """Return how many values were NaN, and how many infinite; 0 where the log does not say."""
    found = (item.meta.get(name) for name in ("nan", "inf"))
    return [value if isinstance(value, int) and value > 0 else 0 for value in found]


def _histogram(item: MediaItem) -> Histogram:
    meta = item.meta
    return sound_histogram(meta.get("edges", ()), meta.get("counts", ()), meta.get("min"), meta.get("max"))


def _shortened(counts: Float64Array) -> list[float]:
    """Round to few digits, so that little is sent."""
    size = np.floor(np.log10(counts, out=np.zeros(len(counts)), where=counts > 0))
    unit = 10.0 ** np.clip(size - _DIGITS + 1, -300, 0)
    shortened: list[float] = (np.round(counts / unit) * unit).tolist()
    return shortened
