"""`monitor.csv` of Stable-Baselines, Baselines and old Gym: a row for each episode, below a line of JSON."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import orjson

from app.readers.contract import (
    DEFAULT_CHOICES,
    Choices,
    Finding,
    Float64Array,
    Int64Array,
    RunInfo,
    RunLog,
    Stamp,
)
from app.readers.growing import GrowingFile
from app.readers.heads import head
from app.readers.table.file import look_at, stamps_of
from app.readers.table.parser import Cells, TableParser

_START = "t_start"
_LENGTH, _TIME = "l", "t"  # steps of an episode, and the seconds since the start at which it ended
_COLUMNS = frozenset({"r", _LENGTH, _TIME})


class MonitorParser(TableParser):
    """Takes in episodes.

    The step of an episode is the number of steps of the environment at its end, the lengths summed up, as
    Stable-Baselines plots it: episodes of several runs compare only so. A person may choose a column all the same.

    Attributes:
        header: what the line of JSON says, empty before it was read.
    """

    heeds_comments = True

    def __init__(self, path: Path, choices: Choices, *parts: Any, **more: Any) -> None:
        super().__init__(path, choices, *parts, **more)
        self.header: Mapping[str, Any] = {}
        self._sums_lengths = choices.step_column is None
        self._length = 0

    def info(self, name: str, **facts: Any) -> RunInfo:
        """Return a run's info. The lengths give no steps as they stand: they are drawn like other columns."""
        config = {key: value for key, value in self.header.items() if key != _START}
        info = super().info(name, config=config, created=self._start(), **facts)
        return replace(info, step_column=None) if self._sums_lengths else info

    def take_comment(self, text: str) -> None:
        """Take in the line of JSON, of which there is one more for each time that a training went on."""
        try:
            fields = orjson.loads(text)
        except orjson.JSONDecodeError:
            return
        self.header = fields if isinstance(fields, dict) else self.header

    def choose_step_column(self) -> str:
        """Return the column that a person chose."""
        return "" if self._sums_lengths else super().choose_step_column()

    def steps(self, cells: Cells, rows: int) -> Int64Array:
        """Return the steps of the next episodes, shape (rows,)."""
        if not self._sums_lengths:
            return super().steps(cells, rows)
        lengths = np.zeros(rows, dtype=np.int64)
        places, values = cells.get(_LENGTH, (np.empty(0, np.int64), np.empty(0)))
        lengths[places] = np.nan_to_num(values, posinf=0, neginf=0).astype(np.int64)
        steps = self._length + np.cumsum(lengths)
        self._length = int(steps[-1])
        return steps

    def times(self, columns: Mapping[str, Sequence[str]], cells: Cells, rows: int) -> Float64Array:
        """Return when the next episodes ended, shape (rows,), in seconds since the epoch."""
        start = self._start()
        if start is None:
            return super().times(columns, cells, rows)
        times = np.full(rows, np.nan)
        places, values = cells.get(_TIME, (np.empty(0, np.int64), np.empty(0)))
        times[places] = start + values
        return times

    def _start(self) -> float | None:
        start = self.header.get(_START)
        return float(start) if isinstance(start, int | float) else None


class Monitors:
    """Finds monitor files, of which a folder may hold one for each environment, and opens each as a run."""

    name = "rl_monitor"
    order = 20

    def find(self, folder: Path, names: Collection[str], *, named: bool = False) -> Finding:
        """Look for files that begin with the line of JSON."""
        runs = [
            folder / name for name in sorted(names) if (named or name.endswith(".csv")) and _is_monitor(folder / name)
        ]
        return Finding(runs, [path.name for path in runs])

    def stamps(self, path: Path) -> Mapping[str, Stamp]:
        """Return the stamp of the file."""
        return stamps_of(path)

    def open(self, path: Path, choices: Choices = DEFAULT_CHOICES) -> RunLog:
        """Open one file."""

        def describe(parser: MonitorParser) -> RunInfo:
            return parser.info(path.name)

        return GrowingFile(path, partial(MonitorParser, path, choices), describe)


def _is_monitor(path: Path) -> bool:
    first = head(path).partition(b"\n")[0]
    return first.startswith(b"#") and b'"t_start"' in first and look_at(path).columns >= _COLUMNS


READER = Monitors()
