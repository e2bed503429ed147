"""The log of calls of one environment: a line each, only ever added to, or made anew by rename."""

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from errno import EINVAL
from pathlib import Path
from stat import S_ISREG
from typing import Any, NamedTuple

import orjson

from app.readers._json import decode
from app.readers.lines import read_lines
from app.readers.visdom_log.packed import PARTS, files_in

LOG_NAME = "calls.jsonl"
_MARK = f'"{PARTS}"'.encode()


class Call(NamedTuple):
    """One call: where it went, what it said, and how much room it takes with the files that it names, in bytes."""

    endpoint: str
    message: Mapping[str, Any]
    size_bytes: int
    files: Sequence[str] = ()


def line_of(endpoint: str, message: Mapping[str, Any]) -> bytes:
    """Return the line of a call, as visdom's client writes it with `log_to_filename`."""
    return orjson.dumps([endpoint, message], option=orjson.OPT_NON_STR_KEYS) + b"\n"


def call_of(line: bytes) -> Call | None:
    """Return the call of a line; None where it holds none."""
    with suppress(ValueError, TypeError):
        endpoint, message = decode(line)
        if isinstance(endpoint, str) and isinstance(message, dict):
            if _MARK not in line:
                return Call(endpoint, message, len(line))
            files = list(files_in(message))
            return Call(endpoint, message, len(line) + sum(map(_size, files)), [str(one["file"]) for one in files])
    return None


def _size(part: Mapping[str, Any]) -> int:
    size = part.get("bytes")
    return size if type(size) is int else 0


class CallLog:
    """The file, read up to a position and added to. For one thread at a time.

    Args:
        path: of the file.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.offset = 0  # bytes read or written
        self._inode = 0
        self._file: int | None = None

    def is_replaced(self) -> bool:
        """Tell whether the file is no longer the one that was read so far."""
        try:
            stat = self.path.stat()
        except (FileNotFoundError, NotADirectoryError):
            return self._inode != 0
        return stat.st_ino != self._inode or stat.st_size < self.offset

    def read_new(self) -> Iterator[Call]:
        """Yield the calls beyond the position. Raises OSError."""
        try:
            stat = self.path.stat()
        except FileNotFoundError:
            return
        if not S_ISREG(stat.st_mode):  # nobody waits for a pipe
            raise OSError(EINVAL, "this is no file of calls", str(self.path))
        self._inode = stat.st_ino
        for piece in read_lines(self.path, self.offset, stat.st_size):
            self.offset += len(piece)
            for line in piece.splitlines():
                call = call_of(line)
                if call is not None:
                    yield call

    def add(self, line: bytes) -> None:
        """Write one line whole or not at all. Raises OSError."""
        file = self._opened()
        written = os.write(file, line)
        if written < len(line):
            os.ftruncate(file, self.offset)
            raise OSError(28, "only a part of the call could be written", str(self.path))
        self.offset += written

    def replace(self, lines: Callable[[], Iterator[bytes]]) -> None:
        """Write the file anew and put it into place by rename. Raises OSError."""
        part = self.path.with_name(f".{self.path.name}.part")
        try:
            with part.open("wb") as file:
                file.writelines(lines())
                file.flush()
                os.fsync(file.fileno())
            self.close()
            part.replace(self.path)
        finally:
            part.unlink(missing_ok=True)
        self._inode, self.offset = self.path.stat().st_ino, self.path.stat().st_size

    def sync(self) -> None:
        """Have the file on the disk itself. Raises OSError."""
        if self.path.exists():
            os.fsync(self._opened())

    def close(self) -> None:
        """Close the file; a further call opens it again."""
        if self._file is not None:
            os.close(self._file)
            self._file = None

    def _opened(self) -> int:
        """Return the open file, which is at its end. What follows the last newline is half a line: it goes."""
        if self._file is None:
            self._file = os.open(self.path, os.O_CREAT | os.O_APPEND | os.O_RDWR, 0o666)
            stat = os.fstat(self._file)
            self._inode = stat.st_ino
            if stat.st_size > self.offset:
                os.ftruncate(self._file, self.offset)
        return self._file
