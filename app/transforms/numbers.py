"""Numbers out of whatever a log holds where a list of numbers is expected."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

Float64Array = npt.NDArray[np.float64]

TOO_MANY = 1e100  # no count: below it neither sums nor products overflow


def numbers_of(logged: Any) -> Float64Array:
    """Return a logged list as numbers of shape (n,): NaN for each that is none; empty where it is no list."""
    if isinstance(logged, str | bytes | Mapping) or not hasattr(logged, "__len__"):
        return np.empty(0)
    try:
        found = np.array(logged, np.float64)
    except (TypeError, ValueError, OverflowError):
        found = np.empty(0)
    if found.ndim == 1 and len(found) == len(logged):
        return found
    return np.array([number_of(value) for value in logged], np.float64)


def number_of(logged: Any) -> float:
    """Return a logged number as a float; NaN for anything else."""
    try:
        return float(logged) if isinstance(logged, int | float) else np.nan
    except OverflowError:
        return np.nan
