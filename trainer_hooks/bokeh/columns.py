"""Logs columns that grow, or that somebody assigns anew with what was there before: each row once."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from trainer_hooks.run import Run


class Follower:
    """Logs the rows of one table that were not logged yet. Not safe from several threads at once."""

    def __init__(self, run: Callable[[], Run]) -> None:
        """Log into what `run` returns, which is called before each row."""
        self._run = run
        self._logged: dict[str, dict[Any, tuple[str, ...]]] = {}

    def look(self, columns: Mapping[str, Any], lines: Iterable[tuple[str, str, str]]) -> None:
        """Log what is new, in the order of the rows.

        Args:
            columns: name -> values. While those of a line differ in length, as between two assignments, it waits.
            lines: of each line the column of its steps, that of its values, and its tag.
        """
        for step, tags in _by_step(columns, lines).items():
            steps = values_of(columns[step])
            values = {tag: values_of(columns[name]) for tag, name in tags.items()}
            if all(len(column) == len(steps) for column in values.values()):
                self._look(step, steps, values)

    def _look(self, step: str, steps: Sequence[Any], values: Mapping[str, Sequence[Any]]) -> None:
        logged = self._logged.setdefault(step, {})

        def is_new(row: int) -> bool:
            return logged.get(steps[row]) != _sign(values, row)

        end = row = len(steps)
        while row and is_new(row - 1):
            row -= 1
        # Mostly the last row alone is new. Where none is, one in between was changed.
        for new in range(row, end) if row < end else filter(is_new, range(end)):
            logged[steps[new]] = _sign(values, new)
            self._log(step, steps[new], {tag: column[new] for tag, column in values.items()})

    def _log(self, step: str, at: Any, values: dict[str, Any]) -> None:
        """Log one row; what is no whole number, a time or a share of an epoch, is logged beside the values."""
        known = {tag: value for tag, value in values.items() if value is not None}
        number = _whole(at)
        self._run().log(known if number is not None else {**known, step: at}, number)


def values_of(column: Any) -> Any:
    """Return a column as a sequence of plain values: arrays and Series become lists."""
    return column.tolist() if hasattr(column, "tolist") else column


def _by_step(columns: Mapping[str, Any], lines: Iterable[tuple[str, str, str]]) -> dict[str, dict[str, str]]:
    """Return column of steps -> tag -> column of values, of the columns that are there."""
    found: dict[str, dict[str, str]] = {}
    for step, name, tag in lines:
        if step in columns and name in columns:
            found.setdefault(step, {})[tag] = name
    return found


def _sign(values: Mapping[str, Sequence[Any]], row: int) -> tuple[str, ...]:
    """Return what tells one state of a row from another: texts, since a NaN differs from itself."""
    return tuple(repr(column[row]) for column in values.values())


def _whole(at: Any) -> int | None:
    """Return a step, None for what is no whole number."""
    try:
        return int(at) if at == int(at) else None
    except (TypeError, ValueError, OverflowError):
        return None
