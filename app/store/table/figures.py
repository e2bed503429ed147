"""The figures of one metric of one run: last, min, max and the mean of the last k, each with its step."""

import numpy as np

from app.readers.contract import Columns
from app.store.table.columns import TableColumn
from app.store.table.query import Statistic
from app.store.table.reading import RunSeries


def metric_cell(series: RunSeries, column: TableColumn) -> float | int | None:
    """Return a figure of a metric, or its step; None where the run has no such value.

    Where the whole series counts, last, min and max are known without reading it.
    """
    query = series.query
    facts = series.run.facts.get(column.tag)
    if facts is None or column.statistic is None:
        return None
    whole = query.from_step is None and query.to_step is None and query.overlap == "latest"
    if whole and column.statistic == "last":
        return facts.last_step if column.step_of else facts.last
    if whole and column.statistic == "min":
        return facts.min_step if column.step_of else facts.min
    if whole and column.statistic == "max":
        return facts.max_step if column.step_of else facts.max
    figure = statistic_of(series.records(column.tag), column.statistic, query.k)
    if figure is None:
        return None
    return figure[1] if column.step_of else figure[0]


def statistic_of(records: Columns, statistic: Statistic, k: int) -> tuple[float, int] | None:
    """Compute one figure of a series and its step.

    Args:
        records: in order of arrival.
        statistic: "last", whatever it is; "min" and "max" of the finite values, where they were reached first;
            "mean" of the last `k` values, NaN where one of them is, at the step of the first of them.
        k: at least 1; where there are fewer records, all count.

    Returns:
        The value and its step; None where there is no such value.
    """
    if not len(records):
        return None
    if statistic == "last":
        return float(records.value[-1]), int(records.step[-1])
    if statistic == "mean":
        # Infinities of both signs have no mean; NaN says so, numpy need not warn as well.
        with np.errstate(invalid="ignore", over="ignore"):
            return float(records.value[-k:].mean()), int(records.step[-k:][0])
    finite = np.flatnonzero(np.isfinite(records.value))
    if not len(finite):
        return None
    value = records.value[finite]
    place = finite[value.argmin() if statistic == "min" else value.argmax()]
    return float(records.value[place]), int(records.step[place])
