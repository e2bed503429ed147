"""Histograms: edges and counts of the bins, and the facts of all values, kept in the media line itself."""

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from trainer_hooks.arrays import to_array, to_numbers
from trainer_hooks.kinds.bins import Array, edges_of
from trainer_hooks.media import Item

if TYPE_CHECKING:
    import numpy.typing as npt

MEDIA_TYPE = "application/json"


def encode(
    value: Any, bins: Any = 64, counts: Any = None, edges: Any = None, facts: Mapping[str, Any] | None = None
) -> Item:
    """Encode the values of one histogram, or the counts of one; see `Run.log_histogram`.

    Raises:
        TypeError: the values are no numbers.
        ValueError: the bins are none, or edges and counts do not fit.
    """
    if value is None:
        return Item(MEDIA_TYPE, meta=_given(counts, edges, facts or {}))
    return Item(MEDIA_TYPE, meta=_counted(to_numbers(value).reshape(-1), bins))


def _counted(values: "npt.NDArray[Any]", bins: Any) -> dict[str, Any]:
    """Count values of shape (n,); NaN and infinities apart from the others."""
    import numpy as np

    nan, inf = 0, 0
    if values.dtype.kind == "f" and not np.isfinite(values).all():
        nan, inf = int(np.isnan(values).sum()), int(np.isinf(values).sum())
        values = values[np.isfinite(values)]
    finite = values.astype(np.float64, copy=False)
    edges, counts = edges_of(finite, bins, integers=values.dtype.kind != "f")
    facts: dict[str, Any] = {"num": finite.size, "sum": _sum(finite), "sum_squares": _sum_squares(finite)}
    if finite.size:
        facts |= {"min": float(finite.min()), "max": float(finite.max())}
    odd = {"zeros": finite.size - int(np.count_nonzero(finite)), "nan": nan, "inf": inf}
    return {"edges": edges.tolist(), "counts": counts.tolist(), **_known(facts), **odd}


def _given(counts: Any, edges: Any, facts: Mapping[str, Any]) -> dict[str, Any]:
    """Check what was counted elsewhere: `edges` of shape (n + 1,), finite and ascending, and `counts` of shape (n,)."""
    import numpy as np

    if counts is None or edges is None:
        raise ValueError("expected values, or both counts and edges")
    numbers, limits = to_numbers(counts).reshape(-1), to_array(edges).reshape(-1).astype(np.float64)
    if len(limits) != len(numbers) + 1:
        raise ValueError(f"{len(numbers):,} counts need {len(numbers) + 1:,} edges, got {len(limits):,}")
    if not (np.isfinite(limits).all() and (limits[1:] >= limits[:-1]).all()):
        raise ValueError("expected finite edges in ascending order")
    if not np.isfinite(numbers).all() or (numbers < 0).any():
        raise ValueError("expected counts of 0 and more")
    plain = {name: float(to_array(value)) for name, value in facts.items() if value is not None}
    whole = numbers.astype(np.int64) if (numbers == np.floor(numbers)).all() else numbers.astype(np.float64)
    return {"edges": limits.tolist(), "counts": whole.tolist(), "num": whole.sum().item(), **_known(plain)}


def _known(facts: Mapping[str, Any]) -> dict[str, Any]:
    """Leave out what overflowed or was not finite: JSON has no number for it."""
    return {name: value for name, value in facts.items() if math.isfinite(value)}


def _sum(values: Array) -> float:
    import numpy as np

    with np.errstate(over="ignore", invalid="ignore"):
        return float(values.sum())


def _sum_squares(values: Array) -> float:
    import numpy as np

    with np.errstate(over="ignore", invalid="ignore"):
        return float(values.dot(values))
