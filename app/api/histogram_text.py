"""Histograms and what one number says of each, as CSV and as JSON lines: streamed, a piece at a time."""

import math
from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import orjson

from app.api.answers import plain
from app.api.table_text import csv_number, csv_text
from app.readers.contract import MediaItem
from app.store.layer_rows import table_of
from app.transforms.layers import COLUMNS, STATISTICS, statistic
from app.transforms.numbers import numbers_of

_PIECE_ITEMS = 200
_COUNTED = [COLUMNS.index(name) for name in ("nan", "inf", "estimated")]


def bucket_lines(items: Sequence[MediaItem]) -> Iterator[bytes]:
    """Yield a CSV line per bucket of each item, as they were logged and in order of arrival."""
    yield b"step,wall_time,from,to,count\n"
    for item in _each(items):
        edges, counts = (numbers_of(item.meta.get(name)).tolist() for name in ("edges", "counts"))
        head = f"{item.step},{csv_number(item.wall_time)}"
        rows = zip(edges, edges[1:], counts, strict=False)
        yield "".join(
            f"{head},{csv_number(low)},{csv_number(high)},{csv_number(count)}\n" for low, high, count in rows
        ).encode()


def item_lines(items: Sequence[MediaItem]) -> Iterator[bytes]:
    """Yield a JSON line per item with all that was logged of it, in order of arrival."""
    for item in _each(items):
        time = None if math.isnan(item.wall_time) else item.wall_time
        yield orjson.dumps({"step": item.step, "wall_time": time, **plain(dict(item.meta))}) + b"\n"


def layer_lines(runs: Mapping[str, Mapping[str, Sequence[MediaItem]]]) -> Iterator[bytes]:
    """Yield a CSV line per histogram with all of `STATISTICS`: of each run, by tag, in order of arrival."""
    yield (",".join(["run", "tag", "step", "wall_time", "num", *STATISTICS, "nan", "inf", "estimated"]) + "\n").encode()
    for run_id, tags in runs.items():
        for tag, items in tags.items():
            names = f"{csv_text(run_id)},{csv_text(tag)}"
            for begin in range(0, len(items), _PIECE_ITEMS):
                yield _layer_piece(names, items[begin : begin + _PIECE_ITEMS])


def _layer_piece(names: str, items: Sequence[MediaItem]) -> bytes:
    table = table_of(items)
    numbers = np.column_stack([table[:, 0], *(statistic(table, name) for name in STATISTICS), table[:, _COUNTED]])
    rows = (",".join(map(csv_number, row)) for row in numbers.tolist())
    heads = (f"{names},{item.step},{csv_number(item.wall_time)}" for item in items)
    return "".join(f"{head},{row}\n" for head, row in zip(heads, rows, strict=True)).encode()


def _each(items: Sequence[MediaItem]) -> Iterator[MediaItem]:
    for begin in range(0, len(items), _PIECE_ITEMS):
        yield from items[begin : begin + _PIECE_ITEMS]
