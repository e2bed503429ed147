"""The folder of what people say: small JSON files that only this user can read, changed by rename under a lock."""

import fcntl
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import orjson

from app.settings import Settings
from app.store.folders import FolderError, check_apart, check_private, home

_READABLE = orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS | orjson.OPT_APPEND_NEWLINE


class StateFolderError(FolderError):
    """The state folder cannot be trusted."""

    use = "state"
    option = "--state-dir"


def state_folder(settings: Settings) -> Path:
    """Return the state folder that the settings name; it is made when something is written for the first time.

    Raises:
        StateFolderError: the folder belongs to somebody else, is open to others or lies among the logs.
    """
    folder = settings.state_dir or home("XDG_STATE_HOME", ".local/state")
    if settings.state_dir:
        check_apart(folder, settings.roots, StateFolderError)
    with suppress(OSError):
        check_private(folder, StateFolderError)
    return folder


@contextmanager
def writing(folder: Path) -> Iterator[None]:
    """Keep other threads and servers from writing into a folder meanwhile, where the file system can.

    Raises:
        OSError: it cannot be written.
        StateFolderError: the folder is not this user's alone.
    """
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    check_private(folder, StateFolderError)
    with (folder / "lock").open("wb") as file:
        with suppress(OSError):
            fcntl.flock(file, fcntl.LOCK_EX)
        yield


def replace(path: Path, said: Any) -> None:
    """Write a file anew as JSON, whole or not at all. Raises OSError."""
    part = path.with_name(f"{path.name}.{os.getpid()}-{threading.get_ident()}.part")
    try:
        with part.open("wb") as file:
            file.write(orjson.dumps(said, option=_READABLE))
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
