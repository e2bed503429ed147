"""Reads runs in an MLflow file store: `mlruns/<experiment>/<run>` with meta.yaml, metrics, params and tags."""

import json
import math
import os
import re
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

from app.readers._points import Points
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
from app.readers.growing import GrowingFile
from app.readers.heads import head
from app.readers.several import SeveralFiles, list_tree
from app.readers.yaml_files import read_yaml

_META = "meta.yaml"
_METRICS, _PARAMS, _TAGS = "metrics", "params", "tags"
_OWN = {_META, _METRICS, _PARAMS, _TAGS, "inputs", "outputs"}  # artifacts may hold logs of other formats
_OF_A_RUN = re.compile(rb"^run_(id|uuid):", re.MULTILINE)
_METRIC_LINE = re.compile(rb"-?\d{9,} \S+( -?\d+( \S+ \S+)?)?\s*\n")
_STATES = {
    "1": "RUNNING",
    "2": "SCHEDULED",
    "3": "FINISHED",
    "4": "FAILED",
    "5": "KILLED",
}
_OWN_TAGS = "mlflow."
_NOTE = "mlflow.note.content"
_GIT_TAGS = {
    "mlflow.source.git.commit": "commit",
    "mlflow.source.git.branch": "branch",
    "mlflow.source.git.repoURL": "remote",
}
_ENVIRONMENT_TAGS = {
    "mlflow.runName": "run_name",
    "mlflow.user": "user",
    "mlflow.source.name": "program",
    "mlflow.parentRunId": "parent_run",
}
_MAX_STEP = 1 << 62
_MAX_TEXT_BYTES = 1 << 16


class MlflowReader:
    """Recognises a run by a meta.yaml that names it."""

    name = "mlflow"
    order = 10

    def find(self, folder: Path, names: Collection[str], *, named: bool = False) -> Finding:
        """Find the folder itself where it is a run, and a metric's file where that is what was asked for."""
        if _META in names and _OF_A_RUN.search(head(folder / _META)):
            return Finding([folder], {*_OWN.intersection(names), *_folders_below(folder)})
        if named and _METRICS in folder.parts:
            found = [name for name in names if _METRIC_LINE.match(head(folder / name))]
            return Finding([folder / name for name in found], found)
        return NOTHING_FOUND

    def stamps(self, path: Path) -> Mapping[str, Stamp]:
        """Return the stamps of all metrics and of what says more of the run."""
        if not path.exists():
            raise FileNotFoundError(path)
        files = [path] if path.is_file() else [*_metrics(path), *_beside(path)]
        return {str(file): stamp for file in files if (stamp := stamp_of(file)) is not None}

    def open(self, path: Path, choices: Choices = DEFAULT_CHOICES) -> RunLog:  # noqa: ARG002
        """Open a run, or one metric alone."""
        if path.is_file():
            return _open_metric(path, path.name)
        return MlflowRun(path)


class MlflowRun(SeveralFiles):
    """One run: a file for each metric, a name with `/` in folders of its own."""

    def __init__(self, folder: Path) -> None:
        metrics = folder / _METRICS
        super().__init__(
            folder,
            lambda: _metrics(folder),
            lambda path: _open_metric(path, path.relative_to(metrics).as_posix()),
            lambda: _describe(folder),
            _beside(folder),
        )

    def status(self, now: float) -> RunStatus:  # noqa: ARG002
        """Tell what the run says of its end; that it is running is said of killed runs too."""
        state = self.info.environment.get("status", "")
        if state == "FINISHED":
            return RunStatus(RunState.FINISHED)
        if state in ("FAILED", "KILLED"):
            return RunStatus(RunState.FAILED, f"MLflow says: {state.lower()}")
        return RunStatus(RunState.UNKNOWN)


class _MetricParser:
    """Reads lines of time, value and step; the oldest versions wrote no step, so that lines are counted."""

    def __init__(self, path: Path, tag: str, problems: Problems) -> None:
        self._path = path
        self._tag = tag
        self._problems = problems
        self._lines = 0

    def feed(self, data: bytes) -> Mapping[str, Columns]:
        """Take in whole lines; the time is in milliseconds since the epoch, in the oldest files in seconds."""
        points = Points()
        for line in data.split(b"\n"):
            cells = line.split()
            if not cells:
                continue
            self._lines += 1
            try:
                time, value = int(cells[0]), float(cells[1])
                step = int(cells[2]) if len(cells) > 2 else self._lines - 1
                if abs(step) > _MAX_STEP:
                    raise OverflowError
                points.add(self._tag, step, wall_seconds(time), value)
            except (ValueError, IndexError, OverflowError):
                self._problems.add(self._path, f"line {self._lines:,}", "it is no time, value and step; it is left out")
        return points.columns()


def _open_metric(path: Path, tag: str) -> RunLog:
    return GrowingFile(path, lambda problems: _MetricParser(path, tag, problems), lambda _: RunInfo(path.name))


def _metrics(folder: Path) -> list[Path]:
    return [folder / _METRICS / name for name in list_tree(folder / _METRICS)]


def _folders_below(folder: Path) -> set[str]:
    """Return the folders that metrics lie in, to be watched; a name with a `/` has some of its own."""
    return {Path(inner).relative_to(folder).as_posix() for inner, _, _ in os.walk(folder / _METRICS)}


def _beside(folder: Path) -> list[Path]:
    """Return what changes when the run says something new of itself; parameters are written once."""
    return [folder / _META, folder / _PARAMS, folder / _TAGS, folder / _TAGS / _NOTE]


def _describe(folder: Path) -> RunInfo:
    meta = read_yaml(folder / _META)
    tags = _texts(folder / _TAGS)
    environment = {name: tags[tag] for tag, name in _ENVIRONMENT_TAGS.items() if tag in tags}
    if meta.get("run_name"):
        environment.setdefault("run_name", str(meta["run_name"]))
    experiment = read_yaml(folder.parent / _META).get("name")
    if experiment:
        environment["experiment"] = str(experiment)
    status = str(meta.get("status", ""))
    began = wall_seconds(meta.get("start_time"))
    deleted = ["deleted"] if meta.get("lifecycle_stage") == "deleted" else []  # MLflow hides it and keeps its files
    own_tags = (f"{tag}={text}" if text else tag for tag, text in tags.items() if not tag.startswith(_OWN_TAGS))
    return RunInfo(
        folder.name,
        created=None if math.isnan(began) else began,
        config={name: _plain(text) for name, text in _texts(folder / _PARAMS).items()},
        tags=(*deleted, *own_tags),
        notes=tags.get(_NOTE, ""),
        environment={**environment, "status": _STATES.get(status, status)},
        git={name: tags[tag] for tag, name in _GIT_TAGS.items() if tag in tags},
    )


def _texts(folder: Path) -> dict[str, str]:
    """Return what the files below a folder hold, by their path below it."""
    return {name: _text(folder / name) for name in list_tree(folder)}


def _text(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return file.read(_MAX_TEXT_BYTES).decode("utf-8", "replace").strip()
    except OSError:
        return ""


def _plain(text: str) -> Any:
    """Return a parameter as the number it stands for; MLflow keeps them all as text."""
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return text
    return value if isinstance(value, int | float) and not isinstance(value, bool) else text


READER = MlflowReader()
