"""The frozen question to the table, and the same as URL parameters."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, TypeVar, get_args

from app.readers.contract import Overlap
from app.store.query import QuestionError
from app.store.table.conditions import Condition, parse_conditions
from app.store.table.direction import Direction
from app.store.table.matching import text_filter

Rows = Literal["runs", "steps", "long"]
Statistic = Literal["last", "best", "min", "max", "mean"]

ROWS: tuple[Rows, ...] = get_args(Rows)
STATISTICS: tuple[Statistic, ...] = ("last", "min", "max", "mean")
MAX_K = 1_000_000

Choice = TypeVar("Choice", bound=str)


@dataclass(frozen=True, slots=True)
class SortKey:
    """A column to sort by. Missing cells go last either way, NaN just before them."""

    column: str
    descending: bool = False

    def __str__(self) -> str:
        return f"{self.column}:{'desc' if self.descending else 'asc'}"


@dataclass(frozen=True, slots=True, kw_only=True)
class TableQuery:
    """Which rows and columns.

    Attributes:
        rows: "runs" is one row per run; "steps" one per run and step, the metrics joined on the step; "long" one per
            record, as it was logged.
        run_ids: in this order; empty for every run, newest first.
        run_filter, tag_filter: part of the name, or `/regex/`; empty for all.
        tags: scalar tags in this order; empty for every one, by name.
        columns: what is shown, in this order; empty for what this kind of rows has by itself.
        statistics: for rows of runs, which figures of each metric, each with its step; "best" is the min or the max,
            whichever is better, and nothing where that is not known.
        directions: which end of a metric is better, where its name says otherwise or nothing.
        from_step, to_step: records outside are left out, both ends belong to it; None for no end.
        where: all must hold for a row.
        sort: the first key counts most; empty for the runs in order, and in each by step or as logged.
        k: how many of the last records "mean" is taken over.
        overlap: after a resumed run, "latest" leaves out what was logged again.
    """

    rows: Rows = "steps"
    run_ids: tuple[str, ...] = ()
    run_filter: str = ""
    tags: tuple[str, ...] = ()
    tag_filter: str = ""
    columns: tuple[str, ...] = ()
    statistics: tuple[Statistic, ...] = STATISTICS
    directions: tuple[tuple[str, Direction | None], ...] = ()
    from_step: int | None = None
    to_step: int | None = None
    where: tuple[Condition, ...] = ()
    sort: tuple[SortKey, ...] = ()
    k: int = 10
    overlap: Overlap = "latest"


PARAMETERS = frozenset(
    ("rows", "run", "runs", "tag", "tags", "column", "stats", "better", "from", "to", "where", "sort", "k", "overlap")
)


def parse_table_query(parameters: Mapping[str, Sequence[str]]) -> TableQuery:
    """Read a question from URL parameters, each a list because some may be repeated.

    Args:
        parameters: `run`, `tag`, `column`, `better`, `where` and `sort` may be repeated; see `docs/table.md`.

    Raises:
        QuestionError: a parameter is unknown or its value makes no sense.
    """
    unknown = sorted(set(parameters) - PARAMETERS)
    if unknown:
        raise QuestionError(f"There is no parameter {unknown[0]}. There are {', '.join(sorted(PARAMETERS))}.")
    last = {name: values[-1].strip() for name, values in parameters.items() if values}
    query = TableQuery(
        rows=_one_of("rows", last.get("rows") or "steps", ROWS),
        run_ids=tuple(parameters.get("run", ())),
        run_filter=last.get("runs", ""),
        tags=tuple(parameters.get("tag", ())),
        tag_filter=last.get("tags", ""),
        columns=tuple(parameters.get("column", ())),
        statistics=_statistics(last.get("stats", "")),
        directions=tuple(map(_direction, parameters.get("better", ()))),
        from_step=_integer("from", last.get("from", "")),
        to_step=_integer("to", last.get("to", "")),
        where=tuple(each for text in parameters.get("where", ()) for each in parse_conditions(text)),
        sort=tuple(map(_sort_key, parameters.get("sort", ()))),
        k=_last_k(last.get("k", "")),
        overlap=_one_of("overlap", last.get("overlap") or "latest", get_args(Overlap)),
    )
    text_filter(query.run_filter)
    text_filter(query.tag_filter)
    return query


def table_parameters(query: TableQuery) -> list[tuple[str, str]]:
    """Write a question as URL parameters that `parse_table_query` reads back as the same question."""
    pairs: list[tuple[str, str]] = [("rows", query.rows)]
    pairs += [("run", run_id) for run_id in query.run_ids]
    pairs += [("tag", tag) for tag in query.tags]
    pairs += [("column", column) for column in query.columns]
    pairs += [("better", f"{tag}:{way or 'none'}") for tag, way in query.directions]
    pairs += [("sort", str(key)) for key in query.sort]
    single = {
        "runs": query.run_filter,
        "tags": query.tag_filter,
        "stats": ",".join(query.statistics),
        "from": query.from_step,
        "to": query.to_step,
        "where": " and ".join(map(str, query.where)),
        "k": query.k,
        "overlap": query.overlap,
    }
    return pairs + [(name, str(value)) for name, value in single.items() if value not in ("", None)]


def _one_of(name: str, text: str, allowed: Sequence[Choice]) -> Choice:
    for value in allowed:
        if value == text:
            return value
    raise QuestionError(f'{name} must be one of {", ".join(allowed)}, not "{text}".')


def _statistics(text: str) -> tuple[Statistic, ...]:
    names = [name.strip() for name in text.split(",") if name.strip()]
    return tuple(dict.fromkeys(_one_of("stats", name, get_args(Statistic)) for name in names)) or STATISTICS


def _direction(text: str) -> tuple[str, Direction | None]:
    tag, colon, way = text.rpartition(":")
    if not colon:
        raise QuestionError(f'better must be METRIC:min, METRIC:max or METRIC:none, not "{text}".')
    known: tuple[Direction, ...] = get_args(Direction)
    return tag, None if way == "none" else _one_of("better", way, known)


def _integer(name: str, text: str) -> int | None:
    if not text:
        return None
    try:
        return int(text.replace(",", ""))
    except ValueError:
        raise QuestionError(f'{name} must be a step, a whole number, not "{text}".') from None


def _last_k(text: str) -> int:
    k = _integer("k", text) if text else 10
    if k is None or not 1 <= k <= MAX_K:
        raise QuestionError(f'k must be between 1 and {MAX_K:,} records, not "{text}".')
    return k


def _sort_key(text: str) -> SortKey:
    for ending, descending in ((":desc", True), (":asc", False)):
        if text.endswith(ending):
            return SortKey(text.removesuffix(ending), descending)
    return SortKey(text)
