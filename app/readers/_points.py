"""Records that come one by one, in any order of tags, gathered into columns."""

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from app.readers.contract import Columns
from trainer_hooks.record import NONFINITE

_MAX_DEPTH = 20


class Points:
    """Records by tag, each tag's in the order in which they were added."""

    def __init__(self) -> None:
        self._found: dict[str, tuple[list[int], list[float], list[float]]] = {}

    def add(self, tag: str, step: int, wall_time: float, value: float) -> None:
        """Add one record; `wall_time` is in seconds since the epoch, NaN where the file gives none."""
        found = self._found.get(tag)
        if found is None:
            found = self._found[tag] = ([], [], [])
        found[0].append(step)
        found[1].append(wall_time)
        found[2].append(value)

    def columns(self) -> Mapping[str, Columns]:
        """Return what was added so far."""
        return {
            as_text(tag): Columns(np.array(steps, np.int64), np.array(times, np.float64), np.array(values, np.float64))
            for tag, (steps, times, values) in self._found.items()
        }


def as_text(tag: str) -> str:
    """Return the tag with a `?` for each half of a surrogate pair: JSON may name those, and no browser takes them."""
    return tag if tag.isascii() else tag.encode("utf-8", "replace").decode()


def numbers_in(row: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, float]]:
    """Yield the numbers of a row by tag, nested keys joined with `/`.

    The words NaN and Infinity are numbers, truth values are none; neither is what an object with a `_type` holds,
    such as the size of an image.
    """
    for key, value in row.items():
        if isinstance(value, int | float) and not isinstance(value, bool):
            yield prefix + key, float(value)
        elif isinstance(value, str) and value in NONFINITE:
            yield prefix + key, NONFINITE[value]
        elif isinstance(value, dict) and "_type" not in value and prefix.count("/") < _MAX_DEPTH:
            yield from numbers_in(value, f"{prefix}{key}/")
