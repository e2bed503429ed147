"""Scalars out of the records of an event file, and which earlier ones a restart put out of date."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from app.readers.contract import Columns, Float64Array, Overlap
from app.readers.event_files.checksum import BoolArray, Int64Array
from app.readers.lines import concatenate

NEVER = np.iinfo(np.int64).max
"""A limit that no step reaches, not even itself."""

_VERSION_OF_STARTS = 2


class Scalars(NamedTuple):
    """Scalars of some records, in any order: which record each is from, its tag as a number, and what was logged."""

    row: Int64Array  # shape (n,), as the others
    tag: Int64Array
    step: Int64Array
    wall_time: Float64Array
    value: Float64Array


@dataclass(slots=True)
class Batch:
    """The scalars of some records of one file.

    Attributes:
        columns: per tag all records, in order.
        kept: of tags that lost some to a restart among these records, those that are left.
        restart: records that were read before, of any tag, are out of date from this step on.
        back: the same of single tags.
    """

    columns: Mapping[str, Columns]
    kept: dict[str, Columns] = field(default_factory=dict)
    restart: int = NEVER
    back: dict[str, int] = field(default_factory=dict)


def split(parts: Sequence[Scalars], names: Sequence[str]) -> tuple[dict[str, Columns], dict[str, Int64Array]]:
    """Return the scalars of each tag in the order of their records, and which records these are."""
    whole = parts[0] if len(parts) == 1 else Scalars._make(map(np.concatenate, zip(*parts, strict=True)))
    order = _order(whole.row)
    order = order[_order(whole.tag[order])]
    row, tag, step, wall_time, value = Scalars._make(column[order] for column in whole)
    ends = [*(np.flatnonzero(np.diff(tag)) + 1).tolist(), len(tag)]
    columns: dict[str, Columns] = {}
    rows: dict[str, Int64Array] = {}
    for begin, end in zip([0, *ends[:-1]], ends, strict=True):
        if begin < end:
            name = names[tag[begin]]
            columns[name] = Columns(step[begin:end], wall_time[begin:end], value[begin:end])
            rows[name] = row[begin:end]
    return columns, rows


def _order(numbers: Int64Array) -> Int64Array:
    """Return the stable order of numbers from 0 on: 16 bits are sorted by counting, in a tenth of the time."""
    small = numbers.max(initial=0) < 1 << 16
    return (numbers.astype(np.uint16) if small else numbers).argsort(kind="stable")


@dataclass(slots=True)
class Restarts:
    """Where the training of one run began again at an earlier step, as TensorBoard judges it.

    Since version 2 of the format a session log says so: what was logged of any tag from its step on is out of date.
    Before, each summary at a step below the highest one does: what was logged of its own tags from its step on is.
    Steps that go back for another reason, as those of several epochs, are kept since version 2.
    """

    version: float = 0.0
    highest: int = -1
    _starts: list[tuple[int, int]] = field(default_factory=list)
    _plain: list[tuple[int, int]] = field(default_factory=list)

    @property
    def heeds_sessions(self) -> bool:
        """Whether session logs tell of restarts, and not the steps of all events."""
        return self.version >= _VERSION_OF_STARTS

    def take(self, row: int, step: int, *, is_summary: bool, is_start: bool) -> None:
        """Take in an event of the piece that is read now: the place of its record in it, and its step."""
        if is_start:
            self._starts.append((row, step))
        if not is_summary:
            self._plain.append((row, step))

    def name_version(self, words: str) -> None:
        """Take in the version as a file names it, such as brain.Event:2."""
        try:
            self.version = float(words.rpartition(":")[2])
        except ValueError:
            self.version = -1.0

    def judge(self, parts: Sequence[Scalars], columns: Mapping[str, Columns], rows: Mapping[str, Int64Array]) -> Batch:
        """Return the scalars of one piece, and what is out of date there and before."""
        starts, plain = sorted(self._starts), sorted(self._plain)
        self._starts, self._plain = [], []
        batch = Batch(columns)
        if self.heeds_sessions:
            if starts:
                batch.restart = min(step for _, step in starts)
                self._judge_starts(batch, starts, rows)
        elif parts:
            self._judge_steps(batch, self._goes_back(parts, plain), rows)
        return batch

    def _judge_starts(self, batch: Batch, starts: Sequence[tuple[int, int]], rows: Mapping[str, Int64Array]) -> None:
        places, steps = np.array(starts).T
        limits = np.append(np.minimum.accumulate(steps[::-1])[::-1], NEVER)
        for tag, columns in batch.columns.items():
            kept = without_outdated(columns, limits[places.searchsorted(rows[tag], "right")])
            if kept is not columns:
                batch.kept[tag] = kept

    def _judge_steps(self, batch: Batch, goes_back: BoolArray, rows: Mapping[str, Int64Array]) -> None:
        if not goes_back.any():
            return
        for tag, columns in batch.columns.items():
            again = np.where(goes_back[rows[tag]], columns.step, NEVER)
            if (lowest := int(again.min())) < NEVER:
                batch.back[tag] = lowest
                kept = without_outdated(columns, lowest_behind(again))
                if kept is not columns:
                    batch.kept[tag] = kept

    def _goes_back(self, parts: Sequence[Scalars], plain: Sequence[tuple[int, int]]) -> BoolArray:
        """Tell of each record whether it is at a step below the highest before it, and find the new highest.

        An event that is no summary brings the highest step down to its own.
        """
        rows = np.concatenate([part.row for part in parts])
        most = max(int(rows.max(initial=-1)), plain[-1][0] if plain else -1) + 1
        steps = np.full(most, np.iinfo(np.int64).min)
        steps[rows] = np.concatenate([part.step for part in parts])
        found = np.zeros(most, np.bool_)
        begin = 0
        for row, step in [*plain, (most, None)]:
            before = np.maximum.accumulate(np.append(self.highest, steps[begin:row]))
            found[begin:row] = steps[begin:row] < before[:-1]
            self.highest = int(before[-1]) if step is None else step
            begin = row + 1
        return found


class Series:
    """Puts the batches of all files of a run together, in order."""

    def __init__(self) -> None:
        self._parts: dict[str, list[tuple[int, Columns]]] = {}
        self._restarts: list[int] = []
        self._back: dict[str, list[tuple[int, int]]] = {}

    def add(self, batch: Batch, wanted: Collection[str], overlap: Overlap) -> None:
        """Take in the next batch; of tags that are not wanted nothing is kept."""
        for tag, columns in batch.columns.items():
            if tag in wanted:
                kept = batch.kept.get(tag, columns) if overlap == "latest" else columns
                self._parts.setdefault(tag, []).append((len(self._restarts), kept))
        if overlap == "latest":
            for tag, step in batch.back.items():
                self._back.setdefault(tag, []).append((len(self._restarts), step))
        self._restarts.append(batch.restart if overlap == "latest" else NEVER)

    def joined(self) -> dict[str, Columns]:
        """Return the records by tag, without those that a later batch put out of date."""
        limits = lowest_behind(np.array(self._restarts, np.int64))
        return {tag: self._joined(tag, limits) for tag in self._parts}

    def _joined(self, tag: str, limits: Int64Array) -> Columns:
        if back := self._back.get(tag):
            steps = np.full(len(limits), NEVER)
            for place, step in back:
                steps[place] = step
            limits = np.minimum(limits, lowest_behind(steps))
        places = np.array([place for place, _ in self._parts[tag]])
        sizes = [len(columns) for _, columns in self._parts[tag]]
        columns = concatenate([part for _, part in self._parts[tag]])
        kept = without_outdated(columns, np.repeat(limits[places], sizes))
        return Columns(kept.step.copy(), kept.wall_time.copy(), kept.value.copy())  # a view would hold all other tags


def without_outdated(columns: Columns, limits: Int64Array) -> Columns:
    """Return the records whose step is below what `limits`, shape (n,), says of each."""
    kept: BoolArray = (columns.step < limits) | (limits == NEVER)
    if kept.all():
        return columns
    return Columns(columns.step[kept], columns.wall_time[kept], columns.value[kept])


def lowest_behind(steps: Int64Array) -> Int64Array:
    """Return for each place the lowest of the steps behind it, NEVER at the last; shape as `steps`."""
    found = np.full(len(steps), NEVER)
    if len(steps) > 1:
        found[:-1] = np.minimum.accumulate(steps[:0:-1])[::-1]
    return found
