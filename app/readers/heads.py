"""How files begin, read once while they stay the same: what recognises a format by content."""

from functools import lru_cache
from pathlib import Path

from app.readers.contract import Stamp
from app.readers.folder import stamp_of

HEAD_BYTES = 1 << 14
_MAX_FILES = 20_000


def head(path: Path) -> bytes:
    """Return the first bytes of a file, `HEAD_BYTES` at most; empty where it is gone or may not be read.

    A folder is looked at again every few seconds, so a file that has grown past its head costs a `stat` alone.
    """
    stamp = stamp_of(path)
    if stamp is None:
        return b""
    if stamp.size >= HEAD_BYTES:  # it may grow, but it begins as it did
        return _read(path, Stamp(stamp.inode, HEAD_BYTES, 0))
    return _read(path, stamp)


@lru_cache(maxsize=_MAX_FILES)
def _read(path: Path, _stamp: Stamp) -> bytes:
    try:
        if not path.is_file():  # nobody waits for a pipe
            return b""
        with path.open("rb") as file:
            return file.read(HEAD_BYTES)
    except OSError:
        return b""
