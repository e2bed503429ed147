"""Curves of binary classifiers over their threshold, counted as TensorBoard's summaries count them."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeAlias

from trainer_hooks.arrays import to_array, to_numbers
from trainer_hooks.media import Item
from trainer_hooks.values import describe

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Array: TypeAlias = npt.NDArray[np.float64]
else:
    Array = Any

COUNTS = ("true_positives", "false_positives", "true_negatives", "false_negatives")
SHARES = ("precision", "recall")
MAX_THRESHOLDS = 10_000
SMALLEST_COUNT = 1e-7  # in place of a divisor of 0


def encode_curve(
    value: tuple[Any, Any], thresholds: int = 127, weights: Any = None, counts: Mapping[str, Any] | None = None
) -> Item:
    """Encode labels and predictions, or counts made elsewhere; see `Run.log_pr_curve`.

    Raises:
        TypeError, ValueError: they do not fit; the message holds both numbers.
    """
    labels, predictions = value
    if counts is not None:
        return Item("application/json", meta=_given(counts))
    if labels is None or predictions is None:
        raise ValueError("expected labels and predictions, or counts")
    truth, scores = to_numbers(labels).reshape(-1).astype("float64"), to_numbers(predictions).reshape(-1)
    if len(truth) != len(scores):
        raise ValueError(f"{len(truth):,} labels need as many predictions, got {len(scores):,}")
    return Item("application/json", meta=_counted(truth, scores, _number(thresholds), _weights(weights, len(truth))))


def _number(thresholds: Any) -> int:
    number = int(thresholds)
    if not 2 <= number <= MAX_THRESHOLDS:
        raise ValueError(f"expected 2 to {MAX_THRESHOLDS:,} thresholds, got {thresholds!r}")
    return number


def _weights(weights: Any, count: int) -> Array:
    import numpy as np

    given = to_numbers(1.0 if weights is None else weights).astype(np.float64)
    if given.size not in (1, count) or not np.isfinite(given).all() or (given < 0).any():
        raise ValueError(f"expected {count:,} weights of 0 and more, or one, got {describe(weights)}")
    return np.broadcast_to(given.reshape(-1), count) if count else np.empty(0)


def _counted(truth: Array, scores: "npt.NDArray[Any]", number: int, weights: Array) -> dict[str, Any]:
    """Count per threshold i / (number - 1) the samples whose score reaches it.

    Args:
        truth: shape (n,), in [0, 1].
        scores: shape (n,), of the precision that they came in, as one may lie on a threshold; NaN and what lies
            outside [0, 1] is left out.
        number: of thresholds.
        weights: shape (n,).
    """
    import numpy as np

    inside = (scores >= 0) & (scores <= 1)
    truth, scores, weights = truth[inside], scores[inside], weights[inside]
    if not ((truth >= 0) & (truth <= 1)).all():
        raise ValueError("expected labels of 0 and 1; log one curve for each of several classes")
    buckets = np.floor(scores * (number - 1)).astype(np.intp)
    positives = np.bincount(buckets, truth * weights, number)
    negatives = np.bincount(buckets, (1 - truth) * weights, number)
    true_positives, false_positives = (np.cumsum(part[::-1])[::-1] for part in (positives, negatives))
    found = (true_positives, false_positives, false_positives[0] - false_positives, true_positives[0] - true_positives)
    shares = (
        true_positives / np.maximum(SMALLEST_COUNT, true_positives + false_positives),
        true_positives / np.maximum(SMALLEST_COUNT, true_positives[0]),
    )
    left_out = {"left_out": int((~inside).sum())} if not inside.all() else {}
    lists = {name: part.tolist() for name, part in zip((*COUNTS, *SHARES), (*found, *shares), strict=True)}
    return {"thresholds": _even(number), **lists, **left_out}


def _even(number: int) -> list[float]:
    return [place / (number - 1) for place in range(number)]


def _given(counts: Mapping[str, Any]) -> dict[str, Any]:
    """Check lists that were counted elsewhere: all of one length, thresholds ascending in [0, 1]."""
    import numpy as np

    if not isinstance(counts, Mapping):
        raise TypeError(f"expected counts as a mapping from name to list, got {describe(counts)}")
    missing = [name for name in (*COUNTS, *SHARES) if name not in counts]
    if missing:
        raise ValueError(f"counts without {', '.join(missing)}")
    lists = {name: to_numbers(counts[name]).reshape(-1).astype(np.float64) for name in (*COUNTS, *SHARES)}
    number = len(lists["true_positives"])
    if not 2 <= number <= MAX_THRESHOLDS:
        raise ValueError(f"expected 2 to {MAX_THRESHOLDS:,} thresholds, got {number:,}")
    if counts.get("thresholds") is not None:
        lists = {"thresholds": to_array(counts["thresholds"]).reshape(-1).astype(np.float64), **lists}
    else:
        lists = {"thresholds": np.array(_even(number)), **lists}
    for name, values in lists.items():
        if len(values) != number or not np.isfinite(values).all():
            raise ValueError(f"expected {number:,} finite numbers as {name}, got {len(values):,}")
    limits = lists["thresholds"]
    if (limits[1:] < limits[:-1]).any() or limits[0] < 0 or limits[-1] > 1:
        raise ValueError("expected thresholds in ascending order in [0, 1]")
    return {name: values.tolist() for name, values in lists.items()}
