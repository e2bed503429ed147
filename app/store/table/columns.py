"""Which columns a table can have, and what each holds."""

import difflib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from app.readers.contract import DataClass
from app.store.memory import RunSummary
from app.store.naming import as_counted
from app.store.query import QuestionError
from app.store.table.direction import Direction, better
from app.store.table.query import STATISTICS, Rows, Statistic, TableQuery

CellKind = Literal["text", "int", "float", "time"]
"""What the cells are: `int` is int64, `float` float64, `time` float64 seconds since the epoch, UTC."""

NONFINITE = ("NaN", "Infinity", "-Infinity")
"""How values that JSON has no number for are written, as in the metric files."""


@dataclass(frozen=True, slots=True)
class TableColumn:
    """One column.

    Attributes:
        name: in the header, in filters, sort keys and URLs; unique in its table.
        means: what it holds, in words.
        better: which end of the column is the best cell, None where that makes no sense.
        tag, statistic: whose values, and for rows of runs which figure; `step_of` where it is that figure's step.
        config: path into the run's config.
        differs: the runs do not all have the same in it; known of config columns alone.
    """

    name: str
    kind: CellKind
    means: str
    better: Direction | None = None
    tag: str = ""
    statistic: Statistic | None = None
    step_of: bool = False
    config: str = ""
    differs: bool = True


_RUN = TableColumn("run", "text", "id of the run: its path below the log folder")
_RUN_FACTS = (
    TableColumn("name", "text", "what the run is called: by its files, or by a person"),
    TableColumn("status", "text", "what the run is doing: running, finished, failed, crashed, stalled or unknown"),
    TableColumn("detail", "text", "more on the status, in words"),
    TableColumn("created", "time", "when the run began, in seconds since the epoch, UTC"),
    TableColumn("last_time", "time", "when the newest record was logged, in seconds since the epoch, UTC"),
    TableColumn("last_step", "int", "highest last step of all metrics"),
    TableColumn("labels", "text", "the run's own tags"),
    TableColumn("notes", "text", "the run's notes"),
)
_STEP = TableColumn("step", "int", "the trainer's own counter")
_WALL_TIME = TableColumn("wall_time", "time", "when it was logged, in seconds since the epoch, UTC")
_FIXED: Mapping[Rows, tuple[TableColumn, ...]] = {
    "runs": (_RUN, *_RUN_FACTS),
    "steps": (
        _RUN,
        _STEP,
        TableColumn("wall_time", "time", "when the last record of the row was logged, in seconds since the epoch, UTC"),
        TableColumn("relative_time", "float", "wall_time less the time when the run began, in seconds"),
    ),
    "long": (
        _RUN,
        TableColumn("tag", "text", "name of the metric"),
        _STEP,
        _WALL_TIME,
        TableColumn("value", "float", "the value as it was logged"),
    ),
}
_MEANS: Mapping[Statistic, tuple[str, str]] = {
    "last": ("last value of {tag}", "its step"),
    "min": ("lowest finite value of {tag}", "the step that reached it first"),
    "max": ("highest finite value of {tag}", "the step that reached it first"),
    "mean": ("mean of the last {k:,} values of {tag}", "the step of the first of them"),
}


@dataclass(frozen=True, slots=True)
class Columns:
    """The columns of one table.

    Attributes:
        shown: in order.
        known: by name, all that filters and sort keys may name, the shown ones included.
        tags: the metrics whose records make the rows.
    """

    shown: tuple[TableColumn, ...]
    known: Mapping[str, TableColumn]
    tags: tuple[str, ...]

    def find(self, name: str) -> TableColumn:
        """Return a known column. Raises QuestionError, which names those that look like it."""
        if name not in self.known:
            near = difflib.get_close_matches(name, self.known, n=4, cutoff=0.5) or list(self.known)[:6]
            raise QuestionError(f'There is no column "{name}" here. Near it are: {", ".join(near)}.')
        return self.known[name]


def table_columns(query: TableQuery, runs: Sequence[RunSummary], tags: Sequence[str]) -> Columns:
    """Lay out the columns of a table.

    Args:
        query: the question.
        runs: the runs in it.
        tags: the scalar tags in it, in order.

    Raises:
        QuestionError: the query shows, filters or sorts by a column that is not there.
    """
    config = _config_columns(runs)
    own = [*_FIXED[query.rows], *(config if query.rows == "runs" else ()), *_metric_columns(query, tags)]
    known = {column.name: column for column in (*own, *_FIXED["runs"], *config)}
    known |= {column.name: column for column in own}
    named = [*query.columns, *(each.column for each in query.where), *(key.column for key in query.sort)]
    if query.rows == "runs" and any(name not in known for name in named):
        known |= {column.name: column for column in _metric_columns(replace(query, statistics=STATISTICS), tags)}
    columns = Columns(tuple(own), known, tuple(tags))
    for name in named:
        columns.find(name)
    shown = tuple(known[name] for name in dict.fromkeys(query.columns)) or columns.shown
    # A step at which none of the shown metrics was logged would be an empty row.
    shown_tags = tuple(dict.fromkeys(column.tag for column in shown if column.tag))
    return Columns(shown, known, columns.tags if query.rows == "long" else shown_tags or columns.tags)


def scalar_tags(runs: Iterable[RunSummary], wanted: Iterable[str]) -> tuple[str, ...]:
    """Return the scalar tags of these runs: those in `wanted` in that order, or all, `layer2` before `layer10`."""
    found = {tag for run in runs for tag, facts in run.facts.items() if facts.kind == DataClass.SCALAR}
    wanted = tuple(dict.fromkeys(wanted))
    return tuple(tag for tag in wanted if tag in found) if wanted else tuple(sorted(found, key=as_counted))


def _metric_columns(query: TableQuery, tags: Iterable[str]) -> list[TableColumn]:
    ways = {tag: better(tag) for tag in tags} | dict(query.directions)
    if query.rows == "long":
        return []
    if query.rows == "steps":
        reserved = {column.name for column in (*_FIXED["steps"], *_FIXED["runs"])}
        return [
            TableColumn(f"tag:{tag}" if tag in reserved else tag, "float", f"value of {tag}", ways[tag], tag=tag)
            for tag in tags
        ]
    return [
        column
        for tag in tags
        for statistic in _wanted(query.statistics, ways[tag])
        for column in _statistic_columns(tag, statistic, query.k, ways[tag])
    ]


def _wanted(statistics: Iterable[Statistic], way: Direction | None) -> list[Statistic]:
    """Return the figures with "best" as what it is for this metric, each once."""
    return [one for one in dict.fromkeys(way if one == "best" else one for one in statistics) if one]


def _statistic_columns(
    tag: str, statistic: Statistic, k: int, direction: Direction | None
) -> tuple[TableColumn, TableColumn]:
    what, step = (text.format(tag=tag, k=k) for text in _MEANS[statistic])
    # The lowest of something that should be high says how bad it was at first, and ranks nothing.
    ranks = direction if statistic not in ("min", "max") or statistic == direction else None
    name = f"{tag}.{statistic}"
    return (
        TableColumn(name, "float", what, ranks, tag=tag, statistic=statistic),
        TableColumn(f"{name}_step", "int", f"{what}: {step}", tag=tag, statistic=statistic, step_of=True),
    )


def _config_columns(runs: Iterable[RunSummary]) -> list[TableColumn]:
    cells: dict[str, list[Any]] = {}
    configs = [flat_config(run.info.config) for run in runs]
    for path, value in (cell for config in configs for cell in config.items()):
        cells.setdefault(path, []).append(value)
    return [
        TableColumn(
            f"config.{path}",
            kind_of(values),
            f"{path} in the run's config",
            config=path,
            differs=len(values) < len(configs) or any(value != values[0] for value in values),
        )
        for path, values in sorted(cells.items())
    ]


def kind_of(values: Sequence[Any]) -> CellKind:
    """Return what cells hold these values: numbers only where all are."""
    if all(isinstance(value, int) and -(2**63) <= value < 2**63 for value in values):
        return "int"
    numbers = sum(isinstance(value, float) or (isinstance(value, int) and abs(value) < 2**1023) for value in values)
    nonfinite = sum(isinstance(value, str) and value in NONFINITE for value in values)
    return "float" if numbers and numbers + nonfinite == len(values) else "text"


def flat_config(config: Mapping[str, Any]) -> dict[str, Any]:
    """Return a nested config as one level, keys joined by dots; what was None is left out.

    Lists, truth values and anything else that is neither a number nor text become JSON text.
    """
    flat: dict[str, Any] = {}
    for key, value in config.items():
        if isinstance(value, Mapping):
            flat |= {f"{key}.{inner}": each for inner, each in flat_config(value).items()}
        elif value is not None:
            plain = isinstance(value, int | float | str) and not isinstance(value, bool)
            flat[str(key)] = value if plain else json.dumps(value, ensure_ascii=False, default=str)
    return flat
