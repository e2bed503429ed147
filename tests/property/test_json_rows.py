"""JSON lines of any rows, torn anywhere, are read as Python's own parser reads them line by line."""

import json
import math
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from app.readers.contract import Choices
from app.readers.folder import Problems
from app.readers.json_lines import LinesParser
from app.readers.lines import concatenate

NUMBERS = st.integers(-(1 << 60), 1 << 60) | st.floats() | st.sampled_from(["NaN", "Infinity", "-Infinity"])
LEAVES = NUMBERS | st.booleans() | st.none() | st.text(max_size=3) | st.lists(st.integers(), max_size=2)
KEYS = st.sampled_from(["loss", "step", "α", "val", "epoch", "a b"])
ROWS = st.lists(st.dictionaries(KEYS, LEAVES | st.dictionaries(KEYS, LEAVES, max_size=3), max_size=4), max_size=12)


def numbers_of(row: dict[str, Any], prefix: str = "") -> dict[str, float]:
    """Return the numbers of a row by tag, found one by one."""
    found: dict[str, float] = {}
    for key, value in row.items():
        if isinstance(value, dict):
            found |= numbers_of(value, f"{prefix}{key}/")
        elif type(value) in {int, float} or value in ("NaN", "Infinity", "-Infinity", "nan", "inf", "-inf"):
            found[prefix + key] = float(value)
    return found


def as_text(columns) -> list[tuple[int, str]]:
    return [(step, repr(value)) for step, value in zip(columns.step.tolist(), columns.value.tolist(), strict=True)]


def parse(data: bytes, cuts: list[int]) -> dict[str, list[tuple[int, str]]]:
    """Feed the lines in pieces that end at these lines."""
    parser = LinesParser("a.jsonl", Problems(), Choices())
    lines = data.splitlines(keepends=True)
    pieces: dict[str, list[Any]] = {}
    begin = 0
    for end in [*sorted(cuts), len(lines)]:
        for tag, columns in parser.feed(b"".join(lines[begin:end])).items():
            pieces.setdefault(tag, []).append(columns)
        begin = max(begin, end)
    return {tag: as_text(concatenate(parts)) for tag, parts in pieces.items()}


@given(rows=ROWS, cuts=st.lists(st.integers(0, 12), max_size=4))
def test_every_number_is_a_record_in_order_however_the_lines_arrive(rows, cuts):
    data = b"".join(json.dumps(row, ensure_ascii=False).encode() + b"\n" for row in rows)
    wanted: dict[str, list[str]] = {}
    for row in rows:
        for tag, value in numbers_of(row).items():
            wanted.setdefault(tag, []).append(repr(value))
    found = parse(data, cuts)
    assert {tag: [value for _, value in records] for tag, records in found.items()} == wanted
    assert found == parse(data, [])


@given(rows=ROWS)
def test_steps_are_those_of_the_rows_and_go_on_where_a_row_has_none(rows):
    rows = [{"step": number, **{key: row[key] for key in row if key != "step"}} for number, row in enumerate(rows)]
    for row in rows[2::3]:
        del row["step"]
    found = parse(b"".join(json.dumps(row).encode() + b"\n" for row in rows), [])
    steps = [number - (number % 3 == 2) for number in range(len(rows))]
    for tag, records in found.items():
        assert [step for step, _ in records] == [
            step for step, row in zip(steps, rows, strict=True) if tag in numbers_of(row)
        ]


@given(text=st.binary(max_size=200))
def test_any_bytes_are_read_without_raising(text):
    parser = LinesParser("a.jsonl", Problems(), Choices())
    for columns in parser.feed(text + b"\n").values():
        assert len(columns.step) == len(columns.wall_time) == len(columns.value)
        assert all(math.isfinite(step) for step in columns.step)
