"""The right to write into a folder, which one process has at a time."""

import errno
import fcntl
import os
from pathlib import Path

NAME = ".lock"


class Lock:
    """A locked file in the folder, let go with the process. For one thread at a time.

    Args:
        folder: made when the lock is taken.
    """

    def __init__(self, folder: Path) -> None:
        self._path = folder / NAME
        self._file: int | None = None

    @property
    def is_ours(self) -> bool:
        """Whether this process has it; not where the folder was deleted underneath, and another may take it anew."""
        if self._file is None:
            return False
        try:
            return os.path.samestat(os.fstat(self._file), self._path.stat())
        except OSError:
            return False

    def take(self) -> bool:
        """Take it, or return False where another process has it. Raises OSError where it cannot be written."""
        self.let_go()
        self._path.parent.mkdir(parents=True, exist_ok=True)
        file = os.open(self._path, os.O_CREAT | os.O_RDWR, 0o666)
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:  # others: a file system that knows no locks
            if error.errno in (errno.EWOULDBLOCK, errno.EACCES):
                os.close(file)
                return False
        self._file = file
        return True

    def let_go(self) -> None:
        """Let another process have it."""
        if self._file is not None:
            os.close(self._file)
            self._file = None
