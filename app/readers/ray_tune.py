"""Trials of Ray Tune and RLlib: folders with `result.json`, one JSON object a line, and `params.json`.

Tune writes the same numbers a second and a third time, as `progress.csv` and as an event file: these belong to the run.
"""

from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

from app.readers._json import decode
from app.readers._steps import wall_seconds
from app.readers.contract import DEFAULT_CHOICES, NOTHING_FOUND, Choices, Finding, RunInfo, RunLog, Stamp
from app.readers.folder import Problems, stamp_of
from app.readers.growing import GrowingFile
from app.readers.heads import HEAD_BYTES, head
from app.readers.json_lines import LinesParser

_RESULT, _PARAMS = "result.json", "params.json"
_BESIDE = frozenset({_PARAMS, "params.pkl", "progress.csv"})
_OWN = b'"training_iteration"'
_MAX_BYTES = 1 << 22  # of params.json


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
        stamps = {name: stamp_of(path / name) for name in (_RESULT, _PARAMS)}
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

        return GrowingFile(result, parser, describe, [result.parent / _PARAMS])


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


def _began(first: Mapping[str, Any]) -> float | None:
    """Return when the trial began, in seconds since the epoch, from its first row."""
    ended, took_s = wall_seconds(first.get("timestamp")), first.get("time_total_s", 0.0)
    if ended != ended or not isinstance(took_s, int | float):
        return None
    return ended - took_s


READER = RayTune()
