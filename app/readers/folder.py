"""What a folder of log files shows without opening them, and what could not be read."""

import os
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from app.readers.contract import Problem, Stamp

_MAX_SORTS = 50


def stamp_of(path: Path) -> Stamp | None:
    """Return the stamp of one file, or None where there is no such file."""
    try:
        return _stamp(path.stat())
    except OSError:
        return None


def list_files(folder: Path) -> Mapping[str, Stamp]:
    """Return the stamps of the files directly in `folder`, by name.

    Raises:
        OSError: the folder is gone or may not be listed.
    """
    stamps = {}
    with os.scandir(folder) as entries:
        for entry in entries:
            try:
                if entry.is_file():
                    stamps[entry.name] = _stamp(entry.stat())
            except FileNotFoundError:
                continue  # renamed or removed since it was listed
    return stamps


def _stamp(stat: os.stat_result) -> Stamp:
    return Stamp(stat.st_ino, stat.st_size, stat.st_mtime_ns)


class Problems:
    """Problems of one run: the first of each sort in each file is kept and the others are counted."""

    def __init__(self) -> None:
        self._found: dict[tuple[Path, str], Problem] = {}

    def add(self, path: Path, where: str, what: str) -> bool:
        """Count one more problem; `where` is kept of the first alone. Return whether it is the first of its sort."""
        if len(self._found) >= _MAX_SORTS and (path, what) not in self._found:
            what = f"it has problems of more than {_MAX_SORTS} sorts; this is the count of the others"
        known = self._found.get((path, what))
        self._found[path, what] = replace(known, count=known.count + 1) if known else Problem(path, where, what)
        return known is None

    def drop(self, path: Path) -> bool:
        """Forget the problems of one file, which is read anew. Return whether it had any."""
        kept = {key: problem for key, problem in self._found.items() if key[0] != path}
        had, self._found = len(self._found), kept
        return len(kept) < had

    def all(self) -> tuple[Problem, ...]:
        """Return the problems in the order in which they were met."""
        return tuple(self._found.values())
