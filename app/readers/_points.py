"""Records that come one by one, in any order of tags, gathered into columns."""

from collections.abc import Mapping

import numpy as np

from app.readers.contract import Columns


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
            tag: Columns(np.array(steps, np.int64), np.array(times, np.float64), np.array(values, np.float64))
            for tag, (steps, times, values) in self._found.items()
        }
