"""Reads the runs in an Aim repository, a `.aim` folder, through Aim's own package where that is installed.

Aim keeps records in RocksDB, and to open a repository in the plain way writes into it. So the files of a run are
copied to a temporary folder each time they changed, and the copy is opened.
"""

import importlib
import importlib.util
import math
import shutil
import sqlite3
import tempfile
import time
import zlib
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

from app.readers._sqlite import BusyError, reading
from app.readers._steps import wall_seconds
from app.readers.contract import (
    DEFAULT_CHOICES,
    NOTHING_FOUND,
    Choices,
    Columns,
    Finding,
    MediaItem,
    News,
    Overlap,
    Problem,
    RunInfo,
    RunLog,
    RunState,
    RunStatus,
    Stamp,
    TagFacts,
)
from app.readers.facts import scalar_facts
from app.readers.folder import Problems
from app.readers.several import list_tree

_REPOSITORY = ".aim"
_PARTS = ("meta", "seqs")  # of each there is a database for every run
_HOW_TO = "runs of Aim are read through its own package, which is not installed: pip install aim"
_REST_S = 2.0  # between two copies of a run that grows
_NUMBERS = {"float", "int", "number"}


class AimReader:
    """Recognises a repository by its folder."""

    name = "aim"
    order = 10

    def find(self, folder: Path, names: Collection[str], *, named: bool = False) -> Finding:  # noqa: ARG002
        """Find the runs of a repository in this folder, or of this folder where it is one."""
        inside = folder.name == _REPOSITORY
        repository = folder if inside else folder / _REPOSITORY
        if not (set(_PARTS) <= set(names) if inside else _REPOSITORY in names):
            return NOTHING_FOUND
        own = set(names) if inside else {_REPOSITORY}
        try:
            runs = sorted(path.name for path in (repository / "meta" / "chunks").iterdir() if path.is_dir())
        except OSError:
            runs = []
        if not runs:
            return NOTHING_FOUND
        if not _is_installed():
            return Finding(declined=dict.fromkeys(own, _HOW_TO))
        return Finding([repository / run for run in runs], own)

    def stamps(self, path: Path) -> Mapping[str, Stamp]:
        """Return the stamps of the two databases of the run."""
        stamps = _stamps(path)
        if not stamps:
            raise FileNotFoundError(path)
        return stamps

    def open(self, path: Path, choices: Choices = DEFAULT_CHOICES) -> RunLog:  # noqa: ARG002
        """Open one run of a repository."""
        return AimRun(path)


class AimRun:
    """One run, of which all records are read whenever its files changed."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._problems = Problems()
        self._stamps: Mapping[str, Stamp] = {}
        self._copied = -math.inf  # by the monotonic clock, in seconds
        self._taken: dict[str, tuple[TagFacts, int]] = {}  # and a checksum
        self._info = RunInfo(path.name)
        self._is_over = False

    @property
    def info(self) -> RunInfo:
        """What the run says of itself."""
        return self._info

    @property
    def facts(self) -> Mapping[str, TagFacts]:
        """All tags and their facts."""
        return {tag: facts for tag, (facts, _) in self._taken.items()}

    @property
    def problems(self) -> Sequence[Problem]:
        """What could not be read so far."""
        return self._problems.all()

    def status(self, now: float) -> RunStatus:  # noqa: ARG002
        """Tell whether the run was closed."""
        return RunStatus(RunState.FINISHED if self._is_over else RunState.UNKNOWN)

    def media(self, tag: str) -> Sequence[MediaItem]:  # noqa: ARG002
        """Return nothing: only numbers are read."""
        return []

    def poll(self) -> News:
        """Read the run anew where its files changed, now and then while they go on changing."""
        stamps = _stamps(self._path)
        if not stamps:
            return News(changed=True, gone=True)
        if stamps == self._stamps or time.monotonic() - self._copied < _REST_S:
            return News()
        self._copied = time.monotonic()
        self._problems.drop(self._path)
        try:
            with _copied(self._path) as copy:
                columns, about = _columns(copy, self._path.name), _described(copy, self._path.name)
        except _errors() as error:
            self._problems.add(self._path, "the whole run", f"it cannot be read: {error}")
            self._stamps = stamps
            return News(changed=True)
        self._stamps = stamps
        self._is_over = bool(about.get("end_time"))
        self._info = _info(self._path, about)
        return self._compare(columns)

    def load(self, tags: Collection[str], overlap: Overlap = "latest") -> Mapping[str, Columns]:  # noqa: ARG002
        """Read the run once more, up to the last poll."""
        with suppress(*_errors()), _copied(self._path) as copy:
            found = _columns(copy, self._path.name)
            return {
                tag: _first(found[tag], self._taken[tag][0].points)
                for tag in tags
                if tag in found and tag in self._taken
            }
        return {}

    def _compare(self, columns: Mapping[str, Columns]) -> News:
        """Take in all records; tell which come after those known, and which tags are no longer as they were."""
        appended: dict[str, Columns] = {}
        rewritten = self._taken.keys() - columns.keys()
        for tag, records in columns.items():
            known, sign = self._taken.get(tag, (None, 0))
            had = known.points if known else 0
            if _sign(_first(records, had)) != sign:
                rewritten |= {tag}
            elif len(records) > had:
                appended[tag] = Columns(records.step[had:], records.wall_time[had:], records.value[had:])
        self._taken = {tag: (scalar_facts(records), _sign(records)) for tag, records in columns.items()}
        return News(changed=True, appended=appended, rewritten=frozenset(rewritten))


def _stamps(path: Path) -> dict[str, Stamp]:
    """Return the stamps of the files of both databases; LOG is what RocksDB says of itself."""
    return {
        f"{part}/{name}": stamp
        for part in _PARTS
        for name, stamp in list_tree(path.parent / part / "chunks" / path.name).items()
        if not name.startswith(("LOG", "LOCK"))
    }


@contextmanager
def _copied(path: Path) -> Iterator[Path]:
    """Copy the databases of a run to a folder that is removed afterwards."""
    with tempfile.TemporaryDirectory(prefix="tailboard-aim-") as folder:
        for part in _PARTS:
            source = path.parent / part / "chunks" / path.name
            shutil.copytree(source, Path(folder, part), ignore=shutil.ignore_patterns("LOG*", "LOCK"))
        with suppress(OSError, sqlite3.Error, BusyError):
            shutil.copyfile(path.parent / "run_metadata.sqlite", Path(folder, "run_metadata.sqlite"))
        yield Path(folder)


def _tree(path: Path) -> Any:
    container: Any = importlib.import_module("aim.storage.rockscontainer")
    return container.RocksContainer(str(path), read_only=True).tree()


def _columns(copy: Path, run: str) -> dict[str, Columns]:
    """Read all sequences of numbers, in order of their steps, which is the order that Aim keeps."""
    about = _tree(copy / "meta").subtree(("meta", "chunks", run)).collect()
    sequences = _tree(copy / "seqs").subtree("seqs")
    found: dict[str, Columns] = {}
    for context, traces in about.get("traces", {}).items():
        for name, trace in traces.items():
            if trace.get("dtype") not in _NUMBERS:
                continue
            version = trace.get("version", 1)
            where = ("chunks", run, context, name) if version == 1 else (f"v{version}", "chunks", run, context, name)
            records = _records(sequences.subtree(where), counted=version == 1)
            if len(records):
                found[_tag(str(name), about.get("contexts", {}).get(context))] = records
    return found


def _records(sequence: Any, *, counted: bool) -> Columns:
    """Read one sequence; in the first version of the format a step is the place of a value."""
    places, value = sequence.array("val").sparse_numpy()
    step = places if counted else sequence.array("step").sparse_numpy()[1]
    wall_time = sequence.array("time").sparse_numpy()[1]
    size = min(len(step), len(value), len(wall_time))
    order = np.argsort(step[:size], kind="stable")
    return Columns(
        np.asarray(step[:size], np.int64)[order],
        np.asarray(wall_time[:size], np.float64)[order],
        np.asarray(value[:size], np.float64)[order],
    )


def _tag(name: str, context: Mapping[str, Any] | None) -> str:
    """Return the tag of a sequence: its context's values are groups before the name."""
    return "/".join([*map(str, (context or {}).values()), name])


def _described(copy: Path, run: str) -> dict[str, Any]:
    """Return what the run says of itself, and what people wrote to it."""
    about: dict[str, Any] = _tree(copy / "meta").subtree(("meta", "chunks", run)).collect()
    query = (
        "SELECT run.name, run.description, run.created_at, experiment.name FROM run"
        " LEFT JOIN experiment ON experiment.id = experiment_id WHERE hash = ?"
    )
    of_tags = "SELECT tag.name FROM tag JOIN run_tag ON tag_id = tag.id JOIN run ON run_id = run.id WHERE hash = ?"
    with suppress(OSError, sqlite3.Error, BusyError), reading(copy / "run_metadata.sqlite") as connection:
        row = connection.execute(query, (run,)).fetchone() or (None,) * 4
        about |= dict(zip(("name", "description", "created_at", "experiment"), row, strict=True))
        about["tags"] = [tag for (tag,) in connection.execute(of_tags, (run,))]
    return about


def _info(path: Path, about: Mapping[str, Any]) -> RunInfo:
    began = wall_seconds(about.get("created_at"))
    attributes = {name: value for name, value in about.get("attrs", {}).items() if not name.startswith("__")}
    hparams = attributes.pop("hparams", {})
    return RunInfo(
        path.name,
        created=None if math.isnan(began) else began,
        config={**attributes, **(hparams if isinstance(hparams, dict) else {"hparams": hparams})},
        tags=tuple(about.get("tags", ())),
        notes=str(about.get("description") or ""),
        environment={key: about[word] for word, key in (("name", "run_name"), ("experiment",) * 2) if about.get(word)},
    )


@cache
def _is_installed() -> bool:
    return importlib.util.find_spec("aim") is not None


@cache
def _errors() -> tuple[type[Exception], ...]:
    """Return what reading a database that is being written, or is broken, may raise."""
    own: ModuleType = importlib.import_module("aimrocks.errors")
    rocks = [one for one in vars(own).values() if isinstance(one, type) and issubclass(one, Exception)]
    return OSError, ValueError, KeyError, TypeError, *rocks


def _first(columns: Columns, rows: int) -> Columns:
    return Columns(columns.step[:rows], columns.wall_time[:rows], columns.value[:rows])


def _sign(columns: Columns) -> int:
    """Return a checksum of records, 0 for none."""
    return zlib.crc32(columns.step.tobytes() + columns.value.tobytes())


READER = AimReader()
