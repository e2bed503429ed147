"""The answer to a `TableQuery`: pages for a screen, blocks for a download. Both take their rows from the same parts."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from app.readers.contract import Int64Array
from app.store.memory import RunSummary, StoreLike
from app.store.query import QuestionError
from app.store.table.columns import Columns, TableColumn, scalar_tags, table_columns
from app.store.table.conditions import passing
from app.store.table.matching import text_filter
from app.store.table.parts import ARROW_TYPES, Part, table_parts
from app.store.table.query import TableQuery
from app.store.table.reading import release_memory
from app.store.table.spill import spilled
from app.store.table.words import describe

BLOCK_CELLS = 1 << 16
"""Cells of a block: as text 1 to 2 MB, and several times that while it is made."""


@dataclass(frozen=True, slots=True)
class TablePage:
    """Some rows of a table, for a screen.

    Attributes:
        rows: one column per shown column, null where a cell is missing.
        total: rows of the whole table.
        best: by column, its lowest or highest finite value in the whole table; columns that rank nothing are left out.
        about: what the table holds, in a sentence.
    """

    columns: Sequence[TableColumn]
    rows: pa.RecordBatch
    total: int
    best: Mapping[str, float]
    about: str


@dataclass(frozen=True, slots=True)
class Block:
    """Some rows of a download, and the share of it that is done with them, in [0, 1]."""

    rows: pa.RecordBatch
    done: float


class Table:
    """One question opened on the store; made by `open_table`. Each run is as it was when its rows are asked for."""

    def __init__(self, store: StoreLike, query: TableQuery, runs: Sequence[RunSummary], columns: Columns) -> None:
        self.query = query
        self.runs = runs
        self.columns = columns.shown
        self._store = store
        self._known = columns

    @cached_property
    def schema(self) -> pa.Schema:
        """Name and type of every shown column."""
        return pa.schema([(column.name, ARROW_TYPES[column.kind]) for column in self.columns])

    @property
    def known_columns(self) -> Sequence[TableColumn]:
        """Every column that this question may show, filter or sort by; first those it has by itself."""
        return tuple(self._known.known.values())

    @property
    def about(self) -> str:
        """What the table holds, in a sentence, without reading it."""
        return describe(self.query, len(self.runs), self._known.tags)

    def page(self, offset: int, limit: int) -> TablePage:
        """Return rows `offset` to `offset + limit` in the order asked for; fewer at the end. Raises QuestionError."""
        parts = list(self._parts(keep=True))
        chosen = [self._chosen(part) for part in parts]
        total = sum(map(len, chosen))
        order = self._order(parts, chosen) if self.query.sort else np.arange(total)
        return TablePage(
            columns=self.columns,
            rows=gather(parts, chosen, order[offset : offset + limit], self.columns),
            total=total,
            best=self._best(parts, chosen),
            about=describe(self.query, len(self.runs), self._known.tags, total, self._steps(parts, chosen)),
        )

    def blocks(self, max_cells: int = BLOCK_CELLS) -> Iterator[Block]:
        """Yield the whole table in order, at most `max_cells` cells at a time (a row at least).

        Sorted tables are written to a temporary file first, so the server holds their sort keys and one block; while
        that goes on, blocks without rows tell how far it is.

        Raises:
            QuestionError: a filter does not fit what its column holds.
        """
        if not self.query.sort:
            yield from self._in_order(self.columns, max_cells)
            return
        written = tuple(dict.fromkeys((*self.columns, *self._sort_columns())))
        nothing = pa.RecordBatch.from_pylist([], self.schema)
        with spilled([(column.name, ARROW_TYPES[column.kind]) for column in written]) as spill:
            for block in self._in_order(written, 4 * max_cells):
                spill.write(block.rows)
                yield Block(nothing, block.done / 2)
            parts = spill.parts()
            chosen = [np.arange(len(part)) for part in parts]
            order = self._order(parts, chosen)
            for start, stop in _spans(len(order), max(1, max_cells // len(self.columns))):
                rows = gather(parts, chosen, order[start:stop], self.columns)
                yield Block(rows, 0.5 + 0.5 * stop / len(order))

    def _in_order(self, columns: Sequence[TableColumn], max_cells: int) -> Iterator[Block]:
        parts = list(self._parts(keep=False))
        whole, before = sum(part.weight for part in parts) or 1, 0
        while parts:
            part = parts.pop(0)
            chosen = self._chosen(part)
            for start, stop in _spans(len(chosen), max(1, max_cells // len(columns))):
                rows = _batch([part.cells(column, chosen[start:stop]) for column in columns], columns)
                if start == 0:
                    release_memory()
                yield Block(rows, (before + part.weight * stop / len(chosen)) / whole)
            before += part.weight

    def _parts(self, keep: bool) -> Iterator[Part]:
        return table_parts(self._store, self.query, self.runs, self._known, keep)

    def _chosen(self, part: Part) -> Int64Array:
        """The rows of a part that meet all conditions."""
        rows = np.arange(len(part))
        for condition in self.query.where:
            rows = rows[passing(part.cells(self._known.find(condition.column), rows), condition)]
        return rows

    def _sort_columns(self) -> list[TableColumn]:
        return [self._known.find(key.column) for key in self.query.sort]

    def _order(self, parts: Sequence[Part], chosen: Sequence[Int64Array]) -> Int64Array:
        """Places among all chosen rows, in the order asked for; rows that tie stay as they were."""
        keys = {}
        for number, column in enumerate(self._sort_columns()):
            cells = [part.cells(column, rows) for part, rows in zip(parts, chosen, strict=True)]
            keys[str(number)] = pa.chunked_array(cells, ARROW_TYPES[column.kind])
        ways = ["descending" if key.descending else "ascending" for key in self.query.sort]
        order = pc.sort_indices(pa.table(keys), sort_keys=list(zip(keys, ways, strict=True)))
        return np.asarray(order).astype(np.int64)

    def _best(self, parts: Sequence[Part], chosen: Sequence[Int64Array]) -> dict[str, float]:
        best: dict[str, float] = {}
        for column in self.columns:
            for part, rows in zip(parts, chosen, strict=True) if column.better else ():
                values = np.asarray(part.cells(column, rows).drop_null())
                values = values[np.isfinite(values)]
                if len(values):
                    choose, ours = (min, values.min()) if column.better == "min" else (max, values.max())
                    best[column.name] = choose(best.get(column.name, float(ours)), float(ours))
        return best

    def _steps(self, parts: Sequence[Part], chosen: Sequence[Int64Array]) -> tuple[int, int] | None:
        """Lowest and highest step of the chosen rows, None where rows have no step."""
        if self.query.rows == "runs":
            return None
        step = self._known.find("step")
        cells = [np.asarray(part.cells(step, rows)) for part, rows in zip(parts, chosen, strict=True) if len(rows)]
        return (int(min(map(np.min, cells))), int(max(map(np.max, cells)))) if cells else None


def open_table(store: StoreLike, query: TableQuery) -> Table:
    """Find the runs, metrics and columns of a question. Reads no series.

    Raises:
        QuestionError: the question names a metric or column that is not there.
        UnknownRunError: it names a run that is not there.
    """
    runs = [store.run(run_id) for run_id in query.run_ids] if query.run_ids else list(store.runs())
    lets_run, lets_tag = text_filter(query.run_filter), text_filter(query.tag_filter)
    runs = [run for run in runs if lets_run(run.id)]
    tags = scalar_tags(runs, query.tags)
    absent = sorted(set(query.tags) - set(tags))
    if absent and runs:
        raise QuestionError(f'None of the {len(runs):,} runs has a metric "{absent[0]}".')
    columns = table_columns(query, runs, [tag for tag in tags if lets_tag(tag)])
    for condition in query.where:  # refused here, before a download has begun
        passing(pa.array([], ARROW_TYPES[columns.find(condition.column).kind]), condition)
    return Table(store, query, runs, columns)


def gather(
    parts: Sequence[Part], chosen: Sequence[Int64Array], places: Int64Array, columns: Sequence[TableColumn]
) -> pa.RecordBatch:
    """Collect rows that lie anywhere in a list of parts.

    Args:
        parts: the parts of a table.
        chosen: for each part, the rows of it that count.
        places: shape (n,), among all chosen rows one after another; in any order.
        columns: what to collect.

    Returns:
        n rows, in the order of `places`.
    """
    ends = np.cumsum([len(rows) for rows in chosen], dtype=np.int64)
    part_of = np.searchsorted(ends, places, side="right")
    order = np.argsort(part_of, kind="stable")
    back = np.empty(len(order), np.int64)
    back[order] = np.arange(len(order))
    pieces: list[list[pa.Array]] = [[pa.array([], ARROW_TYPES[column.kind])] for column in columns]
    for number in np.unique(part_of):
        inside = places[order[part_of[order] == number]] - (ends[number] - len(chosen[number]))
        for column, cells in zip(columns, pieces, strict=True):
            cells.append(parts[number].cells(column, chosen[number][inside]))
    return _batch([pa.concat_arrays(cells).take(pa.array(back)) for cells in pieces], columns)


def _batch(cells: Sequence[pa.Array], columns: Sequence[TableColumn]) -> pa.RecordBatch:
    return pa.RecordBatch.from_arrays(list(cells), [column.name for column in columns])


def _spans(length: int, size: int) -> Iterator[tuple[int, int]]:
    for start in range(0, length, size):
        yield start, min(start + size, length)
