"""Which places of a long list that grows are looked at. Knows numbers only."""

import numpy as np
import numpy.typing as npt

Int64Array = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]


def spread(count: int, most: int) -> list[int]:
    """Choose places in a growing list: evenly, with the first and the last.

    Every `stride`-th is chosen, a power of two: what is chosen stays chosen while the list doubles.

    Args:
        count: length of the list.
        most: places to choose at most, at least 2.
    """
    stride = 1
    while (count + stride - 1) // stride >= most and count > most:
        stride *= 2
    places = list(range(0, count, stride))
    return places if not places or places[-1] == count - 1 else [*places, count - 1]


def latest(step: Int64Array) -> BoolArray:
    """Tell which records hold: a step that goes back takes all later ones before it back. Shape (n,) to (n,)."""
    if len(step) < 2:
        return np.ones(len(step), np.bool_)
    lowest_after = np.minimum.accumulate(step[::-1])[::-1]
    return np.append(step[:-1] < lowest_after[1:], True)
