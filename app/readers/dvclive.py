"""Folders of DVCLive: one small table for each tag, below `plots/metrics` since 1.0.

Before that the tables lay in `scalars`, and at first in the folder itself; they told the time of each record too.
"""

from collections.abc import Collection, Iterator, Mapping
from contextlib import suppress
from pathlib import Path

import numpy as np

from app.readers import json_object
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
from app.readers.folder import Problems, list_files, stamp_of
from app.readers.growing import GrowingFile
from app.readers.heads import head
from app.readers.several import SeveralFiles, list_tree
from app.readers.yaml_files import read_yaml

_SUFFIXES = frozenset({".tsv", ".csv"})
_FOLDERS = ("plots/metrics", "scalars")  # those that hold nothing else
_MAX_STEP = float(1 << 62)
_PARAMS = "params.yaml"
_SUMMARY = "metrics.json"  # the last value of each tag, and numbers that have no table
_OWN_FILES = frozenset({_SUMMARY, _PARAMS, "dvc.yaml", "report.html", "report.md"})


class _TableParser:
    """Takes in the table of one tag: steps, values in the last column, and times in older ones."""

    def __init__(self, path: Path, tag: str, problems: Problems) -> None:
        self._path = path
        self._tag = tag
        self._problems = problems
        self._header: list[str] = []
        self._lines = 0

    def feed(self, data: bytes) -> Mapping[str, Columns]:
        """Take in the next whole lines; return the records they hold."""
        records = list(self._records(data.decode("utf-8", "replace").split("\n")[:-1]))
        if not records:
            return {}
        step, time, value = zip(*records, strict=True)
        return {self._tag: Columns(np.array(step, np.int64), np.array(time, np.float64), np.array(value, np.float64))}

    def _records(self, lines: Collection[str]) -> Iterator[tuple[int, float, float]]:
        for line in lines:
            self._lines += 1
            cells = _cells(line)
            if not self._header:
                self._header = cells
                continue
            row = dict(zip(self._header, cells, strict=False))
            step, value = _number(row.get("step")), _number(row.get(self._header[-1]))
            if step is None or not abs(step) < _MAX_STEP or len(cells) != len(self._header):
                if any(cells):
                    self._problems.add(self._path, f"line {self._lines}", "it is no row of a step and a value")
            elif value is not None:  # a text may be logged too, and is left out
                yield int(step), wall_seconds(_number(row.get("timestamp"))), value


class DvcLive:
    """Finds folders that DVCLive writes into, and opens each as a run."""

    name = "dvclive"
    order = 10

    def find(self, folder: Path, names: Collection[str], *, named: bool = False) -> Finding:
        """Look for tables of one tag each, below the folders of their own or in this one."""
        if named:
            return NOTHING_FOUND
        holders = {below.split("/")[0] for below in _FOLDERS if below.split("/")[0] in names and _tables(folder, below)}
        flat = {
            place.as_posix()
            for path in _flat_tables(folder, names)
            for place in [path.relative_to(folder), *path.relative_to(folder).parents[:-1]]
        }
        if not holders and not flat:
            return NOTHING_FOUND
        return Finding([folder], holders | flat | _OWN_FILES.intersection(names))

    def stamps(self, path: Path) -> Mapping[str, Stamp]:
        """Return the stamps of all tables and of what the run says of itself."""
        if not path.exists():
            raise FileNotFoundError(path)
        folder, files = (path, [*_files(path), path / _PARAMS]) if path.is_dir() else (path.parent, [path])
        stamps = {file.relative_to(folder).as_posix(): stamp_of(file) for file in files}
        return {name: stamp for name, stamp in stamps.items() if stamp is not None}

    def open(self, path: Path, choices: Choices = DEFAULT_CHOICES) -> RunLog:  # noqa: ARG002
        """Open a run folder, or one table alone."""
        if path.is_file():
            return _open_table(path, path.stem)
        params = path / _PARAMS

        def describe() -> RunInfo:
            return RunInfo(path.name, config=read_yaml(params))

        return SeveralFiles(path, lambda: _files(path), lambda file: _open_file(path, file), describe, [params])


def _open_file(folder: Path, file: Path) -> RunLog:
    return json_object.READER.open(file) if file.name == _SUMMARY else _open_table(file, _tag(folder, file))


def _open_table(path: Path, tag: str) -> RunLog:
    return GrowingFile(path, lambda problems: _TableParser(path, tag, problems), lambda _: RunInfo(path.name))


def _files(folder: Path) -> list[Path]:
    """Return the tables of a run, those in the folders for them or else in its own, and then its summary."""
    tables = [table for below in _FOLDERS for table in _tables(folder, below)]
    if not tables:
        with suppress(OSError):
            tables = _flat_tables(folder, list_files(folder))
    summary = folder / _SUMMARY
    return [*tables, summary] if summary.is_file() else tables


def _tables(folder: Path, below: str) -> list[Path]:
    return [path for name in list_tree(folder / below) if _is_table(path := folder / below / name)]


def _flat_tables(folder: Path, names: Collection[str]) -> list[Path]:
    """Return the tables of the first versions: in the folder itself, and those of tags with a `/` below it.

    Where all tags have one, these versions are known by the summary they wrote beside their folder.
    """
    own = [path for name in sorted(names) if _is_table(path := folder / name, timed=True)]
    if not own and not Path(f"{folder}.json").is_file():
        return []
    nested = [folder / name for name in list_tree(folder, ".tsv") if "/" in name]
    return own + [path for path in nested if _is_table(path, timed=True) and _header(path)[-1] == _tag(folder, path)]


def _is_table(path: Path, *, timed: bool = False) -> bool:
    """Tell whether a file is a table of steps and one tag, which the file is named after; `timed`: and of times."""
    if path.suffix not in _SUFFIXES:
        return False
    *columns, tag = _header(path)
    named_after_it = f"/{path.with_suffix('').as_posix()}".endswith(f"/{tag}")
    return named_after_it and (columns == ["timestamp", "step"] or (columns == ["step"] and not timed))


def _header(path: Path) -> list[str]:
    return _cells(head(path).partition(b"\n")[0].decode("utf-8", "replace"))


def _cells(line: str) -> list[str]:
    text = line.rstrip("\r")
    return text.split("\t" if "\t" in text else ",")


def _tag(folder: Path, table: Path) -> str:
    """Return the tag of a table: its path below the folder of tables."""
    name = table.relative_to(folder).with_suffix("").as_posix()
    return next((name.removeprefix(f"{below}/") for below in _FOLDERS if name.startswith(f"{below}/")), name)


def _number(cell: str | None) -> float | None:
    try:
        return float(cell or "")
    except ValueError:
        return None


READER = DvcLive()
