"""Trials of Ray Tune and RLlib: folders with `result.json`, one JSON object a line, and `params.json`.

Tune writes the same numbers a second and a third time, as `progress.csv` and as an event file: these belong to the run.
"""

import re
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

from app.readers._json import decode
from app.readers._steps import wall_seconds
from app.readers.contract import (
    DEFAULT_CHOICES,
    NOTHING_FOUND,
    Choices,
    Finding,
    RunInfo,
    RunLog,
    RunState,
    RunStatus,
    Stamp,
)
from app.readers.folder import Problems, stamp_of
from app.readers.growing import GrowingFile
from app.readers.heads import HEAD_BYTES, head
from app.readers.json_lines import LinesParser

_RESULT, _PARAMS, _ERROR = "result.json", "params.json", "error.txt"
_BESIDE = frozenset({_PARAMS, "params.pkl", "progress.csv", _ERROR, "error.pkl"})
_OWN = b'"training_iteration"'
_MAX_BYTES = 1 << 22  # of params.json
_MAX_ERROR_BYTES = 1 << 16
_COLOUR = re.compile(r"\x1b\[[0-9;]*m")
_RETRIED_NS = 60_000_000_000  # results that come so much later than an error are those of a trial tried again


class RayTune:
    """Finds trial folders and opens each as a run."""

    name = "ray_tune"
    order = 10

    def find(self, folder: Path, names: Collection[str], *, named: bool = False) -> Finding:
        """Look for a result.json that holds a whole row. A file given by name is other readers' to read."""
        if named or _RESULT not in names or not _holds_a_row(head(folder / _RESULT)):
            return NOTHING_FOUND
        copies = {name for name in names if name in _BESIDE or name.startswith("events.out.tfevents.")}
        return Finding([folder], {_RESULT, *copies})

    def stamps(self, path: Path) -> Mapping[str, Stamp]:
        """Return the stamps of the results and the settings."""
        stamps = {name: stamp_of(path / name) for name in (_RESULT, _PARAMS, _ERROR)}
        if stamps[_RESULT] is None:
            raise FileNotFoundError(path / _RESULT)
        return {name: stamp for name, stamp in stamps.items() if stamp is not None}

    def open(self, path: Path, choices: Choices = DEFAULT_CHOICES) -> RunLog:
        """Open a trial folder, or one result.json alone."""
        result = path / _RESULT if path.is_dir() else path

        def parser(problems: Problems) -> LinesParser:
            return LinesParser(result, problems, choices, leave_out={"config"})

        def describe(parser: LinesParser) -> RunInfo:
            first = parser.first
            return parser.rows.info(
                path.name,
                config=_params(result.parent / _PARAMS) or first.get("config") or {},
                created=_began(first),
                environment={key: first[key] for key in ("hostname", "node_ip", "pid") if key in first},
            )

        return _Trial(result, parser, describe, [result.parent / _PARAMS, result.parent / _ERROR])


class _Trial(GrowingFile[LinesParser]):
    """The results of one trial, and the error that ended it."""

    def status(self, now: float) -> RunStatus:  # noqa: ARG002
        """Tell that the trial failed, where its error is what came last; how others ended is not noted."""
        error = self._path.parent / _ERROR
        failed, result = stamp_of(error), stamp_of(self._path)
        if failed is None or result is None or result.mtime_ns - failed.mtime_ns > _RETRIED_NS:
            return RunStatus(RunState.UNKNOWN)
        trace = _end_of(error)
        return RunStatus(RunState.FAILED, trace.rpartition("\n")[2], traceback=trace)


def _holds_a_row(beginning: bytes) -> bool:
    row, newline, _ = beginning.partition(b"\n")
    return row.startswith(b"{") and (_OWN in row if newline else len(row) == HEAD_BYTES)


def _params(path: Path) -> Mapping[str, Any]:
    """Return the settings of a trial; empty where there are none that can be read."""
    try:
        with path.open("rb") as file:
            params = decode(file.read(_MAX_BYTES))
    except (OSError, ValueError):
        return {}
    return params if isinstance(params, dict) else {}


def _end_of(path: Path) -> str:
    """Return the end of a text file without its colours; empty where it cannot be read."""
    try:
        with path.open("rb") as file:
            file.seek(max(0, path.stat().st_size - _MAX_ERROR_BYTES))
            return _COLOUR.sub("", file.read().decode("utf-8", "replace")).strip()
    except OSError:
        return ""


def _began(first: Mapping[str, Any]) -> float | None:
    """Return when the trial began, in seconds since the epoch, from its first row."""
    ended, took_s = wall_seconds(first.get("timestamp")), first.get("time_total_s", 0.0)
    if ended != ended or not isinstance(took_s, int | float):
        return None
    return ended - took_s


READER = RayTune()
