"""Where the points of a series lie on the x axis. Knows arrays only: no runs, no tags, no files."""

import numpy as np
import numpy.typing as npt

Int64Array = npt.NDArray[np.int64]
Float64Array = npt.NDArray[np.float64]


def since(values: Int64Array | Float64Array, start: float) -> Float64Array:
    """Count steps or seconds from a start.

    Args:
        values: shape (n,), steps, or seconds since the epoch.
        start: in the same unit; 0 leaves the values as they are.

    Returns:
        Shape (n,).
    """
    places: Float64Array = values.astype(np.float64)
    if start:
        places -= start
    return places


def as_of(
    step: Int64Array, other_step: Int64Array, other_time: Float64Array, other_value: Float64Array
) -> Float64Array:
    """Look up, for each step of a series, what another one said last at or before that step.

    Args:
        step: shape (n,), in any order.
        other_step: shape (m,), the steps of the other series, in order of arrival.
        other_time: shape (m,), in seconds since the epoch. Of several values at a step the latest counts, and of those
            at the same time the one that arrived last.
        other_value: shape (m,).

    Returns:
        Shape (n,); NaN at steps before the first of the other series, and where its value is NaN.
    """
    if not len(other_step):
        return np.full(len(step), np.nan)
    order = np.lexsort((other_time, other_step))
    place = np.searchsorted(other_step[order], step, side="right") - 1
    found: Float64Array = np.where(place >= 0, other_value[order][place], np.nan)
    return found
