"""Which runs lie below the log roots, at any depth."""

import logging
import os
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from app.readers.contract import DEFAULT_CHOICES, Choices, Reader
from app.settings import LogRoot
from app.store.naming import as_text

_log = logging.getLogger(__name__)


# Of all names with a dot before them, which hide what is not meant to be seen, these hold logs.
_HIDDEN = frozenset({".aim"})

# Files of these suffixes are named one by one where no reader wants them; others are counted, folder by folder.
_LOG_LIKE = frozenset({".csv", ".tsv", ".json", ".jsonl", ".ndjson", ".log", ".txt", ".db", ".sqlite", ".wandb"})
_SUFFIXES_NAMED = 3
# A file of such a name is called by its folder's, which says more: ten runs called `metrics.csv` are none.
_SAY_NOTHING = frozenset(
    {"history", "log", "logs", "losses", "metrics", "monitor", "output", "progress", "result", "results", "scalars"}
    | {"stats", "stdout", "train", "train_log", "trainer_state", "training", "training_log"}
)
_NAMED_IN_A_FOLDER = 200  # a folder may hold a data set of a million small files


@dataclass(frozen=True, slots=True)
class FoundRun:
    """A run as the folders show it, unopened.

    Attributes:
        path: what the reader is to open: a folder, or a file that is a run by itself.
        folders: the folders whose changes concern the run; the first holds it or is it.
        changed: modification time of the folder, in seconds since the epoch: newer runs are read first.
        choices: how a person wants it to be read.
    """

    id: str
    reader: Reader
    path: Path
    folders: tuple[Path, ...]
    changed: float
    choices: Choices = DEFAULT_CHOICES

    @property
    def key(self) -> str:
        """Which run it is, whatever the log folder it was found below."""
        return f"{self.reader.name} {self.path}"

    @property
    def reading(self) -> str:
        """Which run it is and how it is read: what is kept of one reading says nothing of another."""
        column = self.choices.step_column
        return self.key if column is None else f"{self.key} by {column!r}"

    @property
    def folder(self) -> Path:
        """The folder that holds the run, or is it."""
        return self.folders[0]


@dataclass(frozen=True, slots=True)
class Skipped:
    """A file, or what else lies in a folder, in which no run was found."""

    path: Path
    reason: str  # a sentence


class Discovery:
    """Walks the log roots. What cannot be looked into is logged once for each folder.

    Attributes:
        group_folders: folders walked last time that are no run by themselves, from the roots down.
        skipped: what was found last time and belongs to no run.
    """

    def __init__(self, roots: Sequence[LogRoot], readers: Mapping[str, Reader]) -> None:
        self._roots = roots
        self._readers = sorted(readers.values(), key=lambda reader: (reader.order, reader.name))
        self._unreadable: dict[Path, str] = {}  # folders, with what the system said
        self._reported: set[Path] = set()
        self.group_folders: list[Path] = []
        self.skipped: Sequence[Skipped] = ()

    def find(self) -> dict[str, FoundRun]:
        """Return all runs by id, and nothing twice."""
        self._unreadable.clear()
        found: dict[str, FoundRun] = {}
        groups: list[Path] = []
        skipped: list[Skipped] = []
        for root in self._roots:
            for look in self._looks(root.path):
                if look.folder not in look.runs:
                    groups.append(look.folder)
                skipped += look.skipped()
                for path, readers in look.runs.items():
                    named = _run_id(root, look.folder if look.is_called_by_its_folder(path) else path)
                    for place, (reader, folders) in enumerate(readers):
                        # One folder may hold logs of several formats: the first has its name.
                        run_id = f"{named} ({reader.name})" if place else named
                        while run_id in found:  # two nameless roots that hold runs of one name
                            run_id = f"{root.path.name}/{run_id}"
                        found[run_id] = FoundRun(run_id, reader, path, folders, look.changed)
        skipped += [Skipped(folder, f"it cannot be looked into: {why}") for folder, why in self._unreadable.items()]
        self.group_folders = sorted(groups, key=lambda folder: len(folder.parts))
        self.skipped = tuple(skipped)
        return found

    def is_out_of_sight(self, path: Path) -> bool:
        """Whether a folder above `path`, or itself, is there but could not be looked into last time."""
        return any(folder == path or folder in path.parents for folder in self._unreadable)

    def _looks(self, root: Path) -> Iterator["_Look"]:
        """Look at every real folder from the root down, once; at a root that is a file, at that file alone.

        Links are followed after all real folders, so a run keeps its own name beside a link such as `latest`,
        and a link that leads back up ends there.
        """
        if root.is_file():
            with suppress(FileNotFoundError):  # deleted just now
                look = _Look(root.parent, root.stat().st_mtime, [root.name], only=root)
                look.ask(self._readers)
                yield look
            return
        folders, links, seen = [root], list[Path](), set[tuple[int, int]]()
        while folders or links:
            folder = folders.pop() if folders else links.pop()
            try:
                stat = folder.stat()
                if (stat.st_dev, stat.st_ino) in seen:
                    continue
                seen.add((stat.st_dev, stat.st_ino))
                with os.scandir(folder) as scan:
                    entries = [entry for entry in scan if entry.name in _HIDDEN or not entry.name.startswith(".")]
                inner = {entry.name for entry in entries if _leads_to_folder(entry)}
            except OSError as error:
                self._report(folder, error)
                continue
            look = _Look(folder, stat.st_mtime, [entry.name for entry in entries], inner)
            look.ask(self._readers)
            yield look
            for entry in entries:
                if entry.name in inner and entry.name not in look.claimed and entry.name not in look.declined:
                    (links if entry.is_symlink() else folders).append(Path(entry.path))

    def _report(self, folder: Path, error: OSError) -> None:
        if isinstance(error, FileNotFoundError | NotADirectoryError):
            return
        self._unreadable[folder] = error.strerror or str(error)
        if folder not in self._reported:
            self._reported.add(folder)
            _log.warning("%s cannot be looked into (%s); new runs in it are not seen", folder, error.strerror)


class _Look:
    """What the readers made of one folder.

    Attributes:
        runs: by path, the readers that claim it, each with the folders whose changes concern it.
        claimed: names of all that belongs to these runs.
        declined: names of what looks like a log and cannot be read, each with a sentence why.
    """

    def __init__(
        self, folder: Path, changed: float, names: Sequence[str], inner: Collection[str] = (), only: Path | None = None
    ) -> None:
        self.folder = folder
        self.changed = changed
        self.runs: dict[Path, list[tuple[Reader, tuple[Path, ...]]]] = {}
        self.claimed: set[str] = set()
        self._names = names
        self._inner = inner
        self._only = only
        self.declined: dict[str, str] = {}

    def ask(self, readers: Sequence[Reader]) -> None:
        """Ask every reader, each about what those before it did not claim."""
        names = list(self._names)
        for reader in readers:
            if not names:
                return
            finding = reader.find(self.folder, names, named=self._only is not None)
            for name, why in finding.declined.items():
                if name in _HIDDEN or name not in self._inner:  # a folder `old.log` is looked into
                    self.declined.setdefault(name, f"{reader.name}: {why}")
            if not finding.runs:
                continue
            self.claimed.update(finding.claimed)
            names = [name for name in names if name not in self.claimed]
            inner = (name for name in sorted(finding.claimed) if name in self._inner or "/" in name)
            folders = (self.folder, *(self.folder / name for name in inner))
            for path in finding.runs:
                run = self._only if self._only is not None and path == self.folder else path
                self.runs.setdefault(run, []).append((reader, folders))

    def is_called_by_its_folder(self, path: Path) -> bool:
        """Whether this run is a file whose own name says nothing, and the only one of that sort in its folder."""
        if self._only is not None or self.folder in self.runs:
            return False
        mute = [one for one in self.runs if one.parent == self.folder and one.stem.lower() in _SAY_NOTHING]
        return mute == [path]

    def skipped(self) -> Iterator[Skipped]:
        """Name what no reader claimed: one by one what could be a log, the rest in a single line."""
        others: Counter[str] = Counter()
        named = 0
        for name in self._names:
            if name in self.claimed or (name in self._inner and name not in self.declined):
                continue
            path = self.folder / name
            is_log_like = name in self.declined or self._only is not None or path.suffix.lower() in _LOG_LIKE
            if is_log_like and named < _NAMED_IN_A_FOLDER:
                named += 1
                yield Skipped(path, self.declined.get(name, "no format is recognised in it"))
            else:
                others[path.suffix.lower() or "without a suffix"] += 1
        if others:
            sorts = ", ".join(f"{count:,} {suffix}" for suffix, count in others.most_common(_SUFFIXES_NAMED))
            more = ", ..." if len(others) > _SUFFIXES_NAMED else ""
            what = "further files" if named == _NAMED_IN_A_FOLDER else "other files, not looked into"
            yield Skipped(self.folder, f"{what}: {sorts}{more}")


def _run_id(root: LogRoot, path: Path) -> str:
    below = path.relative_to(root.path).as_posix()
    parts = [part for part in (root.name, below if below != "." else "") if part]
    run_id = "/".join(parts) or root.path.resolve().name
    return as_text(run_id)


def _leads_to_folder(entry: "os.DirEntry[str]") -> bool:
    try:
        return entry.is_dir()
    except OSError:
        return False
