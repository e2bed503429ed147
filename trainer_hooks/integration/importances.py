"""Which features a fitted model makes use of, as a table."""

from collections.abc import Mapping, Sequence
from typing import Any

from trainer_hooks.run import Run

MAX_FEATURES = 1_000  # listed, the most important first


def log_importances(run: Run, importances: Mapping[str, Sequence[Any]], by: str, step: int | None = None) -> None:
    """Log the table `feature_importance`, the most important first; without a feature nothing.

    Args:
        run: where to.
        importances: column -> values, of one length: `feature` and one column for each measure.
        by: the column to sort by.
        step: the trainer's own counter; None: the step logged last.
    """
    rows = zip(*importances.values(), strict=True)
    place = list(importances).index(by)
    ordered = sorted(rows, key=lambda row: -row[place])[:MAX_FEATURES]
    if ordered:
        run.log_table("feature_importance", ordered, step, columns=list(importances))
