"""Precision-recall and ROC curves from what was counted at each threshold. Knows arrays only."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from app.transforms.numbers import TOO_MANY, numbers_of

Float64Array = npt.NDArray[np.float64]

COUNTS = ("true_positives", "false_positives", "true_negatives", "false_negatives")


@dataclass(frozen=True, slots=True)
class Curve:
    """A binary classifier at n thresholds; "positive" is what scores at least the threshold.

    All arrays have the shape (n,). NaN is what was neither logged nor can be told: a precision where nothing is called
    positive, a recall where nothing is positive.

    Attributes:
        thresholds: never falling.
        true_positives, false_positives, true_negatives, false_negatives: counts, or sums of weights; all NaN where not
            all four were logged.
        precision, recall: in [0, 1].
    """

    thresholds: Float64Array
    true_positives: Float64Array
    false_positives: Float64Array
    true_negatives: Float64Array
    false_negatives: Float64Array
    precision: Float64Array
    recall: Float64Array

    def __len__(self) -> int:
        """How many thresholds there are."""
        return len(self.thresholds)


class BestF1(NamedTuple):
    """The highest F1 of a curve, the threshold that gives it, and its place; NaN and -1 where there is none."""

    f1: float
    threshold: float
    place: int


def sound_curve(logged: Mapping[str, Any]) -> Curve:
    """Return a curve that can be computed with, whatever was logged.

    Args:
        logged: lists by name, as the attributes of `Curve`. One of another length than the longest counts as not
            logged; without `thresholds` they lie evenly from 0 to 1.

    Returns:
        The curve in the order of thresholds. Precision and recall are as logged, else from the counts. Where counts say
        that nothing is called positive, precision is NaN: writers put 0 or 1 there, which nobody measured.
    """
    columns = {
        name: _bounded(numbers_of(logged.get(name, ()))) for name in ("thresholds", *COUNTS, "precision", "recall")
    }
    size = max(map(len, columns.values()))
    found = {name: column if len(column) == size else np.full(size, np.nan) for name, column in columns.items()}
    if np.isnan(found["thresholds"]).any():
        found["thresholds"] = np.linspace(0, 1, size)
    if np.any(np.diff(found["thresholds"]) < 0):
        order = np.argsort(found["thresholds"], kind="stable")
        found = {name: column[order] for name, column in found.items()}
    return _with_rates(found)


def _bounded(column: Float64Array) -> Float64Array:
    return np.where(np.abs(column) < TOO_MANY, column, np.nan)


def _with_rates(found: dict[str, Float64Array]) -> Curve:
    tp, fp, _, fn = counts = [found[name] for name in COUNTS]
    if not all(np.isfinite(each).all() and (each >= 0).all() for each in counts) or not sum(map(np.sum, counts)):
        nothing = np.full(len(tp), np.nan)
        return Curve(**{**found, **dict.fromkeys(COUNTS, nothing)})
    for name, rate in (("precision", _share(tp, tp + fp)), ("recall", _share(tp, tp + fn))):
        found[name] = np.where(np.isnan(found[name]) | np.isnan(rate), rate, found[name])
    return Curve(**found)


def average_precision(curve: Curve) -> float:
    """Return the area under a precision-recall curve: the sum of precision times the step in recall.

    AP = sum over n of (R_n - R_(n-1)) P_n, from the highest threshold to the lowest, R_0 = 0: as
    `sklearn.metrics.average_precision_score` defines it, so it is not optimistic as straight lines between the points
    would be. The same value where every score is a threshold; otherwise off by what precision varies between two
    thresholds. NaN where recall is not known.
    """
    if not len(curve) or np.isnan(curve.recall).all():
        return np.nan
    steps = -np.diff(curve.recall, append=0.0)
    return float(np.nansum(steps * curve.precision))


def false_positive_rate(curve: Curve) -> Float64Array:
    """Return the share of negatives that are called positive, shape (n,). NaN without counts, or negatives."""
    return _share(curve.false_positives, curve.false_positives + curve.true_negatives)


def roc_area(curve: Curve) -> float:
    """Return the area under the ROC curve, straight from point to point (trapezoids), from (0, 0) to (1, 1).

    As `sklearn.metrics.roc_auc_score`; the same value where every score is a threshold. NaN where either class is
    empty or nothing was counted.
    """
    rates = false_positive_rate(curve)
    if not len(curve) or np.isnan(rates).any() or np.isnan(curve.recall).any():
        return np.nan
    x = np.concatenate([[0.0], rates[::-1], [1.0]])
    y = np.concatenate([[0.0], curve.recall[::-1], [1.0]])
    return float(np.trapezoid(y, x))


def f1_scores(curve: Curve) -> Float64Array:
    """Return the harmonic mean of precision and recall, shape (n,): 2 TP / (2 TP + FP + FN) where these were counted.

    0 where nothing positive is found; NaN where neither counts nor both rates are known.
    """
    if _has_counts(curve):
        tp = curve.true_positives
        return _share(2 * tp, 2 * tp + curve.false_positives + curve.false_negatives)
    total = curve.precision + curve.recall
    mean = _share(2 * curve.precision * curve.recall, total)
    return np.where(total == 0, 0.0, mean)


def best_f1(curve: Curve) -> BestF1:
    """Return the highest F1; of equal ones that of the lowest threshold."""
    scores = f1_scores(curve)
    if not len(scores) or np.isnan(scores).all():
        return BestF1(np.nan, np.nan, -1)
    place = int(np.nanargmax(scores))
    return BestF1(float(scores[place]), float(curve.thresholds[place]), place)


def accuracy(curve: Curve) -> Float64Array:
    """Return the share of all that is called right, shape (n,). NaN without counts."""
    right = curve.true_positives + curve.true_negatives
    return _share(right, right + curve.false_positives + curve.false_negatives)


def specificity(curve: Curve) -> Float64Array:
    """Return the share of negatives that are called negative, shape (n,). NaN without counts, or negatives."""
    return _share(curve.true_negatives, curve.true_negatives + curve.false_positives)


def class_sizes(curve: Curve) -> tuple[float, float]:
    """Return how many positives and negatives there are, or their weights; NaN without counts."""
    if not len(curve):
        return np.nan, np.nan
    positives = curve.true_positives[0] + curve.false_negatives[0]
    return float(positives), float(curve.false_positives[0] + curve.true_negatives[0])


def base_rate(curve: Curve) -> float:
    """Return the share of positives: the precision of a classifier without skill. NaN without counts."""
    positives, negatives = class_sizes(curve)
    return positives / (positives + negatives) if positives + negatives > 0 else np.nan


def _has_counts(curve: Curve) -> bool:
    return bool(len(curve)) and not np.isnan(curve.true_positives).any()


def _share(part: Float64Array, whole: Float64Array) -> Float64Array:
    shares: Float64Array = np.divide(part, whole, out=np.full(len(part), np.nan), where=whole > 0)
    return shares
