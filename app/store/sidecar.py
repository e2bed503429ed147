"""What people say of runs: names, notes, colours, and which column holds the steps. Never kept among the logs.

One small JSON file for each run, in a folder of this user alone that outlives the cache. A run is known by its path, so
it does not matter below which log folder it is looked at. A file changes by rename: any number of servers may look.
"""

import hashlib
import logging
import os
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import orjson

from app.readers.contract import Stamp
from app.settings import Settings
from app.store.discovery import FoundRun
from app.store.naming import as_text
from app.store.state import replace, state_folder, writing

_log = logging.getLogger(__name__)

SLOTS = 32  # distinct lines: eight colours in four dash patterns
_REST_NS = 2_000_000_000  # a folder that changed less long ago is read again: its clock may be coarse


@dataclass(frozen=True, slots=True)
class Edits:
    """What a person says of one run; where it is None, what the run's files say holds.

    Attributes:
        name: shown in place of the run's own.
        notes: Markdown.
        slot: number of its colour and dash pattern, in [0, SLOTS).
        step_column: the column of a table that holds the steps; "" counts the rows.

    Raises:
        ValueError: a value is of another kind.
    """

    name: str | None = None
    notes: str | None = None
    slot: int | None = None
    step_column: str | None = None

    def __post_init__(self) -> None:
        for field in ("name", "notes", "step_column"):
            if not isinstance(getattr(self, field), str | None):
                raise ValueError(f"{field} is no text")
        if self.slot is not None and (type(self.slot) is not int or not 0 <= self.slot < SLOTS):
            raise ValueError(f"slot is no whole number from 0 to {SLOTS - 1}")


NO_EDITS = Edits()


class Sidecar:
    """Edits by run. `write` is for any thread; all else for the one that follows the files.

    Args:
        folder: made when something is written for the first time.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._looked_at: int | None = None  # the folder's modification time, in ns, where nothing new can come with it
        self._stamps: dict[str, Stamp] = {}
        self._edits: dict[str, Edits] = {}
        self._is_unreadable = False

    @classmethod
    def of(cls, settings: Settings) -> "Sidecar":
        """Return the one that the settings name.

        Raises:
            StateFolderError: the folder belongs to somebody else, is open to others or lies among the logs.
        """
        return cls(state_folder(settings))

    def edits_of(self, found: FoundRun) -> Edits:
        """Return what people said of a run, as of the last look."""
        return self._edits.get(_file_name(found), NO_EDITS) if self._edits else NO_EDITS

    def look(self) -> bool:
        """Read what was written since the last look, here or by another server; tell whether anything was."""
        try:
            changed = self._folder.stat().st_mtime_ns
            if changed == self._looked_at:
                return False
            stamps = self._list()
        except FileNotFoundError:
            changed, stamps = 0, {}
        except OSError as error:
            if not self._is_unreadable:
                _log.warning("%s cannot be read (%s): what is said in it is not shown", self._folder, error)
            self._is_unreadable = True
            return False
        self._is_unreadable = False
        new = [name for name, stamp in stamps.items() if self._stamps.get(name) != stamp]
        gone = self._stamps.keys() - stamps.keys()
        for name in new:
            try:
                self._edits[name] = _edits(self._read(name))
            except OSError as error:
                _log.warning("%s cannot be read: %s", self._folder / name, error)
        for name in gone:
            self._edits.pop(name, None)
        self._stamps = stamps
        self._looked_at = changed if time.time_ns() - changed > _REST_NS else None
        return bool(new or gone)

    def write(self, found: FoundRun, changes: Mapping[str, Any]) -> Edits:
        """Put what a person says now into the run's file; a field that becomes None is as if it was never said.

        Raises:
            OSError: it cannot be written.
            StateFolderError: the folder is not this user's alone.
            ValueError: a value is of another kind.
        """
        name = _file_name(found)
        with writing(self._folder):
            about = {"run": as_text(str(found.path)), "format": found.reader.name}
            said = self._read(name) | dict(changes) | about  # what a newer version says beside it stays
            edits = _edits(said)
            said = {field: value for field, value in said.items() if value is not None}
            if said == about:
                (self._folder / name).unlink(missing_ok=True)
            else:
                replace(self._folder / name, said)
        return edits

    def _list(self) -> dict[str, Stamp]:
        stamps = {}
        with os.scandir(self._folder) as entries:
            for entry in entries:
                if entry.name.endswith(".json"):
                    with suppress(FileNotFoundError):  # another server has just taken it away
                        stat = entry.stat()
                        stamps[entry.name] = Stamp(stat.st_ino, stat.st_size, stat.st_mtime_ns)
        return stamps

    def _read(self, name: str) -> dict[str, Any]:
        """Return what a file holds, nothing where it is not there; a damaged one is kept aside, under another name."""
        path = self._folder / name
        try:
            said = orjson.loads(path.read_bytes())
            Edits(**_fields(said))
        except FileNotFoundError:
            return {}
        except (ValueError, AttributeError) as error:
            aside = path.with_suffix(f".damaged-{time.time_ns()}")
            with suppress(OSError):
                path.rename(aside)
            _log.warning("%s is damaged (%s): what it says is not shown, and is kept in %s", path, error, aside)
            return {}
        return dict(said)


def _fields(said: Mapping[str, Any]) -> dict[str, Any]:
    return {field: said.get(field) for field in asdict(NO_EDITS)}


def _edits(said: Mapping[str, Any]) -> Edits:
    return Edits(**_fields(said))


def _file_name(found: FoundRun) -> str:
    return hashlib.sha256(found.key.encode("utf-8", "surrogateescape")).hexdigest()[:32] + ".json"
