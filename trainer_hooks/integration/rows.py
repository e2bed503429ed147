"""Rows of a framework: what it logs at once, numbers and texts under one another's names."""

from collections.abc import Mapping
from typing import Any

from trainer_hooks.run import Run


def log_row(run: Run, values: Mapping[str, Any], step: int | None) -> None:
    """Log numbers as a row, and texts as texts.

    Args:
        run: where to.
        values: by tag, nested or not.
        step: the trainer's own counter; None: numbers count on, and texts are of the row logged last.
    """
    run.log({tag: value for tag, value in values.items() if not isinstance(value, str)}, step)
    for tag, value in values.items():
        if isinstance(value, str):
            run.log_text(tag, value, step)
