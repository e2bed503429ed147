"""Reads runs that Sacred's FileStorageObserver stores: folders with run.json, config.json and metrics.json."""

import base64
import json
import math
import re
import struct
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from app.readers._json import decode
from app.readers._points import as_text
from app.readers._steps import wall_seconds
from app.readers.contract import (
    DEFAULT_CHOICES,
    NOTHING_FOUND,
    Choices,
    Columns,
    Finding,
    RunInfo,
    RunLog,
    RunState,
    RunStatus,
    Stamp,
)
from app.readers.folder import Problems, stamp_of
from app.readers.growing import GrowingFile, UnfinishedError
from app.readers.heads import head
from app.readers.several import SeveralFiles

_RUN, _CONFIG, _METRICS, _INFO = "run.json", "config.json", "metrics.json", "info.json"
_OWN = {_RUN, _CONFIG, _METRICS, _INFO, "cout.txt"}
_OF_A_RUN = re.compile(rb'\s*\{\s*"(artifacts|command|experiment)"\s*:')
_OF_METRICS = re.compile(rb'\s*\{\s*"(?:[^"\\]|\\.)*"\s*:\s*\{\s*"(steps|timestamps|values)"\s*:\s*\[')
_FAILED = {"FAILED": "", "INTERRUPTED": "it was interrupted", "TIMEOUT": "it timed out", "DIED": "it died"}
_BEAT_S = 10.0  # Sacred's own interval, if no other was asked for
_SILENT_BEATS = 6
_NUMPY_FORMS = {"f8": "<d", "f4": "<f", "f2": "<e", "i8": "<q", "i4": "<i", "i2": "<h", "u8": "<Q", "u4": "<I"}
_MAX_DEPTH = 20
_MAX_STEP = 1 << 62


class SacredReader:
    """Recognises a run folder by how its run.json begins, or by its metrics.json."""

    name = "sacred"
    order = 10

    def find(self, folder: Path, names: Collection[str], *, named: bool = False) -> Finding:
        """Find the folder itself where it is a run, and a file of metrics where that is what was asked for."""
        if named:
            found = [name for name in names if _OF_METRICS.match(head(folder / name))]
            return Finding([folder / name for name in found], found)
        is_run = _RUN in names and _OF_A_RUN.match(head(folder / _RUN))
        if is_run or (_METRICS in names and _OF_METRICS.match(head(folder / _METRICS))):
            return Finding([folder], _OWN.intersection(names))
        return NOTHING_FOUND

    def stamps(self, path: Path) -> Mapping[str, Stamp]:
        """Return the stamps of the files that a run's facts are made of."""
        if not path.exists():
            raise FileNotFoundError(path)
        files = [path] if path.is_file() else [path / name for name in (_METRICS, _RUN, _CONFIG)]
        return {file.name: stamp for file in files if (stamp := stamp_of(file)) is not None}

    def open(self, path: Path, choices: Choices = DEFAULT_CHOICES) -> RunLog:  # noqa: ARG002
        """Open a run, or its metrics alone."""
        return _open_metrics(path) if path.is_file() else SacredRun(path)


class SacredRun(SeveralFiles):
    """One run folder; before the first metric there is no metrics.json."""

    def __init__(self, folder: Path) -> None:
        self._of_run: Mapping[str, Any] = {}

        def describe() -> RunInfo:
            self._of_run = _read_object(folder / _RUN)
            return _info(folder.name, self._of_run, _read_object(folder / _CONFIG))

        metrics = folder / _METRICS
        super().__init__(
            folder,
            lambda: [metrics] if metrics.is_file() else [],
            _open_metrics,
            describe,
            [folder / _RUN, folder / _CONFIG],
        )

    def status(self, now: float) -> RunStatus:
        """Judge by the status, and by the heartbeat while it says that the run goes on."""
        _ = self.info  # reads run.json where it changed
        status = self._of_run.get("status")
        beat = wall_seconds(self._of_run.get("heartbeat"))
        heartbeat = None if math.isnan(beat) else beat
        if status == "COMPLETED":
            return RunStatus(RunState.FINISHED, heartbeat=heartbeat)
        if status in _FAILED:
            trace = "".join(map(str, _as_list(self._of_run.get("fail_trace"))))
            last = trace.strip().rpartition("\n")[2]
            return RunStatus(RunState.FAILED, last or _FAILED[status], heartbeat=heartbeat, traceback=trace)
        if status != "RUNNING" or heartbeat is None:
            return RunStatus(RunState.UNKNOWN)
        silent_s = now - heartbeat
        if silent_s > _SILENT_BEATS * _BEAT_S:
            return RunStatus(RunState.CRASHED, f"no heartbeat for {silent_s:,.0f} s", heartbeat=heartbeat)
        return RunStatus(RunState.RUNNING, heartbeat=heartbeat)


class _MetricsParser:
    """Reads the parallel lists of steps, values and times of each metric."""

    def __init__(self, path: Path, problems: Problems) -> None:
        self._path = path
        self._problems = problems

    def feed(self, data: bytes) -> Mapping[str, Columns]:
        """Take in the whole document.

        Raises:
            UnfinishedError: it is none, or not whole.
        """
        try:
            document = decode(data)
        except ValueError as error:
            raise UnfinishedError(str(error)) from error
        if not isinstance(document, dict):
            raise UnfinishedError("it is not a JSON object")
        columns = {as_text(tag): self._columns(tag, metric) for tag, metric in document.items()}
        return {tag: records for tag, records in columns.items() if len(records)}

    def _columns(self, tag: str, metric: object) -> Columns:
        lists = metric if isinstance(metric, dict) else {}
        values, steps, times = (_as_list(lists.get(name)) for name in ("values", "steps", "timestamps"))
        rows = []
        for place, value in enumerate(values):
            number = as_number(value)
            if number is None:
                if not isinstance(value, str | bool | None):
                    self._problems.add(self._path, f"{tag}, value {place + 1:,}", "it is no number; it is left out")
                continue
            step = as_number(steps[place]) if place < len(steps) else None
            usable = step is not None and abs(step) < _MAX_STEP
            rows.append(
                (
                    int(step) if usable and step is not None else place,
                    wall_seconds(times[place]) if place < len(times) else math.nan,
                    number,
                )
            )
        step_column, time_column, value_column = zip(*rows, strict=True) if rows else ((), (), ())
        return Columns(
            np.array(step_column, np.int64), np.array(time_column, np.float64), np.array(value_column, np.float64)
        )


def as_number(value: object) -> float | None:
    """Return the number that a value is, also one of numpy's as jsonpickle writes it; None where it is none."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int | float):
        return float(value)
    if isinstance(value, dict):
        if "numpy" in str(value.get("py/object")):
            return as_number(_only(value["values"]) if "values" in value else value.get("value"))
        if "py/reduce" in value:
            return _reduced_number(json.dumps(value))
    return None


def _only(value: object) -> object:
    """Return the element of an array that has one alone, as `loss.numpy()` is; any other array as it is."""
    while isinstance(value, list) and len(value) == 1:
        value = value[0]
    return value


def _reduced_number(text: str) -> float | None:
    """Return a numpy scalar that jsonpickle took apart into its type and its bytes."""
    form = next((form for name, form in _NUMPY_FORMS.items() if f'"{name}"' in text), None)
    content = re.search(r'"py/b64": "([^"]*)"', text)
    if form is None or content is None:
        return None
    try:
        return float(struct.unpack(form, base64.b64decode(content[1]))[0])
    except (ValueError, struct.error):
        return None


def _open_metrics(path: Path) -> RunLog:
    return GrowingFile(path, lambda problems: _MetricsParser(path, problems), lambda _: RunInfo(path.name), whole=True)


def _info(name: str, run: Mapping[str, Any], config: Mapping[str, Any]) -> RunInfo:
    experiment, meta = _as_object(run.get("experiment")), _as_object(run.get("meta"))
    repository = next(map(_as_object, _as_list(experiment.get("repositories"))), {})
    began = wall_seconds(run.get("start_time"))
    environment = {
        "experiment": experiment.get("name"),
        "command": run.get("command"),
        "host": _as_object(run.get("host")).get("hostname"),
        "python": _as_object(run.get("host")).get("python_version"),
        "packages": experiment.get("dependencies"),
        "result": _plain(run.get("result")),
    }
    git = {"commit": repository.get("commit"), "remote": repository.get("url"), "dirty": repository.get("dirty")}
    return RunInfo(
        name,
        created=None if math.isnan(began) else began,
        config={key: _plain(value) for key, value in config.items()},
        notes=str(meta.get("comment") or _as_object(meta.get("options")).get("--comment") or ""),
        environment={key: value for key, value in environment.items() if value is not None},
        git={key: value for key, value in git.items() if value is not None},
    )


def _plain(value: Any, depth: int = 0) -> Any:
    """Return a setting without what jsonpickle says of its type."""
    if isinstance(value, dict) and depth < _MAX_DEPTH:
        if value.get("py/object") == "numpy.ndarray" and "values" in value:
            return value["values"]
        number = as_number(value)
        if number is not None:
            return number
        if len(value) == 1 and ("py/tuple" in value or "py/set" in value):
            return _plain(next(iter(value.values())), depth + 1)
        return {key: _plain(inner, depth + 1) for key, inner in value.items()}
    if isinstance(value, list) and depth < _MAX_DEPTH:
        return [_plain(inner, depth + 1) for inner in value]
    return value


def _read_object(path: Path) -> Mapping[str, Any]:
    try:
        return _as_object(json.loads(path.read_bytes()))
    except (OSError, ValueError, RecursionError):
        return {}


def _as_object(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _as_list(value: object) -> Sequence[Any]:
    return value if isinstance(value, list) else []


READER = SacredReader()
