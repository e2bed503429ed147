"""Runs of Weights & Biases before 0.10, `run-*` and `dryrun-*` folders, which kept their history as JSON lines."""

from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

from app.readers._json import decode, decode_objects
from app.readers._points import Points, numbers_in
from app.readers._steps import wall_seconds
from app.readers.contract import (
    DEFAULT_CHOICES,
    NOTHING_FOUND,
    Choices,
    Columns,
    Finding,
    RunInfo,
    RunLog,
    Stamp,
)
from app.readers.folder import Problems, stamp_of
from app.readers.growing import GrowingFile, UnfinishedError
from app.readers.heads import head
from app.readers.json_lines import first_rows
from app.readers.several import SeveralFiles
from app.readers.wandb_log.files import read_config, read_json
from app.readers.wandb_log.records import STEP_KEY, SYSTEM_GROUP

_HISTORY, _EVENTS, _SUMMARY = "wandb-history.jsonl", "wandb-events.jsonl", "wandb-summary.json"
_CONFIG, _METADATA = "config.yaml", "wandb-metadata.json"
_RECORDS, _BESIDE = (_HISTORY, _EVENTS, _SUMMARY), (_CONFIG, _METADATA)
_OWN = {*_RECORDS, *_BESIDE, "output.log", "requirements.txt", "diff.patch", "media"}
_TIME_KEY = "_timestamp"
_MAX_STEP = 1 << 62


class WandbHistory:
    """Recognises a run folder by the name of its history and the objects in it."""

    name = "wandb_history"
    order = 10

    def find(self, folder: Path, names: Collection[str], *, named: bool = False) -> Finding:
        """Find the folder itself where it is a run. A file given by name is the reader of JSON lines' to read."""
        if named or _HISTORY not in names or not first_rows(head(folder / _HISTORY)):
            return NOTHING_FOUND
        return Finding([folder], _OWN.intersection(names))

    def stamps(self, path: Path) -> Mapping[str, Stamp]:
        """Return the stamps of the records and of what lies beside them."""
        folder, names = (path, (*_RECORDS, *_BESIDE)) if path.is_dir() else (path.parent, (path.name,))
        stamps = {name: stamp for name in names if (stamp := stamp_of(folder / name))}
        if not stamps:
            raise FileNotFoundError(path)
        return stamps

    def open(self, path: Path, choices: Choices = DEFAULT_CHOICES) -> RunLog:  # noqa: ARG002
        """Open a run folder, or one file of it alone."""
        if not path.is_dir() and path.name in _RECORDS:
            return _open_file(path)
        return SeveralFiles(
            path,
            lambda: [path / name for name in _RECORDS if (path / name).is_file()],
            _open_file,
            lambda: _describe(path),
            [path / name for name in _BESIDE],
        )


class _RowsParser:
    """Takes in rows of history or of system load, whose steps are counted, or the summary, which is one row.

    Of the summary those tags count that the history does not have.
    """

    def __init__(self, path: Path, problems: Problems) -> None:
        self._path = path
        self._problems = problems
        self._lines = 0

    def feed(self, data: bytes) -> Mapping[str, Columns]:
        """Take in whole lines, or the whole summary."""
        points = Points()
        for row in self._summary(data) if self._path.name == _SUMMARY else self._rows(data):
            self._add(row, points)
        return points.columns()

    def _rows(self, data: bytes) -> list[dict[str, Any]]:
        rows = []
        lines = data.split(b"\n")[:-1]
        for place, row in decode_objects(lines):
            if row is None:
                self._problems.add(self._path, f"line {self._lines + place + 1:,}", "it is not a JSON object")
            else:
                rows.append(row | {STEP_KEY: _step(row, self._lines + place)})
        self._lines += len(lines)
        return rows

    def _summary(self, data: bytes) -> list[dict[str, Any]]:
        try:
            row = decode(data)
        except ValueError as error:
            raise UnfinishedError(str(error)) from error
        return [row | {STEP_KEY: _step(row, 0)}] if isinstance(row, dict) else []

    def _add(self, row: Mapping[str, Any], points: Points) -> None:
        step, time = row[STEP_KEY], wall_seconds(row.get(_TIME_KEY))
        for tag, number in numbers_in(row):
            if self._path.name == _HISTORY:
                points.add(tag, step, time, number)
            elif not tag.startswith("_"):
                group = SYSTEM_GROUP if self._path.name == _EVENTS else ""
                points.add(group + tag.removeprefix("system."), step, time, number)


def _step(row: Mapping[str, Any], otherwise: int) -> int:
    step = row.get(STEP_KEY)
    return int(step) if isinstance(step, int | float) and abs(step) < _MAX_STEP else otherwise


def _open_file(path: Path) -> RunLog:
    return GrowingFile(
        path,
        lambda problems: _RowsParser(path, problems),
        lambda _: RunInfo(path.name),
        whole=path.name == _SUMMARY,
    )


def _describe(folder: Path) -> RunInfo:
    metadata = read_json(folder / _METADATA)
    began, git = wall_seconds(metadata.get("startedAt")), metadata.get("git")
    return RunInfo(
        folder.name,
        created=began if began == began else None,
        config=read_config(folder / _CONFIG),
        step_column=STEP_KEY,
        environment={key: value for key, value in metadata.items() if isinstance(value, str | int | list)},
        git=git if isinstance(git, dict) else {},
    )


READER = WandbHistory()
