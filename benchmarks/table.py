"""Rows -> one table, in the order of the way from log() to the pixel; as text for people, as JSON for programs."""

from collections.abc import Sequence
from typing import Any

from benchmarks.contract import Arrow, Row

HEAD = ("arrow", "figure", "ours", "spread", "budget", "peer", "ours/peer", "rounds", "against")
_ORDER = list(Arrow)


def in_order(rows: Sequence[Row]) -> list[Row]:
    """Sort rows by their arrow and leave those of one arrow as they came."""
    return sorted(rows, key=lambda row: _ORDER.index(row.arrow))


def as_markdown(rows: Sequence[Row]) -> str:
    """Return the table as Markdown with aligned columns, and the notes below it. A missed budget is marked `!`."""
    cells = [HEAD, *map(_cells, in_order(rows))]
    widths = [max(len(row[column]) for row in cells) for column in range(len(HEAD))]
    lines = [
        "| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) + " |" for row in cells
    ]
    lines.insert(1, "| " + " | ".join("-" * width for width in widths) + " |")
    notes = [f"- {row.what}: {row.note}" for row in in_order(rows) if row.note]
    return "\n".join([*lines, *([""] if notes else []), *notes])


def as_json(rows: Sequence[Row]) -> list[dict[str, Any]]:
    """Return the rows as plain values, with every round."""
    return [
        {
            "arrow": row.arrow.value,
            "what": row.what,
            "unit": row.unit,
            "ours": list(row.ours),
            "median": row.median,
            "budget": row.budget,
            "missed": row.missed,
            "peer": list(row.peer),
            "peer_name": row.peer_name,
            "ratio": row.ratio,
            "note": row.note,
        }
        for row in in_order(rows)
    ]


def number(value: float) -> str:
    """Write a figure with three digits: `0.0123`, `1.23`, `12.3`, `1,230`."""
    if value == 0:
        return "0"
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def _cells(row: Row) -> tuple[str, ...]:
    spread = f"{number(min(row.ours))}–{number(max(row.ours))}" if len(row.ours) > 1 else ""
    budget = "" if row.budget is None else f"{number(row.budget)}{' !' if row.missed else ''}"
    peer = "" if row.peer_median is None else f"{number(row.peer_median)} {row.unit}"
    ratio = "" if row.ratio is None else number(row.ratio)
    ours = f"{number(row.median)} {row.unit}"
    return row.arrow.value, row.what, ours, spread, budget, peer, ratio, str(len(row.ours)), row.peer_name
