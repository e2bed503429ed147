"""`GET /api/v1/layers`: one number of every histogram or watched layer of a run, by steps; or all numbers as CSV."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from flask import Flask, Response, request

from app.api.answers import download, json_answer
from app.api.histogram_text import layer_lines
from app.api.items import present
from app.api.parameters import choice, count, needed
from app.readers.contract import MediaItem, TagFacts
from app.settings import Settings
from app.store.layer_rows import LayerRows, TagRows
from app.store.memory import StoreLike
from app.store.naming import as_counted
from app.store.query import QuestionError
from app.store.watched import WATCHED, watched_matrix
from app.transforms.layers import COLUMNS, ESTIMATED, NEEDED, STATISTICS, Float64Array, statistic
from app.transforms.places import Int64Array, spread

_STEPS = 100
_MOST_STEPS = 200
_MOST_CELLS = 400_000  # of one run, 42 MB in memory: of very many tags fewer steps are read
_MOST_TOLD = 2.0**53  # above it a browser rounds
_READ_AT_ONCE = 8_000  # histograms for one answer, which takes most of a second: the browser asks again for the rest


def register(server: Flask, store: StoreLike, settings: Settings) -> None:
    """Serve the route."""
    rows = LayerRows()
    server.add_url_rule(f"{settings.url_prefix}api/v1/layers", "api_layers", lambda: _answer(store, rows))


def _answer(store: StoreLike, rows: LayerRows) -> Response:
    run_id, name, steps = needed("run"), choice("stat", [*STATISTICS, *WATCHED], "std"), count("steps", _STEPS)
    if not 2 <= steps <= _MOST_STEPS:
        raise QuestionError(f"The parameter steps must be from 2 to {_MOST_STEPS}, not {steps}.")
    if choice("format", ("json", "csv"), "json") == "csv":
        every = {one: _items(store, one) for one in request.args.getlist("run")}
        return download(layer_lines(every), "-and-".join(["layers", *every][:3]), "csv")
    if name in WATCHED:
        return json_answer({"run": run_id, "stat": name, **watched_matrix(store, run_id, name, steps)})
    tags = _histograms(store, run_id)
    steps = max(2, min(steps, _MOST_CELLS // max(1, len(tags))))
    with present(run_id):
        found, unread = _read(store, rows, run_id, tags, steps)
    return json_answer(
        {"run": run_id, "stat": name, "tags": list(tags), "unread": unread, **_matrix(found, name, steps)}
    )


def _histograms(store: StoreLike, run_id: str) -> Mapping[str, TagFacts]:
    """Return the tags of the histograms of a run, layer.2 before layer.10."""
    facts = store.run(run_id).facts
    return {tag: facts[tag] for tag in sorted(facts, key=as_counted) if facts[tag].kind == "histogram"}


def _items(store: StoreLike, run_id: str) -> dict[str, Sequence[MediaItem]]:
    return {tag: store.media(run_id, tag) for tag in _histograms(store, run_id)}


def _read(
    store: StoreLike, rows: LayerRows, run_id: str, tags: Mapping[str, TagFacts], steps: int
) -> tuple[list[TagRows | None], int]:
    """Return the rows of each tag, None of those that must wait, and how many tags do."""
    found: list[TagRows | None] = []
    total = 0
    for tag, facts in tags.items():
        if total >= _READ_AT_ONCE:
            break
        one, read = rows.rows(store, run_id, tag, facts, steps)
        found.append(one)
        total += read
    waiting = len(tags) - len(found)
    return [*found, *[None] * waiting], waiting


def _matrix(found: Sequence[TagRows | None], name: str, steps: int) -> dict[str, Any]:
    """Return the values, a row per tag and a column per step, and what is to be said of some of them."""
    some = [(place, rows) for place, rows in enumerate(found) if rows is not None]
    every = np.unique(np.concatenate([rows.step[rows.kept] for _, rows in some] or [np.empty(0, np.int64)]))
    columns = every[spread(len(every), steps)]
    row = np.repeat([place for place, _ in some], [np.count_nonzero(rows.kept) for _, rows in some]).astype(np.int64)
    step, at, table = (_joined(some, part) for part in ("step", "at", "table"))
    column = np.searchsorted(columns, step, "right") - 1
    shape = (len(found), len(columns))
    held = np.full(shape, -1, np.int64)
    held[row, column] = np.arange(len(row))  # of several in one column the last: where too many steps differ by tag
    row, column = np.nonzero(held >= 0)
    one = held[row, column]
    values = np.full(shape, np.nan)
    values[row, column] = statistic(table[one], name)
    places = np.full(shape, -1, np.int64)
    places[row, column] = at[one]
    moved = step[one] != columns[column]
    return {
        "step": columns.tolist(),
        "values": values.tolist(),
        "at": places.tolist(),
        "elsewhere": np.stack([row[moved], column[moved], step[one][moved]], 1).tolist(),
        **_remarks(row, column, table[one], name),
        "message": next((rows.message for _, rows in some if rows.message), ""),
    }


def _joined(some: Sequence[tuple[int, TagRows]], part: str) -> Any:
    """Return one column of all tags, of the items that were not logged again."""
    empty = {"table": np.empty((0, len(COLUMNS))), "step": np.empty(0, np.int64), "at": np.empty(0, np.int64)}
    return np.concatenate([empty[part], *(getattr(rows, part)[rows.kept] for _, rows in some)])


def _remarks(row: Int64Array, column: Int64Array, table: Float64Array, name: str) -> dict[str, Any]:
    """Return the cells with values that are not finite, the rows that are estimated, and those that lack the number."""
    nan, inf, estimated = (table[:, COLUMNS.index(one)] for one in ("nan", "inf", "estimated"))
    bad = (nan > 0) | (inf > 0)
    nan, inf = (np.clip(np.nan_to_num(part), 0, _MOST_TOLD) for part in (nan, inf))
    counts = np.stack([row, column, nan, inf], 1)[bad]
    guessed = np.unique(row[(estimated > 0) & (name in ESTIMATED)])
    lacking = np.isnan(table[:, COLUMNS.index(NEEDED[name])]) if name in NEEDED else np.zeros(len(row), np.bool_)
    return {
        "nonfinite": counts.astype(np.int64).tolist(),
        "estimated": guessed.tolist(),
        "unrecorded": np.unique(row[lacking]).tolist(),
    }
