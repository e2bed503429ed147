"""What a table holds, in a sentence: the header of a download and of the page."""

from collections.abc import Mapping, Sequence

from app.store.table.query import Rows, TableQuery

_ROWS: Mapping[Rows, str] = {
    "runs": "one row per run",
    "steps": "one row per run and step, of several records at a step the last",
    "long": "one row per record, in the order they were logged",
}


def describe(
    query: TableQuery, runs: int, tags: Sequence[str], total: int | None = None, steps: tuple[int, int] | None = None
) -> str:
    """Say what a table holds.

    Args:
        query: the question.
        runs: how many runs are in it.
        tags: the metrics in it.
        total: how many rows, None where that is not known yet.
        steps: lowest and highest step of the rows, None where not known.
    """
    counts = [_count(runs, "run"), _count(len(tags), "metric")]
    counts += [f"steps {steps[0]:,}–{steps[1]:,}"] if steps else []
    counts += [_count(total, "row")] if total is not None else []
    return "; ".join(
        [", ".join(counts), _ROWS[query.rows], *_statistics(query), *_filters(query), *_order(query), *_overlap(query)]
    )


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def _statistics(query: TableQuery) -> list[str]:
    return [f"mean of the last {query.k:,} values"] if query.rows == "runs" and "mean" in query.statistics else []


def _filters(query: TableQuery) -> list[str]:
    filters = [f"runs matching {query.run_filter}"] if query.run_filter else []
    filters += [f"metrics matching {query.tag_filter}"] if query.tag_filter else []
    filters += [f"steps from {query.from_step:,}"] if query.from_step is not None else []
    filters += [f"steps up to {query.to_step:,}"] if query.to_step is not None else []
    filters += [" and ".join(map(str, query.where))] if query.where else []
    return [f"filtered by {', '.join(filters)}"] if filters else []


def _order(query: TableQuery) -> list[str]:
    keys = [f"{key.column}{' descending' if key.descending else ''}" for key in query.sort]
    return [f"sorted by {', '.join(keys)}"] if keys else []


def _overlap(query: TableQuery) -> list[str]:
    return ["with what was logged again after a resume"] if query.overlap == "all" else []
