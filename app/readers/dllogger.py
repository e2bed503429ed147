"""Logs of NVIDIA's DLLogger: lines of `DLLL {"step": [epoch, iteration], "type": "LOG", "data": {...}}`."""

from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

from app.readers._json import decode_objects, whole_number
from app.readers._rows import Row, Rows
from app.readers.contract import DEFAULT_CHOICES, Choices, Columns, Finding, RunInfo, RunLog, Stamp
from app.readers.folder import Problems, stamp_of
from app.readers.growing import GrowingFile
from app.readers.heads import head

_BEGIN = b"DLLL {"
_COUNTERS = ("epoch", "iteration")  # of a step, the coarse one first; what more it has counts within an iteration


class DlloggerParser:
    """Takes in the lines of one log.

    Attributes:
        rows: the data of its records, each with what its step counts.
        config: the parameters that it began with.
    """

    def __init__(self, path: Path, problems: Problems, choices: Choices) -> None:
        self.rows = Rows(choices)
        self.config: dict[str, Any] = {}
        self._path = path
        self._problems = problems
        self._lines = 0
        self._epoch = self._iteration = self._before = 0

    def feed(self, data: bytes) -> Mapping[str, Columns]:
        """Take in the next whole lines; return the records they hold, by tag. Lines of other programs are skipped."""
        lines = data.split(b"\n")[:-1]
        places = [place for place, line in enumerate(lines) if line.startswith(_BEGIN)]
        rows = []
        for number, record in decode_objects([lines[place].removeprefix(b"DLLL ") for place in places]):
            fields = record.get("data") if record else None
            if record is None:
                where = f"line {self._lines + places[number] + 1:,}"
                self._problems.add(self._path, where, "it is no record of DLLogger")
            elif not isinstance(fields, dict):
                continue  # it tells of a unit
            elif record.get("step") == "PARAMETER":
                self.config |= fields
            elif record.get("type") == "LOG":
                rows.append(self._counters(record.get("step")) | fields | _time(record))
        self._lines += len(lines)
        return self.rows.take(rows)

    def _counters(self, step: Any) -> Row:
        """Return what a step counts; iterations that begin anew with each epoch go on from one to the next."""
        counts = [whole_number(count) for count in (step if isinstance(step, list) else [step])]
        if None in counts:
            return {}
        if not isinstance(step, list):
            return {"step": counts[0]}
        row: Row = dict(zip(_COUNTERS, counts, strict=False))
        if "iteration" in row:
            if row["epoch"] > self._epoch and row["iteration"] <= self._iteration:
                self._before += self._iteration + 1
            self._epoch, self._iteration = row["epoch"], row["iteration"]
            row["iteration"] += self._before
        return row


class Dllogger:
    """Finds such logs and opens each as a run."""

    name = "dllogger"
    order = 20

    def find(self, folder: Path, names: Collection[str], *, named: bool = False) -> Finding:
        """Look for files that begin with such a line."""
        runs = [
            folder / name
            for name in sorted(names)
            if (named or name.endswith((".json", ".log", ".txt"))) and head(folder / name).startswith(_BEGIN)
        ]
        return Finding(runs, {path.name for path in runs})

    def stamps(self, path: Path) -> Mapping[str, Stamp]:
        """Return the stamp of the file."""
        stamp = stamp_of(path)
        if stamp is None:
            raise FileNotFoundError(path)
        return {path.name: stamp}

    def open(self, path: Path, choices: Choices = DEFAULT_CHOICES) -> RunLog:
        """Open one log."""

        def parser(problems: Problems) -> DlloggerParser:
            return DlloggerParser(path, problems, choices)

        def describe(parser: DlloggerParser) -> RunInfo:
            return parser.rows.info(path.name, config=parser.config)

        return GrowingFile(path, parser, describe)


def _time(record: Mapping[str, Any]) -> Row:
    """Return when a record was written, under a key that `Rows` takes times from. It is text, so no tag of its own."""
    moment = record.get("datetime")
    return {"wall_time": moment} if isinstance(moment, str) else {}


READER = Dllogger()
