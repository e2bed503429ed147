"""Reads SQLite databases of other programs while these write to them, and leaves no trace in their folder.

A database in WAL mode is the trap: opened read-only in the plain way, a `-shm` and a `-wal` file are made beside it.
So it is opened with the writer's own `-shm`, which is only read; where there is no `-wal`, nobody has the database
open and it is read as a file that does not change.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final
from urllib.parse import quote

from app.readers.contract import Stamp
from app.readers.folder import stamp_of

MAGIC: Final = b"SQLite format 3\0"
_WAL_VERSIONS = b"\2\2"  # bytes 18 and 19 of the header
_HEADER_BYTES = 100
_BUSY_S = 0.2


class BusyError(Exception):
    """The database is being written in a way that nothing can be read; look again soon."""


@contextmanager
def reading(path: Path) -> Iterator[sqlite3.Connection]:
    """Open a database; all that is read within the block is of one moment.

    Raises:
        BusyError: it is being written; also at the end of the block, where what was read may not fit together.
        FileNotFoundError: there is no such file.
        sqlite3.Error: it is broken, or holds no such table.
    """
    stamps = stamps_of(path)
    how = _how(path)
    connection = sqlite3.connect(f"file:{quote(str(path))}?{how}", uri=True, timeout=_BUSY_S, isolation_level=None)
    try:
        connection.text_factory = lambda data: data.decode("utf-8", "replace")
        connection.execute("BEGIN")
        yield connection
    except sqlite3.OperationalError as error:
        if _is_busy(error) or stamps_of(path) != stamps:
            raise BusyError(str(error)) from error
        raise
    finally:
        connection.close()
    if "immutable" in how and stamps_of(path) != stamps:
        raise BusyError("it was written meanwhile")


def stamps_of(path: Path) -> dict[str, Stamp]:
    """Return the stamps of a database and of its write-ahead log by name; empty where there is none."""
    files = (path, _wal(path))
    return {file.name: stamp for file in files if (stamp := stamp_of(file)) is not None}


def is_cut_off(path: Path) -> bool:
    """Tell whether there are records in a write-ahead log which lacks its index, so that they cannot be read."""
    wal = stamp_of(_wal(path))
    return wal is not None and wal.size > 0 and not _beside(path, "-shm").exists()


def _how(path: Path) -> str:
    """Return the options to open a database with."""
    with path.open("rb") as file:
        header = file.read(_HEADER_BYTES)
    if header[18:20] == _WAL_VERSIONS:
        if _wal(path).exists() and _beside(path, "-shm").exists():
            return "mode=ro&readonly_shm=1"
        return "mode=ro&immutable=1"
    journal = stamp_of(_beside(path, "-journal"))
    if journal is not None and journal.size:
        raise BusyError("a change is being written")
    return "mode=ro"


def _is_busy(error: sqlite3.OperationalError) -> bool:
    return error.sqlite_errorcode & 0xFF in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_READONLY)


def _wal(path: Path) -> Path:
    return _beside(path, "-wal")


def _beside(path: Path, ending: str) -> Path:
    return path.with_name(path.name + ending)
