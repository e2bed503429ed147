"""Confusion matrices: what they say of each class and of all. Knows arrays only."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from app.transforms.numbers import TOO_MANY

Float64Array = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Confusion:
    """How often a class was taken for which.

    Attributes:
        labels: the k classes.
        counts: shape (k, k), finite, at least 0; row: the true class, column: the predicted one.
    """

    labels: tuple[str, ...]
    counts: Float64Array


@dataclass(frozen=True, slots=True)
class ClassScores:
    """What a matrix says of each class, all of shape (k,), NaN where a share is one of nothing.

    Attributes:
        support, predicted: how many are of the class, and are called so.
        precision, recall: the share of those called so that are; of those that are that are called so.
        f1: 2 TP / (2 TP + FP + FN); NaN for a class that is neither there nor predicted.
    """

    support: Float64Array
    predicted: Float64Array
    precision: Float64Array
    recall: Float64Array
    f1: Float64Array


def sound_confusion(labels: Any, counts: Any) -> Confusion:
    """Return a matrix that can be computed with; labels that are missing are the class's number.

    Raises:
        ValueError: the counts are not square, or not finite numbers of at least 0.
    """
    try:
        found = np.array(counts, np.float64)
    except (TypeError, ValueError, OverflowError):
        raise ValueError("The counts of this confusion matrix are not a table of numbers.") from None
    if found.ndim != 2 or found.shape[0] != found.shape[1]:
        raise ValueError(f"A confusion matrix has as many rows as columns; this one has the shape {list(found.shape)}.")
    if not ((found < TOO_MANY) & (found >= 0)).all():
        raise ValueError("This confusion matrix has counts that are negative or not finite.")
    named = [str(label) for label in labels[: len(found)]] if isinstance(labels, list | tuple) else []
    return Confusion((*named, *map(str, range(len(named), len(found)))), found)


def class_scores(confusion: Confusion) -> ClassScores:
    """Return precision, recall and F1 of each class."""
    right = np.diag(confusion.counts)
    support, predicted = confusion.counts.sum(axis=1), confusion.counts.sum(axis=0)
    return ClassScores(
        support, predicted, _share(right, predicted), _share(right, support), _share(2 * right, support + predicted)
    )


def overall_accuracy(confusion: Confusion) -> float:
    """Return the share of all that is on the diagonal; NaN of an empty matrix."""
    total = confusion.counts.sum()
    return float(np.trace(confusion.counts) / total) if total > 0 else np.nan


def macro_f1(confusion: Confusion) -> float:
    """Return the mean F1 over the classes that are there or predicted, as `sklearn.metrics.f1_score` averages."""
    return _mean(class_scores(confusion).f1)


def balanced_accuracy(confusion: Confusion) -> float:
    """Return the mean recall over the classes that are there, as `sklearn.metrics.balanced_accuracy_score`."""
    return _mean(class_scores(confusion).recall)


def worst_confusions(confusion: Confusion, most: int) -> list[tuple[int, int]]:
    """Return the cells off the diagonal that count most, as (true, predicted), the largest first; zeros never."""
    errors = confusion.counts.copy()
    np.fill_diagonal(errors, 0)
    flat = errors.ravel()
    places = np.flatnonzero(flat)
    if len(places) > most:  # sorting all of a million cells would take most of the answer's time
        places = places[flat[places] >= np.partition(flat[places], -most)[-most]]
    order = places[np.argsort(-flat[places], kind="stable")][:most]
    rows, columns = np.unravel_index(order, errors.shape)
    return list(zip(rows.tolist(), columns.tolist(), strict=True))


def _mean(values: Float64Array) -> float:
    known = values[~np.isnan(values)]
    return float(known.mean()) if len(known) else np.nan


def _share(part: Float64Array, whole: Float64Array) -> Float64Array:
    shares: Float64Array = np.divide(part, whole, out=np.full(len(part), np.nan), where=whole > 0)
    return shares
