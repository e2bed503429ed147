"""Which runs lie below the log roots, at any depth."""

import logging
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from app.readers.contract import Reader
from app.settings import LogRoot
from trainer_hooks.record import MEDIA_FOLDER

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class FoundRun:
    """A run as the folders show it, unopened.

    Attributes:
        path: what the reader is to open: a folder, or a file that is a run by itself.
        folder: the folder whose changes concern the run.
        changed: modification time of the folder, in seconds since the epoch: newer runs are read first.
    """

    id: str
    reader: Reader
    path: Path
    folder: Path
    changed: float


class Discovery:
    """Walks the log roots. What cannot be looked into is logged once for each folder.

    Attributes:
        group_folders: folders walked last time that are no run by themselves, from the roots down.
    """

    def __init__(self, roots: Sequence[LogRoot], readers: Mapping[str, Reader]) -> None:
        self._roots = roots
        # Our own format is asked first: a folder may hold, say, a metrics.csv beside its run.json.
        self._readers = sorted(readers.values(), key=lambda reader: reader.name != "tailboard")
        self._unreadable: set[Path] = set()
        self._reported: set[Path] = set()
        self.group_folders: list[Path] = []

    def find(self) -> dict[str, FoundRun]:
        """Return all runs by id, and nothing twice."""
        self._unreadable.clear()
        found: dict[str, FoundRun] = {}
        groups: list[Path] = []
        for root in self._roots:
            for folder, changed, names in self._walk(root.path):
                claimed = self._claimed(folder, names)
                if folder not in claimed:
                    groups.append(folder)
                for path, reader in claimed.items():
                    run_id = _run_id(root, path)
                    while run_id in found:  # two nameless roots that hold runs of one name
                        run_id = f"{root.path.name}/{run_id}"
                    found[run_id] = FoundRun(run_id, reader, path, folder, changed)
        self.group_folders = sorted(groups, key=lambda folder: len(folder.parts))
        return found

    def is_out_of_sight(self, path: Path) -> bool:
        """Whether a folder above `path`, or itself, is there but could not be looked into last time."""
        return any(folder == path or folder in path.parents for folder in self._unreadable)

    def _claimed(self, folder: Path, names: Sequence[str]) -> dict[Path, Reader]:
        claimed: dict[Path, Reader] = {}
        for reader in self._readers:
            for path in reader.find(folder, names):
                claimed.setdefault(path, reader)
        return claimed

    def _walk(self, root: Path) -> Iterator[tuple[Path, float, Sequence[str]]]:
        """Yield (folder, modification time, names in it), each real folder once.

        Links are followed after all real folders, so a run keeps its own name beside a link such as `latest`,
        and a link that leads back up ends there.
        """
        folders, links, seen = [root], list[Path](), set[tuple[int, int]]()
        while folders or links:
            folder = folders.pop() if folders else links.pop()
            try:
                stat = folder.stat()
                if (stat.st_dev, stat.st_ino) in seen:
                    continue
                seen.add((stat.st_dev, stat.st_ino))
                with os.scandir(folder) as scan:
                    entries = list(scan)
            except OSError as error:
                self._report(folder, error)
                continue
            yield folder, stat.st_mtime, [entry.name for entry in entries]
            is_run = any(entry.name == MEDIA_FOLDER for entry in entries) and self._is_run(folder, entries)
            for entry in entries:
                if entry.name.startswith(".") or (is_run and entry.name == MEDIA_FOLDER):
                    continue
                if entry.is_dir(follow_symlinks=False):
                    folders.append(Path(entry.path))
                elif entry.is_symlink() and _leads_to_folder(entry):
                    links.append(Path(entry.path))

    def _is_run(self, folder: Path, entries: Sequence["os.DirEntry[str]"]) -> bool:
        return folder in self._claimed(folder, [entry.name for entry in entries])

    def _report(self, folder: Path, error: OSError) -> None:
        if isinstance(error, FileNotFoundError | NotADirectoryError):
            return
        self._unreadable.add(folder)
        if folder not in self._reported:
            self._reported.add(folder)
            _log.warning("%s cannot be looked into (%s); new runs in it are not seen", folder, error.strerror)


def _run_id(root: LogRoot, path: Path) -> str:
    below = path.relative_to(root.path).as_posix()
    parts = [part for part in (root.name, below if below != "." else "") if part]
    run_id = "/".join(parts) or root.path.resolve().name
    # A file name may hold any bytes; an id is text that a URL can carry.
    return run_id.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def _leads_to_folder(entry: "os.DirEntry[str]") -> bool:
    try:
        return entry.is_dir()
    except OSError:
        return False
