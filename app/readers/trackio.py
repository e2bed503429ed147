"""Reads runs that trackio keeps in SQLite: one database for each project, in it several runs, told apart by an id.

A run has a path below its database, `digits.db/brave-otter`, though that is no folder. Before version 0.24 a run was
known by its name alone.
"""

import math
import sqlite3
import time
import zlib
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from app.readers._json import decode
from app.readers._points import Points, numbers_in
from app.readers._sqlite import MAGIC, BusyError, is_cut_off, reading, stamps_of
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
from app.readers.facts import join_facts, scalar_facts
from app.readers.folder import Problems
from app.readers.heads import head
from app.readers.wandb_log.media import media_items

_SUFFIX = ".db"
_METRICS, _SYSTEM = "metrics", "system_metrics"
_SYSTEM_GROUP = "system/"
_OWN_ENDINGS = ("", "-wal", "-shm", "-journal")
_MEDIA = "media"
_MOST_RUNS = 10_000
_PATIENCE_S = 2.0  # with a database that is being written
_ROWS = 1_000  # fetched at once
# What trackio calls its values, in the words of wandb, whose form they have; `file_path` is wandb's `path`.
_MEDIA_TYPES = {"trackio.image": "image-file", "trackio.audio": "audio-file", "trackio.histogram": "histogram"}
_KINDS = {
    "trackio.image": "image",
    "trackio.audio": "audio",
    "trackio.histogram": "histogram",
    "trackio.markdown": "text",
}


@dataclass(frozen=True, slots=True)
class _Run:
    """How a run is found in its database."""

    name: str
    column: str  # the column that tells it from others: `run_id`, or `run_name` in old databases
    key: str  # its value


@dataclass(frozen=True, slots=True)
class _Seen:
    """How far a table was read."""

    last: int = 0  # the highest id in it, of whatever run
    own: int = 0  # the highest of this run
    sign: int = 0  # checksum of that row, to tell a database that was written anew
    rows: int = 0  # of this run


@dataclass(frozen=True, slots=True)
class _Row:
    """One call of `log`, or one measurement of the machine, whose steps are counted."""

    table: str
    number: int  # its id
    count: int  # of the rows of this run before it
    step: int
    time: float  # seconds since the epoch
    values: Mapping[str, Any]

    def add_to(self, points: Points) -> None:
        """Add the row's numbers."""
        group = _SYSTEM_GROUP if self.table == _SYSTEM else ""
        for tag, number in numbers_in(self.values):
            points.add(group + tag, self.step, self.time, number)

    def add_media_to(self, facts: dict[str, TagFacts]) -> None:
        """Add to the facts of tags that are no numbers."""
        last_time = None if math.isnan(self.time) else self.time
        for tag, value in self.values.items():
            kind = _KINDS.get(str(value.get("_type"))) if isinstance(value, dict) else None
            if kind is not None:
                more = TagFacts(kind, 1, first_step=self.step, last_step=self.step, last_time=last_time)
                facts[tag] = join_facts(facts.get(tag), more)

    def media(self, tag: str, files: Path) -> Iterator[MediaItem]:
        """Yield the items of this tag."""
        value = self.values.get(tag)
        if not isinstance(value, dict):
            return
        sort = value.get("_type")
        if sort == "trackio.markdown":
            text = str(value.get("_value", ""))
            yield MediaItem(tag, "text", self.step, self.time, None, "text/markdown", text=text)
        elif sort in _MEDIA_TYPES:
            as_wandb = {**value, "_type": _MEDIA_TYPES[sort], "path": value.get("file_path")}
            yield from media_items(tag, self.step, self.time, as_wandb, files)


class TrackioReader:
    """Recognises databases by their tables."""

    name = "trackio"
    order = 10

    def find(self, folder: Path, names: Collection[str], *, named: bool = False) -> Finding:
        """Find the runs in each database."""
        bases = [name for name in names if (named or name.endswith(_SUFFIX)) and head(folder / name).startswith(MAGIC)]
        found = {name: _runs(folder / name) for name in bases}
        paths = [folder / name / run for name, runs in found.items() for run in runs]
        if not paths:
            return NOTHING_FOUND
        own = {name + ending for name, runs in found.items() if runs for ending in _OWN_ENDINGS}
        return Finding(paths, (own | {_MEDIA}).intersection(names))

    def stamps(self, path: Path) -> Mapping[str, Stamp]:
        """Return the stamps of the database: all its runs change with it."""
        stamps = stamps_of(path.parent)
        if not stamps:
            raise FileNotFoundError(path.parent)
        return stamps

    def open(self, path: Path, choices: Choices = DEFAULT_CHOICES) -> RunLog:  # noqa: ARG002
        """Open one run of a database."""
        return TrackioRun(path.parent, path.name)


class TrackioRun:
    """The rows of one run, in the order of their ids; a row that was read never changes."""

    def __init__(self, database: Path, name: str) -> None:
        self._database = database
        self._name = name
        self._problems = Problems()
        self._stamps: Mapping[str, Stamp] = {}
        self._seen: dict[str, _Seen] = {}  # by table
        self._facts: dict[str, TagFacts] = {}
        self._info = RunInfo(name)
        self._busy_since: float | None = None  # by the monotonic clock, in seconds

    @property
    def info(self) -> RunInfo:
        """What the table of settings says."""
        return self._info

    @property
    def facts(self) -> Mapping[str, TagFacts]:
        """All tags and their facts."""
        return self._facts

    @property
    def problems(self) -> Sequence[Problem]:
        """What could not be read so far."""
        return self._problems.all()

    def status(self, now: float) -> RunStatus:  # noqa: ARG002
        """Judge nothing: trackio does not note how a run ends."""
        return RunStatus(RunState.UNKNOWN)

    def poll(self) -> News:
        """Take in the rows that came since the last poll."""
        stamps = stamps_of(self._database)
        if self._database.name not in stamps:
            return News(changed=True, gone=True)
        if stamps == self._stamps:
            return News()
        try:
            return self._take_in(stamps)
        except BusyError as error:
            return self._wait(error)
        except FileNotFoundError:
            return News(changed=True, gone=True)
        except (sqlite3.Error, OSError) as error:
            self._stamps = stamps
            self._problems.drop(self._database)
            self._problems.add(self._database, "the whole file", f"it cannot be read: {error}")
            return News(changed=True)

    def load(self, tags: Collection[str], overlap: Overlap = "latest") -> Mapping[str, Columns]:  # noqa: ARG002
        """Read the run's rows once more, up to the last poll; all its tags come along."""
        points = Points()
        with suppress(BusyError, OSError, sqlite3.Error), reading(self._database) as connection:
            for run in _listed(connection, self._name):
                for table, seen in self._seen.items():
                    for row in _rows(connection, table, run, _Seen(), seen.last):
                        row.add_to(points)
        return {
            tag: columns
            for tag, columns in points.columns().items()
            if tag in self._facts and len(columns) == self._facts[tag].points
        }

    def media(self, tag: str) -> Sequence[MediaItem]:
        """Read the items of one tag up to the last poll."""
        items: list[MediaItem] = []
        if tag not in self._facts or self._facts[tag].kind == "scalar":
            return items
        with suppress(BusyError, OSError, sqlite3.Error), reading(self._database) as connection:
            for run in _listed(connection, self._name):
                for row in _rows(connection, _METRICS, run, _Seen(), self._seen[_METRICS].last):
                    items += row.media(tag, self._database.parent / _MEDIA)
        return items

    def _wait(self, error: BusyError) -> News:
        """Ask to be polled again soon, but not for ever: a writer that was killed may leave its database busy."""
        now = time.monotonic()
        self._busy_since = self._busy_since or now
        if now - self._busy_since < _PATIENCE_S:
            return News(behind=True)
        return News(changed=self._problems.add(self._database, "the whole file", f"it is not at rest: {error}"))

    def _take_in(self, stamps: Mapping[str, Stamp]) -> News:
        """Read the new rows, or all of them where the database no longer holds those that were read."""
        if not stamps[self._database.name].size:
            self._stamps = stamps
            return News(changed=True)
        with reading(self._database) as connection:
            run = next(_listed(connection, self._name), None)
            if run is None:
                return News(changed=True, gone=True)
            replaced = not all(_still_holds(connection, table, seen) for table, seen in self._seen.items())
            seen = {} if replaced else dict(self._seen)
            points, facts = Points(), ({} if replaced else dict(self._facts))
            for table in _tables(connection):
                row = None
                for row in _rows(connection, table, run, seen.get(table, _Seen())):
                    row.add_to(points)
                    row.add_media_to(facts)
                seen[table] = _seen_now(connection, table, seen.get(table, _Seen()), row)
            info = _describe(connection, run, self._name)
        columns = points.columns()
        for tag, records in columns.items():
            facts[tag] = join_facts(facts.get(tag), scalar_facts(records))
        before = self._facts
        self._note_problems(stamps, replaced=replaced)
        changed = facts != before or info != self._info or replaced
        self._stamps, self._seen, self._facts, self._info = stamps, seen, facts, info
        self._busy_since = None
        rewritten = frozenset(before) if replaced else frozenset[str]()
        appended = {tag: records for tag, records in columns.items() if tag not in rewritten}
        return News(changed=changed, appended=appended, rewritten=rewritten)

    def _note_problems(self, stamps: Mapping[str, Stamp], *, replaced: bool) -> None:
        """Say what is wrong with the database as it was read now."""
        self._problems.drop(self._database)
        if replaced:
            had, has = self._stamps[self._database.name].size, stamps[self._database.name].size
            self._problems.add(
                self._database, "the whole file", f"it was replaced: it had {had:,} bytes and has {has:,}"
            )
        if is_cut_off(self._database):
            what = "its last rows are in a -wal file whose -shm file is missing; they are read once trackio opened it"
            self._problems.add(self._database, "the whole file", what)


def _runs(database: Path) -> Sequence[str]:
    """Return the names of the runs in a database, none where it is none of trackio's."""
    return _runs_at(database, tuple(stamps_of(database).items()))


@lru_cache(maxsize=1_000)
def _runs_at(database: Path, _stamps: tuple[tuple[str, Stamp], ...]) -> Sequence[str]:
    try:
        with reading(database) as connection:
            return tuple(run.name for run in _listed(connection))
    except (BusyError, OSError, sqlite3.Error):
        return ()


def _listed(connection: sqlite3.Connection, name: str | None = None) -> Iterator[_Run]:
    """Yield the runs of a database, or the one of this name; a second run of one name has its id behind it."""
    columns = _columns(connection, _METRICS)
    if not {"run_name", "metrics", "step", "timestamp"} <= columns:
        return
    column = "run_id" if "run_id" in columns else "run_name"
    names = set[str]()
    key = connection.execute(f"SELECT min({column}) FROM metrics").fetchone()[0]
    while key is not None and len(names) < _MOST_RUNS:
        # Each run takes two steps down an index, where DISTINCT would walk over all rows.
        row = connection.execute(f"SELECT run_name FROM metrics WHERE {column} = ? LIMIT 1", (key,)).fetchone()
        plain = str(row[0]).replace("/", "_").replace("\0", "_")
        own = plain if plain.strip(".") and plain not in names else f"{plain}-{key[:8]}"
        names.add(own)
        if name in (None, own):
            yield _Run(own, column, key)
        key = connection.execute(f"SELECT min({column}) FROM metrics WHERE {column} > ?", (key,)).fetchone()[0]


def _tables(connection: sqlite3.Connection) -> Sequence[str]:
    """Return the tables that hold numbers; old databases have one alone."""
    return [table for table in (_METRICS, _SYSTEM) if _columns(connection, table)]


def _columns(connection: sqlite3.Connection, table: str) -> set[str]:
    return {row[1] for row in connection.execute(f"PRAGMA table_info({table})")}


def _rows(
    connection: sqlite3.Connection, table: str, run: _Run, seen: _Seen, until: int = (1 << 63) - 1
) -> Iterator[_Row]:
    """Yield the rows of a run behind those seen, up to the one of id `until`."""
    step = "step" if table == _METRICS else "NULL"
    # All rows of a run are found by an index; of those that came since, the ids are the shorter way.
    index = "NOT INDEXED" if seen.last else ""
    cursor = connection.execute(
        f"SELECT id, timestamp, {step}, metrics FROM {table} {index} "
        f"WHERE {run.column} = ? AND id > ? AND id <= ? ORDER BY id",
        (run.key, seen.last, until),
    )
    count = seen.rows
    while rows := cursor.fetchmany(_ROWS):
        for number, moment, own_step, metrics in rows:
            values = _decoded(metrics)
            at = own_step if isinstance(own_step, int) else count
            yield _Row(table, number, count, at, _seconds(moment), values)
            count += 1


def _seen_now(connection: sqlite3.Connection, table: str, seen: _Seen, row: _Row | None) -> _Seen:
    """Return how far the table was read when `row` was the last of the run, None where there was no new one."""
    last = connection.execute(f"SELECT max(id) FROM {table}").fetchone()[0] or 0
    if row is None:
        return _Seen(last, seen.own, seen.sign, seen.rows)
    return _Seen(last, row.number, _sign(connection, table, row.number), row.count + 1)


def _still_holds(connection: sqlite3.Connection, table: str, seen: _Seen) -> bool:
    """Tell whether the last row that was read of the run is there and as it was."""
    return not seen.own or _sign(connection, table, seen.own) == seen.sign


def _sign(connection: sqlite3.Connection, table: str, number: int) -> int:
    row = connection.execute(f"SELECT timestamp, metrics FROM {table} WHERE id = ?", (number,)).fetchone()
    return zlib.crc32(repr(row).encode())


def _describe(connection: sqlite3.Connection, run: _Run, name: str) -> RunInfo:
    columns = _columns(connection, "configs")
    if not {run.column, "config", "created_at"} <= columns:
        return RunInfo(name)
    query = f"SELECT config, created_at FROM configs WHERE {run.column} = ? LIMIT 1"
    row = connection.execute(query, (run.key,)).fetchone()
    config = _decoded(row[0]) if row else {}
    began = _seconds(config.get("_Created") or (row[1] if row else None))
    own = {"_Username": "user", "_Group": "group"}
    return RunInfo(
        name,
        created=None if math.isnan(began) else began,
        config={key: value for key, value in config.items() if not key.startswith("_")},
        environment={word: config[key] for key, word in own.items() if config.get(key)},
    )


def _seconds(moment: object) -> float:
    """Return a time as seconds since the epoch, NaN where it is none.

    Early versions wrote the local time of their machine without its zone: it is taken as that of this machine.
    """
    with suppress(ValueError, OverflowError, OSError):
        return datetime.fromisoformat(moment).timestamp() if isinstance(moment, str) else wall_seconds(moment)
    return math.nan


def _decoded(text: object) -> dict[str, Any]:
    """Return the object in a cell of JSON, which is text or bytes; empty where it holds none."""
    try:
        value = decode(text.encode() if isinstance(text, str) else text) if isinstance(text, str | bytes) else None
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}


READER = TrackioReader()
