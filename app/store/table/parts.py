"""Rows of a table, one part at a time: a run's steps, the records of one tag, or all runs.

A part knows how many rows it has and gives the cells of any column at any of its rows. It reads a series when
a column asks for it, so a page or a filter touches what it needs and an export holds one part at a time.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any, Protocol

import numpy as np
import pyarrow as pa

from app.readers.contract import Columns as Records
from app.readers.contract import Float64Array, Int64Array
from app.store.memory import RunSummary, StoreLike
from app.store.table.columns import Columns, TableColumn, flat_config
from app.store.table.figures import metric_cell
from app.store.table.query import TableQuery
from app.store.table.reading import RunSeries
from app.store.table.records import aligned, all_steps, newest_times, one_per_step

ARROW_TYPES = {"text": pa.string(), "int": pa.int64(), "float": pa.float64(), "time": pa.float64()}


class Part(Protocol):
    """Some rows of a table."""

    weight: int  # about how much work the part is, for the progress of a download

    def __len__(self) -> int: ...

    def cells(self, column: TableColumn, rows: Int64Array) -> pa.Array:
        """Return a column at some rows.

        Args:
            column: any column that the table knows.
            rows: shape (n,), places in [0, len(self)), in any order.

        Returns:
            Shape (n,); null where a cell is missing, NaN where NaN was logged.
        """


def table_parts(
    store: StoreLike, query: TableQuery, runs: Sequence[RunSummary], columns: Columns, keep: bool
) -> Iterator[Part]:
    """Yield the parts of a table in order. Reads no series until a part is asked for its length or cells.

    Args:
        store: where the series come from.
        query: the question.
        runs: the runs in it.
        columns: the columns in it.
        keep: see `RunSeries`.
    """
    each = [(RunCells(store, run), RunSeries(store, run, columns.tags, query, keep)) for run in runs]
    if query.rows == "runs":
        yield RunsPart(each)
    elif query.rows == "steps":
        yield from (StepsPart(*one) for one in each)
    else:
        yield from (RecordsPart(cells, series, tag) for cells, series in each for tag in series.tags)


class RunCells:
    """What a run says of itself, as cells."""

    def __init__(self, store: StoreLike, run: RunSummary) -> None:
        self.run = run
        self._store = store

    @cached_property
    def _config(self) -> dict[str, Any]:
        return flat_config(self.run.info.config)

    def cell(self, column: TableColumn) -> Any:
        """Return the run's cell in a column of the run or its config; None where it has none."""
        if not column.config:
            return _RUN_CELLS[column.name](self._store, self.run)
        value = self._config.get(column.config)
        if value is None or column.kind == "int":
            return value
        return float(value) if column.kind == "float" else str(value)

    def cells(self, column: TableColumn, count: int) -> pa.Array:
        """Return the same cell `count` times."""
        return pa.repeat(pa.scalar(self.cell(column), ARROW_TYPES[column.kind]), count)


_RUN_CELLS: Mapping[str, Callable[[StoreLike, RunSummary], Any]] = {
    "run": lambda _store, run: run.id,
    "name": lambda _store, run: run.info.name,
    "status": lambda store, run: store.status(run.id).state.value,
    "detail": lambda store, run: store.status(run.id).detail or None,
    "created": lambda _store, run: run.info.created,
    "last_time": lambda _store, run: run.last_time,
    "last_step": lambda _store, run: run.last_step,
    "labels": lambda _store, run: ", ".join(run.info.tags) or None,
    "notes": lambda _store, run: run.info.notes or None,
}


class RunsPart:
    """One row per run, in the order of `runs`."""

    def __init__(self, runs: Sequence[tuple[RunCells, RunSeries]]) -> None:
        self.weight = max(1, len(runs))
        self._runs = runs

    def __len__(self) -> int:
        return len(self._runs)

    def cells(self, column: TableColumn, rows: Int64Array) -> pa.Array:
        """See `Part.cells`."""
        return pa.array([self._cell(column, row) for row in rows], ARROW_TYPES[column.kind])

    def _cell(self, column: TableColumn, row: int) -> Any:
        cells, series = self._runs[row]
        return metric_cell(series, column) if column.tag else cells.cell(column)


class StepsPart:
    """The steps of one run, lowest first: a full outer join of its metrics on the step.

    Of several records of a metric at one step the last one logged is the cell.
    """

    def __init__(self, run: RunCells, series: RunSeries) -> None:
        self.weight = sum(series.run.facts[tag].points for tag in series.tags)
        self._run = run
        self._series = series
        self._aligned: dict[str, pa.Array] = {}

    def __len__(self) -> int:
        return len(self._step)

    def cells(self, column: TableColumn, rows: Int64Array) -> pa.Array:
        """See `Part.cells`."""
        if column.tag:
            return self._metric(column.tag).take(pa.array(rows))
        if column.name == "step":
            return pa.array(self._step[rows])
        if column.name == "wall_time":
            return _times(self._wall_time[rows])
        if column.name == "relative_time":
            return _times(self._wall_time[rows] - self._began)
        return self._run.cells(column, len(rows))

    def _records(self, tag: str) -> Records:
        return one_per_step(self._series.records(tag))

    def _metric(self, tag: str) -> pa.Array:
        if tag not in self._aligned:
            self._aligned[tag] = aligned(self._records(tag), self._step)
        return self._aligned[tag]

    @cached_property
    def _step(self) -> Int64Array:
        return all_steps(self._records(tag).step for tag in self._series.tags)

    @cached_property
    def _wall_time(self) -> Float64Array:
        return newest_times(map(self._records, self._series.tags), self._step)

    @cached_property
    def _began(self) -> float:
        created, first = self._run.run.info.created, float(np.fmin.reduce(self._wall_time, initial=np.inf))
        return first if created is None else min(created, first)


class RecordsPart:
    """The records of one tag of one run, in order of arrival."""

    def __init__(self, run: RunCells, series: RunSeries, tag: str) -> None:
        self.weight = series.run.facts[tag].points
        self._run = run
        self._series = series
        self._tag = tag

    def __len__(self) -> int:
        return len(self._records)

    def cells(self, column: TableColumn, rows: Int64Array) -> pa.Array:
        """See `Part.cells`."""
        if column.name == "wall_time":
            return _times(self._records.wall_time[rows])
        if column.name in ("step", "value"):
            return pa.array(getattr(self._records, column.name)[rows])
        if column.name == "tag":
            return pa.repeat(pa.scalar(self._tag), len(rows))
        return self._run.cells(column, len(rows))

    @cached_property
    def _records(self) -> Records:
        return self._series.records(self._tag)


def _times(seconds: Float64Array) -> pa.Array:
    """Return times as cells; one that the file does not give is missing, not a number that is none."""
    return pa.array(seconds, from_pandas=True)
