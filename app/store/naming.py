"""Names as people read and look for them."""

import re

_DIGITS = re.compile("([0-9]+)")


def as_counted(name: str) -> tuple[list[str | int], str]:
    """Return a sort key that puts `layer.2` before `layer.10`, and names that differ only in case side by side."""
    parts = _DIGITS.split(name.lower())
    return [int(part) if place % 2 else part for place, part in enumerate(parts)], name


def as_text(path: str) -> str:
    """Return a path as text that JSON and URLs can hold: a file name may hold any bytes."""
    return path.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
