"""What `Run.watch` logs of each layer of a model, as a matrix: scalar tags `watch/STATISTIC/LAYER`."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from app.readers.contract import Columns
from app.store.memory import StoreLike
from app.store.naming import as_counted
from app.transforms.places import spread

WATCHED = (
    *("grad_norm", "weight_norm", "update_ratio", "grad_zeros", "grad_nonfinite", "weight_nonfinite"),
    *("activation_mean", "activation_std", "activation_zeros", "activation_nonfinite"),
)
"""Statistics of a layer, each a tag for every layer."""


def watched_matrix(store: StoreLike, run_id: str, name: str, steps: int) -> dict[str, Any]:
    """Return the values of one of `WATCHED`, a row per layer in natural order and a column per step.

    Args:
        store: asked for the series.
        run_id: which run.
        name: the statistic.
        steps: how many columns at most, evenly chosen.

    Returns:
        `tags` are the names of layers; `values` has NaN where nothing was logged or what was logged is not finite:
        `nonfinite` lists row, column, and 1 for NaN and for an infinity. `at` is the place in the series, -1 where
        nothing was logged.

    Raises:
        UnknownRunError: there is no such run.
    """
    before = f"watch/{name}/"
    tags = sorted((tag for tag in store.run(run_id).facts if tag.startswith(before)), key=as_counted)
    series = store.records(run_id, tags)
    tags = [tag for tag in tags if tag in series]
    every = np.unique(np.concatenate([series[tag].step for tag in tags] or [np.empty(0, np.int64)]))
    columns = every[spread(len(every), steps)]
    values, at = _placed([series[tag] for tag in tags], columns)
    bad = (at >= 0) & ~np.isfinite(values)
    row, column = np.nonzero(bad)
    broken = np.stack([row, column, np.isnan(values[bad]), np.isinf(values[bad])], 1).astype(np.int64)
    return {
        "tags": [tag.removeprefix(before) for tag in tags],
        "step": columns.tolist(),
        "values": np.where(bad, np.nan, values).tolist(),
        "at": at.tolist(),
        "nonfinite": broken.tolist(),
        **_nothing_else(),
    }


def _placed(series: Sequence[Columns], columns: Any) -> tuple[Any, Any]:
    """Return values and places in the series, shape (layers, columns); of one step that was logged twice the last."""
    values, at = np.full((len(series), len(columns)), np.nan), np.full((len(series), len(columns)), -1, np.int64)
    for row, one in enumerate(series):
        column = np.searchsorted(columns, one.step)
        there = np.flatnonzero((column < len(columns)) & (columns[np.minimum(column, len(columns) - 1)] == one.step))
        values[row, column[there]] = one.value[there]
        at[row, column[there]] = there
    return values, at


def _nothing_else() -> Mapping[str, Any]:
    return {"unread": 0, "elsewhere": [], "estimated": [], "unrecorded": [], "message": ""}
