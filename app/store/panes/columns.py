"""Values of one axis of a line, which grow: adding some costs the same however many there are."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

Float64Array = npt.NDArray[np.float64]

_EXACT = 1 << 53  # whole numbers beyond have no float64 of their own


class Column:
    """Numbers as float64, NaN where there is none; texts, dates and mixed values as they are.

    Args:
        values: as JSON has them; null for a gap.
    """

    __slots__ = ("_count", "_numbers", "_others", "_whole")

    def __init__(self, values: Sequence[Any] = ()) -> None:
        self._numbers = np.empty(0, np.float64)
        self._others: list[Any] | None = None
        self._whole = True  # all are whole numbers or gaps
        self._count = 0
        self.extend(values)

    def __len__(self) -> int:
        return self._count

    def extend(self, values: Sequence[Any]) -> None:
        """Add values at the end."""
        if self._others is None and not _are_numbers(values):
            self._others = self.as_list()
            self._numbers = np.empty(0, np.float64)
        if self._others is not None:
            self._others += values
        elif len(values):
            self._add_numbers(values)
        self._count += len(values)

    def _add_numbers(self, values: Sequence[Any]) -> None:
        self._whole = self._whole and all(type(one) is not float for one in values)
        end = self._count + len(values)
        if end > len(self._numbers):
            grown = np.empty(max(end, 2 * self._count, 16), np.float64)
            grown[: self._count] = self._numbers[: self._count]
            self._numbers = grown
        self._numbers[self._count : end] = values

    @property
    def numbers(self) -> Float64Array | None:
        """The values as float64, shape (n,), NaN for a gap; None where they are no numbers."""
        return None if self._others is not None else self._numbers[: self._count]

    def as_list(self, places: npt.NDArray[np.intp] | None = None) -> list[Any]:
        """Return the values, or those at some places, as JSON has them."""
        if self._others is not None:
            return list(self._others) if places is None else [self._others[place] for place in places.tolist()]
        numbers = self._numbers[: self._count]
        chosen = numbers if places is None else numbers[places]
        values: list[Any] = chosen.tolist()
        if np.isfinite(chosen).all():
            return list(map(int, values)) if self._whole else values
        return [None if math.isnan(value) else int(value) if self._whole else value for value in values]

    @property
    def size_bytes(self) -> int:
        """Memory, about."""
        return self._numbers.nbytes if self._others is None else 64 * len(self._others)


def _are_numbers(values: Sequence[Any]) -> bool:
    return all(one is None or type(one) is float or (type(one) is int and -_EXACT <= one <= _EXACT) for one in values)
