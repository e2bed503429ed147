"""Curves, confusion matrices and their scores as CSV, every number in full."""

from collections.abc import Iterable, Sequence
from typing import Any

from app.api.table_text import csv_number, csv_text
from app.transforms import curves
from app.transforms.confusion import Confusion


def curve_text(columns: dict[str, curves.Float64Array]) -> str:
    """Return a row per threshold; empty where a number is not known."""
    return _text([list(columns), *zip(*(column.tolist() for column in columns.values()), strict=True)])


def matrix_text(confusion: Confusion) -> str:
    """Return a row per true class, a column per predicted one."""
    head = ["true \\ predicted", *confusion.labels]
    rows = zip(confusion.labels, confusion.counts.tolist(), strict=True)
    return _text([head, *([label, *counts] for label, counts in rows)])


def scores_text(scores: dict[str, Any]) -> str:
    """Return a row per step."""
    named = {"step": scores["step"], "wall_time": scores["wall_time"], **scores["scores"]}
    return _text([list(named), *zip(*named.values(), strict=True)])


def _text(rows: Iterable[Sequence[Any]]) -> str:
    return "".join(",".join(map(_cell, row)) + "\n" for row in rows)


def _cell(value: Any) -> str:
    return csv_text(value) if isinstance(value, str) else csv_number(value)
