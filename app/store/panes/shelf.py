"""All environments: those that scripts draw into through this server, and those found below the log folders."""

import os
import re
import shutil
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from stat import S_ISREG
from typing import Any

import orjson

from app.settings import Settings
from app.store.panes.calls import LOG_NAME
from app.store.panes.environment import RUN_FILE, CallError, Environment
from app.store.panes.lock import Lock
from app.store.panes.names import folder_name
from app.store.panes.saved import foreign_environment
from app.store.panes.scripts import Scripts
from app.store.state import replace
from app.store.summary import RunSummary

FOLDER = "visdom"
MAX_HELD = 128  # environments in memory at once, of which those used longest ago go
MAX_ENVIRONMENTS = 20_000
_HIDDEN = re.compile(r"\.[0-9a-f]+-[0-9a-f]+")


class ReadOnlyError(Exception):
    """This server may not write; the message says why."""


class NoEnvironmentError(LookupError):
    """There is no environment of that name."""

    def __init__(self, name: str) -> None:
        super().__init__(f"There is no environment {name!r}: nothing was drawn in it yet, or it was deleted.")


@dataclass(frozen=True, slots=True)
class Listed:
    """One environment as it is listed.

    Attributes:
        windows: how many; None where it is not in memory.
        changed: when it changed last, in seconds since the epoch; None where nothing was drawn yet.
        run: id of the run that it is, where it is known.
    """

    name: str
    windows: int | None
    changed: float | None
    writable: bool
    run: str | None


class Panes:
    """The environments. For any number of threads.

    Args:
        settings: the first log folder is where environments are written, with `visdom`.
        runs: returns all runs; those of visdom's format are environments too, to be looked at.

    Attributes:
        scripts: who waits for what people do.
    """

    def __init__(self, settings: Settings, runs: Callable[[], Sequence[RunSummary]]) -> None:
        self.folder = (settings.roots[0].path if settings.roots else Path()).absolute() / FOLDER
        self.scripts = Scripts()
        self._enabled = settings.visdom
        self._runs = runs
        self._lock = threading.RLock()
        self._held: OrderedDict[str, Environment] = OrderedDict()
        self._users: dict[str, int] = {}
        self._announced: set[str] = set()  # of scripts that have drawn nothing yet
        self._names: dict[str, tuple[float, str]] = {}  # of folders: when run.json was written, and what it says
        self._right = Lock(self.folder)

    def why_read_only(self) -> str:
        """Say why nothing can be drawn through this server; "" where it can."""
        if not self._enabled:
            return "This server was started without --visdom: it shows environments and takes none."
        if self.folder.parent.is_file():
            return f"{self.folder.parent} is a file: environments are kept in a log folder."
        try:
            return "" if self._has_lock() else f"Another server writes the environments in {self.folder}."
        except OSError as error:  # what is there is shown all the same
            return f"Nothing can be drawn, since {self.folder} cannot be written: {error}."

    def listed(self) -> list[Listed]:
        """Return all environments by name."""
        writable = not self.why_read_only()
        runs = self._foreign()
        known = {run.path: run.id for run in self._runs() if run.format == "visdom"}
        found = {name: self._listed(name, folder, known, writable) for name, folder in self._own().items()}
        for name in self._announced - found.keys():
            found[name] = Listed(name, 0, None, writable, None)
        for name, run in runs.items():
            held = self._held.get(name)
            count = len(held.windows) if held else None
            found.setdefault(name, Listed(name, count, _changed(Path(run.path)), False, run.id))
        return [found[name] for name in sorted(found)]

    def names(self) -> list[str]:
        """Return the names of the environments that scripts draw into."""
        return sorted(self._own().keys() | self._announced)

    def announce(self, name: str) -> None:
        """Take note of an environment that a script names before it draws. Raises CallError."""
        if len(self._announced) >= MAX_ENVIRONMENTS:
            raise CallError(f"there are {MAX_ENVIRONMENTS:,} environments, which are the most")
        if not (self.folder / folder_name(name) / LOG_NAME).exists():
            self._announced.add(name)

    @contextmanager
    def reading(self, name: str) -> Iterator[Environment]:
        """Give an environment as its files are now.

        Raises:
            NoEnvironmentError: there is none.
            OSError: its files cannot be read.
        """
        folder = self.folder / folder_name(name)
        if not (folder / LOG_NAME).exists() and name not in self._announced:
            run = self._foreign().get(name)
            if run is None:
                raise NoEnvironmentError(name)
            path = Path(run.path)
            with self._using(name, lambda: foreign_environment(name, path)) as environment:
                environment.catch_up()
                yield environment
            return
        with self._using(name, lambda: self._made(name)) as environment:
            environment.catch_up()
            yield environment

    @contextmanager
    def writing(self, name: str) -> Iterator[Environment]:
        """Give an environment to be called, which need not be there yet. Raises ReadOnlyError."""
        self._check_writable()
        with self._using(name, lambda: self._made(name)) as environment:
            yield environment
            if environment.windows:
                self._announced.discard(name)

    def set_windows(self, name: str, windows: Mapping[str, Any]) -> None:
        """Put these windows, as visdom gives them, in place of all others. Raises CallError, ReadOnlyError, OSError."""
        with self.writing(name) as environment, environment.lock:
            environment.call("close", {"win": None, "eid": name}, 0)
            for window, state in windows.items():
                environment.call("win_data", {"win": window, "eid": name, "data": state}, 1 << 30)

    def delete(self, name: str) -> None:
        """Delete an environment with its files. Raises NoEnvironmentError, ReadOnlyError, OSError."""
        self._check_writable()
        self._announced.discard(name)
        with self._using(name, lambda: self._made(name)) as environment, environment.lock:
            environment.close()
            away = self._hidden()
            try:
                environment.folder.rename(away)
            except FileNotFoundError:
                return
        shutil.rmtree(away, ignore_errors=True)

    def fork(self, name: str, to: str) -> None:
        """Copy an environment under another name, in place of what was there. Raises as `delete`."""
        self._check_writable()
        if name == to:
            return
        made = self._hidden()
        with self.reading(name) as environment:
            if not environment.folder.is_dir() or environment.folder.parent != self.folder:
                self.set_windows(to, environment.states())
                return
            _copy(environment, made)
        replace(made / RUN_FILE, {"name": to, "created": time.time(), "logged_by": "visdom", "forked_from": name})
        with self._using(to, lambda: self._made(to)) as target, target.lock:
            target.close()
            away = self._hidden()
            with suppress(FileNotFoundError):
                target.folder.rename(away)
            made.rename(target.folder)
        shutil.rmtree(away, ignore_errors=True)

    def save(self, names: Sequence[str]) -> list[str]:
        """Have the files of environments on the disk itself; return the names of those that are there."""
        there = [name for name in names if name in self.names()]
        for name in there:
            with self.writing(name) as environment:
                environment.save()
        return there

    def close(self) -> None:
        """Let another server write."""
        with self._lock:
            for environment in self._held.values():
                environment.close()
            self._held.clear()
            self._right.let_go()

    def _check_writable(self) -> None:
        reason = self.why_read_only()
        if reason:
            raise ReadOnlyError(reason)

    def _made(self, name: str) -> Environment:
        return Environment(name, self.folder / folder_name(name), writable=not self.why_read_only())

    @contextmanager
    def _using(self, name: str, make: Callable[[], Environment]) -> Iterator[Environment]:
        """Give the one object of an environment; while somebody uses it, it stays."""
        with self._lock:
            if name not in self._held:
                self._held[name] = make()
            self._held.move_to_end(name)
            self._users[name] = self._users.get(name, 0) + 1
            self._let_go()
            environment = self._held[name]
        try:
            yield environment
        finally:
            with self._lock:
                self._users[name] -= 1
                if not self._users[name]:
                    del self._users[name]

    def _let_go(self) -> None:
        idle = [name for name in self._held if name not in self._users]
        for name in idle[: max(0, len(self._held) - MAX_HELD)]:
            self._held.pop(name).close()

    def _own(self) -> dict[str, Path]:
        """Return the folders of the environments that are written here, by name."""
        found: dict[str, Path] = {}
        with suppress(OSError), os.scandir(self.folder) as entries:
            for entry in entries:
                if not entry.name.startswith(".") and (name := self._name_of(Path(entry.path))) is not None:
                    found[name] = Path(entry.path)
        return found

    def _name_of(self, folder: Path) -> str | None:
        """Return what an environment's folder says that it is called; None where it is none."""
        try:
            stat = (folder / RUN_FILE).stat()
            if not S_ISREG(stat.st_mode):  # nobody waits for a pipe
                return None
            changed = stat.st_mtime
            known = self._names.get(folder.name)
            if known is None or known[0] != changed:
                known = changed, str(orjson.loads((folder / RUN_FILE).read_bytes())["name"])
                self._names[folder.name] = known
        except (OSError, ValueError, KeyError, TypeError):
            return None
        return known[1] if folder_name(known[1]) == folder.name and (folder / LOG_NAME).exists() else None

    def _foreign(self) -> dict[str, RunSummary]:
        """Return the runs that are environments and not written here, by the name that they are listed under.

        A log below the own folder is of an environment that has no whole call yet.
        """
        found = {run.id: run for run in self._runs() if run.format == "visdom"}
        own = {self.folder, *self._own().values()}
        return {name: run for name, run in found.items() if Path(run.path).parent not in own}

    def _listed(self, name: str, folder: Path, runs: Mapping[str, str], writable: bool) -> Listed:
        held = self._held.get(name)
        count = len(held.windows) if held else None
        return Listed(name, count, _changed(folder / LOG_NAME), writable, runs.get(str(folder)))

    def _hidden(self) -> Path:
        """Return a name for a folder that nobody looks into."""
        return self.folder / f".{time.time_ns():x}-{threading.get_ident():x}"

    def _has_lock(self) -> bool:
        """Be the one server that writes here, from now on."""
        with self._lock:
            if self._right.is_ours:
                return True
            if not self._right.take():
                return False
            self._held.clear()  # what was followed as somebody else's is ours to write
            for path in self.folder.iterdir():
                if _HIDDEN.fullmatch(path.name):  # a deletion or a fork that was cut short
                    shutil.rmtree(path, ignore_errors=True)
            return True


def _copy(environment: Environment, folder: Path) -> None:
    """Copy an environment into a folder, or leave nothing there. Raises OSError."""
    try:
        environment.copy_to(folder)
    except OSError:
        shutil.rmtree(folder, ignore_errors=True)
        raise


def _changed(path: Path) -> float | None:
    try:
        return path.stat().st_mtime
    except OSError:
        return None
