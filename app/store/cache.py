"""The disposable cache: what was found out from files that have not changed since. All of it can be rebuilt."""

import hashlib
import logging
import sqlite3
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import diskcache
import orjson

from app.settings import LogRoot, Settings
from app.store.folders import FolderError, check_apart, check_private, home

_log = logging.getLogger(__name__)

_MAX_BYTES = 1 << 30


class CacheFolderError(FolderError):
    """The cache folder cannot be trusted."""

    use = "cache"
    option = "--cache-dir"


class Cache:
    """JSON values by text key, in a folder of this user alone. For any number of threads and processes."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._values = _opened(folder)

    @classmethod
    def of(cls, settings: Settings) -> "Cache":
        """Open the cache that belongs to these log roots.

        Raises:
            CacheFolderError: the folder belongs to somebody else or is open to others.
        """
        folder = settings.cache_dir or default_folder(settings.roots)
        if settings.cache_dir:
            check_apart(folder, settings.roots, CacheFolderError)
        try:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        except OSError as error:
            _log.warning("%s cannot be made (%s); what this server finds out is lost when it ends", folder, error)
            folder = Path(tempfile.mkdtemp(prefix="tailboard-"))
        check_private(folder, CacheFolderError)
        return cls(folder)

    @property
    def folder(self) -> Path:
        """Where it lies; of this user alone."""
        return self._folder

    def get(self, key: str) -> Any:
        """Return the value, or None where there is none or it cannot be read."""
        try:
            return self._values.get(key)
        except (ValueError, OSError, sqlite3.DatabaseError):
            return None

    def set_many(self, values: Mapping[str, Any]) -> None:
        """Keep these values. A full disk or a broken file is logged: the next start is slower, nothing else."""
        try:
            with self._values.transact():
                for key, value in values.items():
                    with suppress(TypeError, UnicodeError):  # what JSON cannot hold is found out again
                        self._values.set(key, value)
        except (OSError, sqlite3.DatabaseError, diskcache.Timeout) as error:
            _log.warning("%s cannot be written: %s", self._folder, error)

    def close(self) -> None:
        """Close the files. The cache opens them again when it is asked again."""
        self._values.close()


class JsonDisk(diskcache.Disk):
    """Keeps values as JSON bytes. diskcache by itself would unpickle what it finds (CVE-2025-69872)."""

    def get(self, key: Any, raw: bool) -> Any:
        """Decode a key. Raises ValueError for a pickled one."""
        if not raw:
            raise ValueError("the cache holds a key that this app never writes")
        return super().get(key, raw)

    def store(self, value: Any, read: bool, key: Any = diskcache.UNKNOWN) -> Any:
        """Encode a value. Raises TypeError where JSON cannot hold it."""
        return super().store(orjson.dumps(value, option=orjson.OPT_NON_STR_KEYS), read, key=key)

    def fetch(self, mode: int, filename: str | None, value: Any, read: bool) -> Any:
        """Decode a value. Raises ValueError where it is not JSON."""
        if mode not in {diskcache.core.MODE_RAW, diskcache.core.MODE_BINARY}:
            raise ValueError(f"the cache holds a value of mode {mode}, which this app never writes")
        return orjson.loads(super().fetch(mode, filename, value, read))


def default_folder(roots: Sequence[LogRoot]) -> Path:
    """Return the cache folder of these log roots: below `$XDG_CACHE_HOME` or `~/.cache`, never among the logs."""
    names = "\n".join(f"{root.name}={root.path.resolve()}" for root in roots)
    return home("XDG_CACHE_HOME", ".cache") / hashlib.sha256(names.encode()).hexdigest()[:16]


def _opened(folder: Path) -> Any:
    """Open the values; a damaged file is removed and begun anew."""
    try:
        return _open(folder)
    except sqlite3.DatabaseError as error:
        _log.warning("the cache %s is damaged (%s) and is rebuilt", folder, error)
        for name in ("cache.db", "cache.db-wal", "cache.db-shm"):
            (folder / name).unlink(missing_ok=True)
        return _open(folder)


def _open(folder: Path) -> Any:
    return diskcache.Cache(
        str(folder),
        disk=JsonDisk,
        disk_min_file_size=_MAX_BYTES,  # everything in the one file
        size_limit=_MAX_BYTES,
        eviction_policy="least-recently-stored",  # the others write at every read
    )
