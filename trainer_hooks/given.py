"""Takes what a training hands over: objects with code of their own, streams without end, files that are none."""

import os
import stat
from collections.abc import Callable, Iterable
from itertools import islice
from pathlib import Path
from typing import Any, TypeVar

MAX_FILE_BYTES = 1 << 30  # that is stored as it is
Found = TypeVar("Found")


def text_of(value: Any) -> str:
    """Return `str(value)`, or what is known of the value where that raises."""
    try:
        return str(value)
    except Exception as error:  # noqa: BLE001 - `__str__` is the training's own code
        return f"<{type(value).__name__} without a text: {type(error).__name__}>"


def attempt(ask: Callable[[], Found]) -> Found | None:
    """Return what `ask` finds out from the training's own objects, None where one of them raises."""
    try:
        return ask()
    except Exception:  # noqa: BLE001 - their methods are the training's own code
        return None


def in_words(error: BaseException) -> str:
    """Return the message of an error, or its type where it has none."""
    return text_of(error) or type(error).__name__


def at_most(values: Iterable[Any], most: int, what: str) -> list[Any]:
    """Return the values as a list; of a stream without end no more than `most` are taken.

    Raises:
        ValueError: there are more; `what` names them.
    """
    taken = list(islice(values, most + 1))
    if len(taken) > most:
        raise ValueError(f"more than {most:,} {what}; log a part of them")
    return taken


def read_file(path: str | os.PathLike[str], max_bytes: int = MAX_FILE_BYTES) -> bytes:
    """Read a file that a person named; devices and pipes, on which a training would wait for ever, are refused.

    Raises:
        OSError: there is no such file, or it cannot be read.
        ValueError: it is no file, or larger than `max_bytes`.
    """
    file = Path(path)
    if not stat.S_ISREG(file.stat().st_mode):
        raise ValueError(f"{str(file)!r} is no file")
    with file.open("rb") as opened:
        content = opened.read(max_bytes + 1)
    if len(content) > max_bytes:
        raise ValueError(f"{str(file)!r} has more than {max_bytes:,} bytes; log a part of it")
    return content
