"""Rows of named numbers, as JSON lines and text logs hold them, turned into columns with steps and times."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from app.readers._steps import all_wall_seconds, choose_step, choose_time, wall_seconds
from app.readers.contract import Choices, Columns, Float64Array, Int64Array, RunInfo
from trainer_hooks.record import NONFINITE

_MAX_DEPTH = 20  # of mappings within a row; what lies deeper is left out
_MAX_STEP = float(1 << 62)
_NUMBERS = {int, float}
_NONFINITE = {**NONFINITE, **{sign + word: float(sign + word) for word in ("nan", "inf") for sign in ("", "-")}}

Row = dict[str, Any]
_Shapes = dict[tuple[str, ...], list[int]]  # by keys: which rows have these
_Found = dict[str, tuple[Int64Array, Float64Array]]  # by tag: places of the rows that hold it, and its values


class Rows:
    """Makes records of the rows of one file, given in order and in pieces of any size.

    Each number of a row is a record of the tag that its key names; keys of mappings within the row follow theirs after
    a `/`. Text, lists and truth values are left out, but for the words NaN and Infinity.

    The step is that of the row. Where the first rows have no key that counts steps they are numbered from 0, and a
    later row without it has the step of the row before: a trainer that writes `{"val_loss": 1}` means where it is.

    Attributes:
        step_column: the key that gives the steps, None as long as no row had one.
        step_columns: keys that could: those with whole numbers, in order of their first row.
    """

    def __init__(self, choices: Choices) -> None:
        self.step_column = choices.step_column
        self.step_columns: list[str] = []
        self._fractions: set[str] = set()  # keys that cannot
        self._rows = 0
        self._last_step: int | None = None

    def take(self, rows: Sequence[Row], steps: Float64Array | None = None) -> dict[str, Columns]:
        """Return the records of the next rows by tag, in order of the rows.

        Args:
            rows: n of them.
            steps: shape (n,), where the caller knows better than the step column: infinite where a row has no step,
                NaN where the column holds.
        """
        shapes = _shapes(rows)
        found = _merged(_numbers(rows, shapes, np.arange(len(rows))))
        self._look_for_steps(found)
        step, time = self._steps(found, len(rows), steps), _times(rows, shapes)
        return {tag: Columns(step[places], time[places], values) for tag, (places, values) in found.items()}

    def info(self, name: str, **facts: Any) -> RunInfo:
        """Return a run's info with the step columns in it."""
        return RunInfo(name, step_column=self.step_column or "", step_columns=tuple(self.step_columns), **facts)

    def _look_for_steps(self, found: _Found) -> None:
        """Choose among the keys of the first row that has one named like a step, whatever piece it comes in."""
        new = {tag: places[0] for tag, (places, _) in found.items() if tag not in self._fractions}
        known = set(self.step_columns)
        for tag in sorted((tag for tag in new if tag not in known), key=new.__getitem__):
            if float(found[tag][1][0]).is_integer():
                self.step_columns.append(tag)
            else:
                self._fractions.add(tag)
                del new[tag]
        if self.step_column is None:
            named = {tag: place for tag, place in new.items() if choose_step([tag])}
            first = min(named.values(), default=None)
            self.step_column = choose_step(tag for tag, place in named.items() if place == first)

    def _steps(self, found: _Found, rows: int, better: Float64Array | None) -> Int64Array:
        counted = np.arange(self._rows, self._rows + rows)
        self._rows += rows
        if not self.step_column:
            return counted
        column = np.full(rows, np.nan)
        if self.step_column in found:
            places, values = found[self.step_column]
            column[places] = values
        if better is not None:
            column = np.where(np.isnan(better), column, better)
        usable = np.abs(column) < _MAX_STEP
        step = np.where(usable, np.floor(np.where(usable, column, 0.0)).astype(np.int64), counted)
        source = np.maximum.accumulate(np.where(usable, np.arange(1, rows + 1), 0))  # 0 where no row before has a step
        step = np.where(source > 0, step[source - 1], step if self._last_step is None else self._last_step)
        if usable.any():
            self._last_step = int(step[-1])
        return step


def _shapes(rows: Sequence[Row]) -> _Shapes:
    """Group the rows that have the same keys in the same order, so that they are columns already."""
    shapes: _Shapes = {}
    for index, keys in enumerate(map(tuple, rows)):
        shapes.setdefault(keys, []).append(index)
    return shapes


def _numbers(
    rows: Sequence[Row], shapes: _Shapes, places: Int64Array, prefix: str = ""
) -> Iterator[tuple[str, Int64Array, Float64Array]]:
    """Find the numbers in the rows, which are at these places.

    Yields:
        Tag, places and values, each tag once for each shape that holds it.
    """
    for keys, indexes in shapes.items():
        some = rows if len(indexes) == len(rows) else [rows[index] for index in indexes]
        where = places[indexes]
        for key, cells in zip(keys, zip(*map(dict.values, some), strict=True), strict=True):
            tag = prefix + key.strip()
            kinds = set(map(type, cells))
            if kinds <= _NUMBERS:
                yield tag, where, np.array(cells, dtype=np.float64)
                continue
            if not kinds.isdisjoint({int, float, str}):
                yield from _mixed(tag, where, cells)
            if dict in kinds and tag.count("/") < _MAX_DEPTH:
                inner = [index for index, cell in enumerate(cells) if type(cell) is dict]
                mappings = [cells[index] for index in inner]
                yield from _numbers(mappings, _shapes(mappings), where[inner], tag + "/")


def _mixed(tag: str, places: Int64Array, cells: Sequence[Any]) -> Iterator[tuple[str, Int64Array, Float64Array]]:
    numbers = [cell if type(cell) in _NUMBERS else _nonfinite(cell) for cell in cells]
    valid = np.array([number is not None for number in numbers])
    if valid.any():
        yield tag, places[valid], np.array([number for number in numbers if number is not None], dtype=np.float64)


def _nonfinite(cell: Any) -> float | None:
    return _NONFINITE.get(cell) if type(cell) is str else None


def _merged(found: Iterator[tuple[str, Int64Array, Float64Array]]) -> _Found:
    """Put what belongs to one tag together, in order of the rows."""
    pieces: dict[str, list[tuple[Int64Array, Float64Array]]] = {}
    for tag, places, values in found:
        if tag:
            text = tag if tag.isascii() else tag.encode("utf-8", "replace").decode()  # half a surrogate pair is no text
            pieces.setdefault(text, []).append((places, values))
    return {tag: parts[0] if len(parts) == 1 else _in_order(parts) for tag, parts in pieces.items()}


def _in_order(parts: Sequence[tuple[Int64Array, Float64Array]]) -> tuple[Int64Array, Float64Array]:
    places = np.concatenate([part[0] for part in parts])
    order = np.argsort(places, kind="stable")
    return places[order], np.concatenate([part[1] for part in parts])[order]


def _times(rows: Sequence[Row], shapes: _Shapes) -> Float64Array:
    """Return the wall time of each row, NaN where it has none."""
    times = np.full(len(rows), np.nan)
    for keys, indexes in shapes.items():
        name = choose_time(keys)
        if name is not None:
            cells = [rows[index][name] for index in indexes]
            if set(map(type, cells)) <= _NUMBERS:
                times[indexes] = all_wall_seconds(np.array(cells, dtype=np.float64))
            else:
                times[indexes] = list(map(wall_seconds, cells))
    return times
