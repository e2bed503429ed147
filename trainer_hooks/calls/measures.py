"""Calls that log what is counted: distributions, curves of classifiers, confusion."""

from collections.abc import Iterable, Mapping
from typing import Any

from trainer_hooks.calls import Calls


class MeasureCalls(Calls):
    """The part of a run that logs counts. A step of None means the step logged last."""

    def log_histogram(
        self,
        tag: str,
        values: Any = None,
        step: int | None = None,
        bins: Any = 64,
        *,
        counts: Any = None,
        edges: Any = None,
        min: float | None = None,  # noqa: A002 - named as what is stored
        max: float | None = None,  # noqa: A002
        sum: float | None = None,  # noqa: A002
        sum_squares: float | None = None,
        wall_time: float | None = None,
    ) -> None:
        """Log the distribution of many numbers, or a histogram that was counted elsewhere.

        Args:
            tag: its name; `/` groups.
            values: an array or tensor of any shape and of any number type; NaN and infinities are counted apart.
            step: the trainer's own counter.
            bins: how many, of equal width from the smallest to the largest value; or one of numpy's rules, "auto",
                "fd", "sturges", "scott", "rice", "doane", "sqrt"; or "tensorflow", whose widths grow by a tenth away
                from 0; or the edges, shape (n + 1,), ascending: values beyond them get a bin at either end.
            counts: shape (n,), in place of `values`.
            edges: shape (n + 1,), ascending: of `counts`.
            min: smallest of the values that `counts` counts, and so on; left out where it is not known.
            max: their largest.
            sum: their sum.
            sum_squares: sum of their squares.
            wall_time: seconds since the epoch, UTC; now if None.
        """
        if counts is None and edges is None:
            self._log_items("histogram", tag, [values], step, wall_time=wall_time, bins=bins)
        else:
            facts = {"min": min, "max": max, "sum": sum, "sum_squares": sum_squares}
            given = {"counts": counts, "edges": edges, "facts": facts}
            self._log_items("histogram", tag, [values], step, wall_time=wall_time, **given)

    def log_pr_curve(
        self,
        tag: str,
        labels: Any = None,
        predictions: Any = None,
        step: int | None = None,
        thresholds: int = 127,
        weights: Any = None,
        *,
        counts: Mapping[str, Any] | None = None,
        wall_time: float | None = None,
    ) -> None:
        """Log how precision and recall of a binary classifier depend on its threshold.

        Args:
            tag: its name; `/` groups. One tag for each class of several.
            labels: shape (N,), booleans or 0 and 1.
            predictions: shape (N,), the probability of a true label, in [0, 1]. What lies outside is left out
                and counted.
            step: the trainer's own counter.
            thresholds: how many, evenly from 0 to 1.
            weights: of the samples, shape (N,) or one number; 1 if None.
            counts: in place of labels and predictions, lists of one length: `true_positives`, `false_positives`,
                `true_negatives`, `false_negatives`, `precision`, `recall`, and `thresholds` if they are not even.
            wall_time: seconds since the epoch, UTC; now if None.
        """
        self._log_curve("pr_curve", tag, labels, predictions, step, thresholds, weights, counts, wall_time)

    def log_roc_curve(
        self,
        tag: str,
        labels: Any = None,
        predictions: Any = None,
        step: int | None = None,
        thresholds: int = 127,
        weights: Any = None,
        *,
        counts: Mapping[str, Any] | None = None,
        wall_time: float | None = None,
    ) -> None:
        """Log how true and false positives of a binary classifier depend on its threshold; as `log_pr_curve`."""
        self._log_curve("roc_curve", tag, labels, predictions, step, thresholds, weights, counts, wall_time)

    def _log_curve(
        self,
        kind: str,
        tag: str,
        labels: Any,
        predictions: Any,
        step: int | None,
        thresholds: int,
        weights: Any,
        counts: Mapping[str, Any] | None,
        wall_time: float | None,
    ) -> None:
        given: dict[str, Any] = {"thresholds": thresholds, "weights": weights, "counts": counts}
        self._log_items(kind, tag, [(labels, predictions)], step, wall_time=wall_time, **given)

    def log_confusion_matrix(
        self,
        tag: str,
        labels: Any = None,
        predictions: Any = None,
        step: int | None = None,
        names: Iterable[Any] | None = None,
        *,
        counts: Any = None,
        wall_time: float | None = None,
    ) -> None:
        """Log how often each class was taken for each other.

        Args:
            tag: its name; `/` groups.
            labels: shape (N,), the true classes: numbers from 0, or texts.
            predictions: shape (N,), the predicted classes; or (N, K) scores, of which the highest counts.
            step: the trainer's own counter.
            names: of the K classes in their order.
            counts: in place of labels and predictions, shape (K, K): row = true class, column = predicted.
            wall_time: seconds since the epoch, UTC; now if None.
        """
        given: dict[str, Any] = {"names": names, "counts": counts}
        self._log_items("confusion_matrix", tag, [(labels, predictions)], step, wall_time=wall_time, **given)
