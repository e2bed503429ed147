"""Folders of the app's own: of this user alone, and never among the logs."""

import os
import stat
from collections.abc import Sequence
from pathlib import Path

from app.settings import LogRoot


class FolderError(RuntimeError):
    """A folder of the app's own cannot be trusted: somebody else could have put things into it.

    Attributes:
        use: what it is for, in a word or two.
        option: of the command line, which names another.
    """

    use = "own"
    option = ""

    def __init__(self, folder: Path, what: str) -> None:
        super().__init__(
            f"The {self.use} folder {folder} {what}, so what it holds cannot be trusted. Remove it, or run "
            f"`chmod 700 {folder}` if it is yours, or name another one with {self.option}."
        )


def home(variable: str, below_home: str) -> Path:
    """Return the folder that an XDG variable names, else the one below the home folder."""
    return Path(os.environ.get(variable) or Path.home() / below_home) / "tailboard"


def check_apart(folder: Path, roots: Sequence[LogRoot], error: type[FolderError]) -> None:
    """Raise `error` where a folder lies in one of the log folders."""
    for root in roots:
        if folder.resolve().is_relative_to(root.path.resolve()):
            raise error(folder, f"lies in the log folder {root.path}, which others may write to")


def check_private(folder: Path, error: type[FolderError]) -> None:
    """Raise `error` where a folder is not this user's alone."""
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode):
        raise error(folder, "is a link or a file")
    if found.st_uid != os.getuid():
        raise error(folder, f"belongs to user {found.st_uid} and this is user {os.getuid()}")
    if found.st_mode & 0o077:
        raise error(folder, f"is open to others (mode {stat.S_IMODE(found.st_mode):o}, not 700)")
