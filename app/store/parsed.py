"""Columns of logs in other formats, kept in the cache once they were parsed. Can be thrown away at any time.

One file for each run: pieces, each the steps (int64), wall times (float64) and values (float64) of a tag one after the
other; a JSON object {"stamps", "tags": {tag: [[offset, records], ...]}}; and the length of that object in 8 bytes.
"""

import hashlib
import logging
import os
from collections.abc import Collection, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import orjson

from app.readers.contract import Columns, Stamp
from app.readers.lines import concatenate
from app.store.discovery import FoundRun

_log = logging.getLogger(__name__)

_MAX_BYTES = 1 << 30
_RECORD_BYTES = 24
_LENGTH_BYTES = 8


class ParsedColumns:
    """The kept columns of all runs, at most 1 GiB of them: what was kept first goes first.

    Args:
        folder: a folder of this user alone; made where it is missing.
        max_bytes: bound on all files together.
    """

    def __init__(self, folder: Path, max_bytes: int = _MAX_BYTES) -> None:
        self._folder = folder
        self._max_bytes = max_bytes
        self._bytes: int | None = None  # of all files, once they were counted

    def recall(self, found: FoundRun, stamps: Mapping[str, Stamp], tags: Collection[str]) -> dict[str, Columns] | None:
        """Return the columns of those of these tags that the run has; None where none of its files were kept."""
        try:
            with self._path(found).open("rb") as file:
                end = file.seek(-_LENGTH_BYTES, os.SEEK_END)
                length = int.from_bytes(file.read(_LENGTH_BYTES), "little")
                file.seek(end - length)
                index = orjson.loads(file.read(length))
                if index["stamps"] != _plain(stamps):
                    return None
                pieces = index["tags"]
                return {
                    tag: concatenate([_read(file, *place) for place in pieces[tag]]) for tag in tags if tag in pieces
                }
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def begin(self, found: FoundRun, stamps: Mapping[str, Stamp]) -> "Keeping | None":
        """Begin to keep a run whose files have these stamps; None where nothing can be written."""
        try:
            self._folder.mkdir(mode=0o700, exist_ok=True)
            return Keeping(self, self._path(found), stamps)
        except OSError as error:
            _log.warning("%s cannot be written (%s): other formats are parsed again", self._folder, error.strerror)
            return None

    def make_room(self, added: int) -> None:
        """Count what was added, and remove the oldest files where it is too much."""
        if self._bytes is not None and self._bytes + added <= self._max_bytes:
            self._bytes += added
            return
        with os.scandir(self._folder) as entries:
            stats = [(entry.path, entry.stat()) for entry in entries]
        stats.sort(key=lambda one: one[1].st_mtime_ns, reverse=True)
        self._bytes = 0
        for path, stat in stats:
            self._bytes += stat.st_size
            if self._bytes > self._max_bytes:
                with suppress(OSError):
                    Path(path).unlink()
                    self._bytes -= stat.st_size

    def _path(self, found: FoundRun) -> Path:
        name = hashlib.sha256(found.reading.encode("utf-8", "surrogateescape")).hexdigest()
        return self._folder / f"{name[:32]}.columns"


class Keeping:
    """One run on its way into the cache: its records as they are parsed, then all or nothing by `finish`."""

    def __init__(self, parsed: ParsedColumns, path: Path, stamps: Mapping[str, Stamp]) -> None:
        self.stamps = stamps
        self._parsed = parsed
        self._path = path
        self._part = path.with_suffix(f".{os.getpid()}.part")
        self._file: BinaryIO | None = self._part.open("wb")
        self._pieces: dict[str, list[tuple[int, int]]] = {}

    def add(self, appended: Mapping[str, Columns]) -> None:
        """Add the next records of some tags."""
        if self._file is None:
            return
        try:
            for tag, columns in appended.items():
                self._pieces.setdefault(tag, []).append((self._file.tell(), len(columns)))
                for column in (columns.step, columns.wall_time, columns.value):
                    self._file.write(np.ascontiguousarray(column).data)
        except OSError as error:
            _log.warning("%s cannot be written (%s): it is parsed again", self._part, error.strerror)
            self.drop()

    def finish(self) -> None:
        """Make it what the next start finds."""
        if self._file is None:
            return
        index = orjson.dumps({"stamps": _plain(self.stamps), "tags": self._pieces})
        try:
            self._file.write(index + len(index).to_bytes(_LENGTH_BYTES, "little"))
            self._file.close()
            self._parsed.make_room(self._part.stat().st_size)
            self._part.replace(self._path)
            self._file = None
        except (OSError, ValueError) as error:
            _log.warning("%s cannot be written (%s): it is parsed again", self._path, error)
            self.drop()

    def drop(self) -> None:
        """Give it up."""
        if self._file is not None:
            with suppress(OSError):
                self._file.close()
            self._file = None
            self._part.unlink(missing_ok=True)


def _read(file: BinaryIO, offset: int, records: int) -> Columns:
    """Read one piece. Raises ValueError where the file ends before it does."""
    file.seek(offset)
    data = np.frombuffer(file.read(records * _RECORD_BYTES), np.float64)
    if len(data) != 3 * records:
        raise ValueError(f"the file ends within a piece of {records:,} records")
    return Columns(data[:records].view(np.int64), data[records : 2 * records], data[2 * records :])


def _plain(stamps: Mapping[str, Stamp]) -> dict[str, Any]:
    return {name: list(stamp) for name, stamp in stamps.items()}
