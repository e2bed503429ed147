"""Log folders as typed -> log roots with names, and what to say of one that is not there."""

import difflib
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from app.commands.contract import UsageError
from app.settings import LogRoot


def parse_roots(texts: Sequence[str]) -> tuple[LogRoot, ...]:
    """Make log roots of PATH or NAME=PATH; a path may be a folder, or the file of one run.

    A single folder prefixes nothing to the names of its runs. With several, each prefixes its name, which is the
    folder's own where none was given.

    Raises:
        UsageError: two roots have one name or one folder, or a name has a slash.
    """
    roots = tuple(_parse_root(text, several=len(texts) > 1) for text in texts)
    for path, count in Counter(root.path for root in roots).items():
        if count > 1:
            raise UsageError(f"--logdir: {path} is given {count} times; once is enough")
    for name, count in Counter(root.name for root in roots).items():
        if count > 1:
            raise UsageError(f"--logdir: {count} log folders have the name {name}; give each its own as NAME=PATH")
    return roots


def _parse_root(text: str, several: bool) -> LogRoot:
    name, equals, rest = text.partition("=")
    if not equals or "/" in name or Path(text).exists():
        name, rest = "", text
    elif not name:
        rest = ""
    if not rest:
        raise UsageError(f"--logdir: {text!r} names no folder; write PATH or NAME=PATH")
    path = Path(rest).expanduser().absolute()
    return LogRoot(name or (path.resolve().name if several else ""), path)


def absence_notice(root: LogRoot) -> str | None:
    """Say that a log folder is not there and which one was perhaps meant; None where it is there."""
    if root.path.exists():
        return None
    parent = root.path.parent
    siblings = [entry.name for entry in parent.iterdir() if entry.is_dir()] if parent.is_dir() else []
    close = difflib.get_close_matches(root.path.name, siblings, n=1)
    hint = f" Did you mean {parent / close[0]}?" if close else ""
    return f"Warning: {root.path} does not exist (yet). Runs appear as soon as something logs there.{hint}"
