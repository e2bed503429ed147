"""JSON lines: one object a line, as detectron2, mmengine, pandas and many training loops write their metrics."""

import math
import re
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

import numpy as np

from app.readers._json import decode_objects, number_keys, whole_number
from app.readers._rows import Row, Rows
from app.readers._steps import choose_step
from app.readers.contract import (
    DEFAULT_CHOICES,
    Choices,
    Columns,
    Finding,
    Float64Array,
    RunInfo,
    RunLog,
    Stamp,
)
from app.readers.folder import Problems, stamp_of
from app.readers.growing import GrowingFile
from app.readers.heads import HEAD_BYTES, head

_JSON_LINES = frozenset({".jsonl", ".ndjson"})
_MAYBE = frozenset({".json", ".log", ".txt"})
_METRICS_NAME = re.compile(r"metric|result|score|eval|scalar|history|progress|log", re.IGNORECASE)
_MMENGINE_COPY = re.compile(r"\d{8}_\d{6}\.json")
_TEXT_LENGTH = 200  # characters; a text longer than this is no remark of a training loop
_NO_LOG = (
    "none of its keys counts steps, and it holds more than numbers: a data set, by the looks of it. "
    "Name the file itself to read it all the same"
)


class _EpochIterations:
    """Steps of mmcv's logs: `iter` begins anew with each epoch there, and in validation it counts something else."""

    def __init__(self) -> None:
        self._before = 0  # iterations of the epochs that are over, as far as they were logged
        self._epoch = self._last = 0

    def steps(self, rows: Sequence[Row]) -> Float64Array | None:
        """Return the step of each row, as `Rows.take` wants it; None where none of them is such a row."""
        if not any("mode" in row for row in rows):
            return None
        return np.array([self._step(row) for row in rows], dtype=np.float64)

    def _step(self, row: Row) -> float:
        epoch, iteration = whole_number(row.get("epoch")), whole_number(row.get("iter"))
        if "mode" not in row or epoch is None or iteration is None:
            return math.nan
        if row["mode"] != "train":
            return math.inf
        if epoch > self._epoch and iteration <= self._last:
            self._before += self._last
        self._epoch, self._last = epoch, iteration
        return float(self._before + iteration)


class LinesParser:
    """Takes in lines of objects.

    Attributes:
        rows: what the lines held.
        first: the first object; empty before there is one.
    """

    def __init__(self, path: Path, problems: Problems, choices: Choices, leave_out: Collection[str] = ()) -> None:
        self.rows = Rows(choices)
        self.first: Row = {}
        self._path = path
        self._problems = problems
        self._leave_out = leave_out
        self._lines = 0
        self._iterations = _EpochIterations() if choices.step_column is None else None

    def feed(self, data: bytes) -> Mapping[str, Columns]:
        """Take in the next whole lines; return the records they hold, by tag."""
        rows = []
        lines = data.split(b"\n")[:-1]
        for number, row in decode_objects(lines):
            if row is None:
                self._problems.add(self._path, f"line {self._lines + number + 1}", "it is not a JSON object")
                continue
            rows.append({key: row[key] for key in row if key not in self._leave_out} if self._leave_out else row)
            if not self.first:
                self.first = row
        self._lines += len(lines)
        return self.rows.take(rows, self._iterations.steps(rows) if self._iterations else None)


class JsonLines:
    """Finds files of JSON lines and opens each as a run."""

    name = "json_lines"
    order = 30  # before tables, which take any lines of equal cells

    def find(self, folder: Path, names: Collection[str], *, named: bool = False) -> Finding:
        """Look for files whose first lines are objects with numbers."""
        runs, declined = [], dict[str, str]()
        for name in sorted(names):
            suffix = Path(name).suffix.lower()
            if not named and suffix not in _JSON_LINES | _MAYBE:
                continue
            if name == "progress.json" and not named and (folder / "progress.csv").is_file():
                declined[name] = "Stable-Baselines3 writes the same as progress.csv, which is read instead"
                continue
            rows = first_rows(head(folder / name))
            numbers = any(map(_number_names, rows))
            if numbers and (named or _is_log(rows)):
                if named or len(rows) > 1 or suffix in _JSON_LINES or _METRICS_NAME.search(name):
                    runs.append(folder / name)
            elif suffix in _JSON_LINES and rows:
                declined[name] = _NO_LOG if numbers else "its first lines hold no numbers"
        claimed = {path.name for path in runs}
        if "scalars.json" in claimed:  # mmengine writes the same lines twice
            claimed |= {name for name in names if _MMENGINE_COPY.fullmatch(name)}
            runs = [path for path in runs if not _MMENGINE_COPY.fullmatch(path.name)]
        return Finding(runs, claimed, declined)

    def stamps(self, path: Path) -> Mapping[str, Stamp]:
        """Return the stamp of the file."""
        stamp = stamp_of(path)
        if stamp is None:
            raise FileNotFoundError(path)
        return {path.name: stamp}

    def open(self, path: Path, choices: Choices = DEFAULT_CHOICES) -> RunLog:
        """Open one file."""

        def parser(problems: Problems) -> LinesParser:
            return LinesParser(path, problems, choices)

        def describe(parser: LinesParser) -> RunInfo:
            return parser.rows.info(path.name)

        return GrowingFile(path, parser, describe)


def first_rows(beginning: bytes) -> list[Row]:
    """Return the objects that a file of JSON lines begins with; nothing where it is none.

    Args:
        beginning: of the file. Of a line longer than this the keys of numbers are returned, each with a 0.
    """
    if not beginning.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{"):
        return []
    whole, newline, _ = beginning.rpartition(b"\n")
    if newline:
        rows = [row for _, row in decode_objects(whole.split(b"\n"))]
        return [row for row in rows if row is not None] if rows and rows[0] is not None else []
    keys = number_keys(beginning) if len(beginning) == HEAD_BYTES else []
    return [dict.fromkeys(keys, 0)] if keys else []


def _number_names(row: Row) -> list[str]:
    return [key for key, value in row.items() if type(value) in {int, float} or isinstance(value, dict)]


def _is_log(rows: list[Row]) -> bool:
    """Tell metrics from a data set: they have a key that counts steps, or little else than numbers."""
    if any(choose_step(_number_names(row)) for row in rows):
        return True
    return all(
        2 * len(_number_names(row)) > len(row)
        and not any(isinstance(value, str) and len(value) > _TEXT_LENGTH for value in row.values())
        for row in rows
    )


READER = JsonLines()
