"""The rows of a table of text as columns with steps and times, whatever the size of the pieces they come in."""

import codecs
import math
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from app.readers._steps import choose_time, wall_seconds
from app.readers.contract import Choices, Columns, Float64Array, Int64Array, RunInfo
from app.readers.folder import Problems
from app.readers.growing import ReadAnewError
from app.readers.lines import concatenate
from app.readers.table.judged import Judged
from app.readers.table.layout import (
    MAX_QUOTED_LINES,
    SPACES,
    Layout,
    decoder,
    find_opening,
    is_blank,
    is_comment,
    unit_of,
)

_MAX_STEP = float(1 << 62)
_ARROW_CELLS = 100  # of a column and more: 80 ns a cell, and 300 ns by `float`; of fewer it is the other way round

Cells = dict[str, tuple[Int64Array, Float64Array]]
"""The numbers of some rows, by column: places of the rows that have one, shape (n,), and the values, shape (n,)."""


class TableParser:
    """Takes in the lines of a table.

    Each number is a record of the tag that its column names; empty cells and text are left out. The step of a row is
    the whole number in its step column, rounded down; where that is empty, the step of the row before.

    Args:
        path: the file, for the problems.
        choices: the step column, where a person chose one that the table has.
        problems: told of rows that do not fit their header.
        judged: what an earlier parser of the same lines made of its columns.

    Attributes:
        heeds_comments: of the format: its comments tell of the rows below them.
        step_column: the column that gives the steps, "" where the rows are counted.
    """

    heeds_comments = False

    def __init__(self, path: Path, choices: Choices, problems: Problems, judged: Judged | None = None) -> None:
        self.step_column = ""
        self._path = path
        self._choices = choices
        self._problems = problems
        self._judged = judged or Judged()
        self._decoder: codecs.IncrementalDecoder | None = None
        self._half = False  # the last newline of UTF-16 was cut in two
        self._held = ""  # text whose row is not whole yet
        self._layout: Layout | None = None
        self._lines = 0  # taken in, of which nothing is held
        self._rows = 0
        self._last_step = 0
        self._is_table = True

    def feed(self, data: bytes) -> Mapping[str, Columns]:
        """Take in the next whole lines; return the records they hold, by tag.

        Raises:
            ReadAnewError: the rows so far have their steps from the wrong column.
        """
        parts: dict[str, list[Columns]] = {}
        for layout, rows in self._tables(self._take_lines(data)):
            for tag, columns in self._take_rows(layout, rows).items():
                parts.setdefault(tag, []).append(columns)
        return {tag: concatenate(pieces) for tag, pieces in parts.items()}

    def info(self, name: str, **facts: Any) -> RunInfo:
        """Return a run's info with the step columns in it."""
        return RunInfo(name, step_column=self.step_column, step_columns=self._judged.whole, **facts)

    def take_comment(self, text: str) -> None:
        """Take in a comment line, where the format heeds them."""

    def choose_step_column(self) -> str:
        """Return the column that is to give the steps, judging by the rows so far; "" to count the rows."""
        choice = self._choices.step_column
        if choice is not None and (not choice or choice in self._judged.names):
            return choice
        return self._judged.by_name

    def steps(self, cells: Cells, rows: int) -> Int64Array:
        """Return the steps of the next rows, shape (rows,)."""
        if not self.step_column:
            return np.arange(self._rows, self._rows + rows)
        step = np.full(rows, self._last_step, dtype=np.int64)
        places, values = cells.get(self.step_column, (np.empty(0, np.int64), np.empty(0)))
        usable = np.abs(values) < _MAX_STEP
        places = places[usable]
        if len(places):
            step[places] = np.floor(values[usable]).astype(np.int64)
            last = np.zeros(rows, dtype=np.int64)
            last[places] = places
            filled = np.maximum.accumulate(last)
            step[places[0] :] = step[filled[places[0] :]]
        self._last_step = int(step[-1])
        return step

    def times(self, columns: Mapping[str, Sequence[str]], cells: Cells, rows: int) -> Float64Array:
        """Return when the next rows were written, shape (rows,), in seconds since the epoch; NaN where none says."""
        times = np.full(rows, math.nan)
        name = choose_time(columns)
        if name in cells:
            places, values = cells[name]
            times[places] = list(map(wall_seconds, values.tolist()))
        elif name is not None:
            times[:] = list(map(wall_seconds, columns[name]))
        return times

    def _take_lines(self, data: bytes) -> list[str]:
        """Return the lines that are whole, and those held so far before them."""
        if self._decoder is None:
            self._decoder = decoder(data)
        text = self._decoder.decode(data.removeprefix(b"\0") if self._half else data)
        begun, state = self._decoder.getstate()
        self._half = begun == b"\n"  # what parts lines looks for this byte alone
        if self._half:
            self._decoder.setstate((b"", state))
            text += "\n"
        *lines, self._held = (self._held + text.replace("\r\n", "\n")).split("\n")
        return lines

    def _tables(self, lines: list[str]) -> Iterator[tuple[Layout, list[list[str]]]]:
        """Split lines into rows, as many as have one header at once; a training that goes on may write another."""
        if self._layout is None:
            lines = self._open(lines)
        if self._layout is None:
            return
        rows, numbers = self._split(lines, self._layout)
        begin = 0
        for place, row in enumerate(rows):
            comment = row[0] if self.heeds_comments and is_comment(row[0]) else ""
            layout = None if comment else self._layout.again(row)
            if not comment and layout is None:
                continue
            yield self._layout, self._fit(rows[begin:place], numbers[begin:place])
            begin = place + 1
            self._layout = layout or self._layout
            if comment:
                self.take_comment(comment.strip().lstrip("#"))
        yield self._layout, self._fit(rows[begin:], numbers[begin:])

    def _open(self, lines: list[str]) -> list[str]:
        """Look for the header; return the lines below it, or hold all where there are too few to tell."""
        opening = find_opening(lines) if self._is_table else None
        if opening is None or opening.layout is None:
            if opening is not None:
                self._problems.add(self._path, "line 1", "it is no header of names with a row of numbers below it")
                self._is_table = False
            self._held = "\n".join([*lines, self._held]) if self._is_table else ""
            return []
        if self.heeds_comments:
            for line in filter(is_comment, lines[: opening.rows_from]):
                self.take_comment(line.strip().lstrip("#"))
        self._layout, self._lines = opening.layout, opening.rows_from
        return lines[opening.rows_from :]

    def _split(self, lines: list[str], layout: Layout) -> tuple[list[list[str]], list[int]]:
        """Return the rows that the lines hold, and the number of the line where each begins; hold what is not whole."""
        rows, numbers = [], []
        at = 0
        while at < len(lines):
            line, used = lines[at], 1
            if is_comment(line):
                if self.heeds_comments:
                    rows.append([line])
                    numbers.append(self._lines + at + 1)
            elif '"' in line and layout.separator != SPACES:
                row, used = layout.quoted(lines[at : at + MAX_QUOTED_LINES])
                if not used:
                    self._held = "\n".join([*lines[at:], self._held])
                    break
                rows.append(row)
                numbers.append(self._lines + at + 1)
            elif not is_blank(line):
                rows.append(layout.split(line))
                numbers.append(self._lines + at + 1)
            at += used
        self._lines += at
        return rows, numbers

    def _fit(self, rows: list[list[str]], numbers: Sequence[int]) -> list[list[str]]:
        """Cut or fill the rows whose cells are not as many as the header has names."""
        assert self._layout is not None
        width = len(self._layout.names)
        for row, number in zip(rows, numbers, strict=True):
            if len(row) == width:
                continue
            if any(map(str.strip, row[width:])):
                what = "it has more cells than the header has names; those beyond are left out"
                self._problems.add(self._path, f"line {number:,}", what)
            elif len(row) < width:
                what = "it has fewer cells than the header has names; those that are missing count as empty"
                self._problems.add(self._path, f"line {number:,}", what)
            row[width:] = [""] * (width - len(row))
        return rows

    def _take_rows(self, layout: Layout, rows: list[list[str]]) -> dict[str, Columns]:
        """Return the records of rows that are as wide as the layout."""
        if not rows:
            return {}
        columns = dict(zip(layout.names, zip(*rows, strict=True), strict=True))
        for name in filter(unit_of, layout.names):
            columns[name] = tuple(cell.removesuffix(unit_of(name)) for cell in columns[name])
        found = {name: _numbers(cells, comma=layout.separator != ",") for name, cells in columns.items()}
        cells = {name: numbers for name, numbers in found.items() if len(numbers[0])}
        self._judge(layout, cells, len(rows))
        step, time = self.steps(cells, len(rows)), self.times(columns, cells, len(rows))
        self._rows += len(rows)
        return {
            name: Columns(step, time, values)
            if len(places) == len(rows)
            else Columns(step[places], time[places], values)
            for name, (places, values) in cells.items()
        }

    def _judge(self, layout: Layout, cells: Cells, rows: int) -> None:
        self._judged = self._judged.more(layout.names, cells, self._rows, rows)
        chosen = self.choose_step_column()
        if chosen != self.step_column and self._rows:
            raise ReadAnewError(partial(type(self), self._path, self._choices, judged=self._judged))
        self.step_column = chosen


def _numbers(cells: Sequence[str], *, comma: bool) -> tuple[Int64Array, Float64Array]:
    """Return the places of the cells that are numbers, shape (n,), and their values, shape (n,).

    Args:
        cells: of one column.
        comma: a number may have a decimal comma.
    """
    places = list(range(len(cells))) if "" not in cells else [place for place, cell in enumerate(cells) if cell]
    with suppress(ValueError):
        return np.array(places, dtype=np.int64), _floats([cells[place] for place in places])
    found = [(place, value) for place in places if (value := _number(cells[place], comma=comma)) is not None]
    return np.array([place for place, _ in found], dtype=np.int64), np.array([value for _, value in found])


def _floats(cells: Sequence[str]) -> Float64Array:
    """Return all of these as numbers.

    Raises:
        ValueError: one of them is none.
    """
    if len(cells) >= _ARROW_CELLS:
        with suppress(pa.ArrowInvalid):  # it knows fewer spellings than Python
            return np.asarray(pa.array(cells, pa.string()).cast(pa.float64()), dtype=np.float64)
    return np.array(list(map(float, cells)), dtype=np.float64)


def _number(cell: str, *, comma: bool) -> float | None:
    try:
        return float(cell)
    except ValueError:
        return _number(cell.replace(",", "."), comma=False) if comma and cell.count(",") == 1 else None
