"""Calls that log arrays: distributions, curves of classifiers, tensors, vectors, meshes."""

from typing import Any

from trainer_hooks.arrays import to_array
from trainer_hooks.tensorboard import formats
from trainer_hooks.tensorboard.base import Writing
from trainer_hooks.tensorboard.guard import guarded
from trainer_hooks.values import RefusedError, describe


class ArrayCalls(Writing):
    """The part of a SummaryWriter that logs arrays: of numpy, or tensors on any device and of any precision.

    In all calls `global_step` may be any number or None (see `Steps`), and `walltime` is in seconds since the epoch.
    """

    @guarded
    def add_histogram(
        self,
        tag: str,
        values: Any,
        global_step: Any = None,
        bins: Any = "tensorflow",
        walltime: float | None = None,
        max_bins: int | None = None,
    ) -> None:
        """Log how values of any shape are distributed.

        Args:
            tag: its name; `/` groups.
            values: any shape.
            global_step: any number or None.
            bins: "tensorflow", whose widths grow by a tenth away from 0; one of numpy's rules; how many; or edges.
            walltime: seconds since the epoch.
            max_bins: where a rule of numpy's gives more, as many of equal width are taken.
        """
        if values is None:
            raise RefusedError("expected values, got None; a parameter without a gradient has none")
        chosen = _at_most(bins, max_bins, values)
        self._opened().log_histogram(tag, values, bins=chosen, **self._when(tag, global_step, walltime))

    @guarded
    def add_histogram_raw(
        self,
        tag: str,
        min: Any,  # noqa: A002 - the name that scripts use
        max: Any,  # noqa: A002
        num: Any,  # noqa: ARG002 - the sum of the counts
        sum: Any,  # noqa: A002
        sum_squares: Any,
        bucket_limits: Any,
        bucket_counts: Any,
        global_step: Any = None,
        walltime: float | None = None,
    ) -> None:
        """Log a histogram that was counted already: `bucket_limits` are upper limits, shape (n,), ascending."""
        edges, counts = formats.edges_of(bucket_limits, bucket_counts, float(min))
        facts: dict[str, Any] = {"min": min, "max": max, "sum": sum, "sum_squares": sum_squares}
        facts = {name: float(value) for name, value in facts.items()}
        when = self._when(tag, global_step, walltime)
        self._opened().log_histogram(tag, counts=counts, edges=edges, **facts, **when)

    @guarded
    def add_pr_curve(
        self,
        tag: str,
        labels: Any,
        predictions: Any,
        global_step: Any = None,
        num_thresholds: int = 127,
        weights: Any = None,
        walltime: float | None = None,
    ) -> None:
        """Log precision and recall of a binary classifier: `labels` and `predictions` in [0, 1], shape (n,)."""
        when = self._when(tag, global_step, walltime)
        self._opened().log_pr_curve(tag, labels, predictions, thresholds=num_thresholds, weights=weights, **when)

    @guarded
    def add_pr_curve_raw(
        self,
        tag: str,
        true_positive_counts: Any,
        false_positive_counts: Any,
        true_negative_counts: Any,
        false_negative_counts: Any,
        precision: Any,
        recall: Any,
        global_step: Any = None,
        num_thresholds: int = 127,  # noqa: ARG002 - as many as there are counts
        weights: Any = None,  # noqa: ARG002 - the counts have them already
        walltime: float | None = None,
    ) -> None:
        """Log a precision-recall curve that was counted already, each array of shape (n,), from threshold 0 to 1."""
        counts = {
            "true_positives": true_positive_counts,
            "false_positives": false_positive_counts,
            "true_negatives": true_negative_counts,
            "false_negatives": false_negative_counts,
            "precision": precision,
            "recall": recall,
        }
        self._opened().log_pr_curve(tag, counts=counts, **self._when(tag, global_step, walltime))

    @guarded
    def add_tensor(self, tag: str, tensor: Any, global_step: Any = None, walltime: float | None = None) -> None:
        """Log a tensor as it is, of any shape and type."""
        self._opened().log_tensor(tag, tensor, **self._when(tag, global_step, walltime))

    @guarded
    def add_embedding(
        self,
        mat: Any,
        metadata: Any = None,
        label_img: Any = None,
        global_step: Any = None,
        tag: str = "default",
        metadata_header: Any = None,
    ) -> None:
        """Log vectors to be seen as points.

        Args:
            mat: shape (N, D).
            metadata: N labels: a list, a tensor, the keys of a dictionary, or rows of several labels.
            label_img: N small pictures, shape (N, C, H, W).
            global_step: any number or None.
            tag: its name; `/` groups.
            metadata_header: names of the columns, where `metadata` has rows.
        """
        given = {"metadata": formats.labels(metadata), "columns": metadata_header, "images": label_img}
        self._opened().log_embedding(tag, mat, **given, **self._when(tag, global_step))

    @guarded
    def add_mesh(
        self,
        tag: str,
        vertices: Any,
        colors: Any = None,
        faces: Any = None,
        config_dict: Any = None,
        global_step: Any = None,
        walltime: float | None = None,
    ) -> None:
        """Log meshes, or clouds of points where there are no faces.

        Args:
            tag: its name; `/` groups.
            vertices: shape (B, V, 3), or (V, 3) for one.
            colors: of the vertices, same shape, in [0, 255].
            faces: shape (B, F, 3) or (F, 3): places among the vertices.
            config_dict: how it is shown at first.
            global_step: any number or None.
            walltime: seconds since the epoch.
        """
        given = {"faces": faces, "colors": colors, "config": config_dict}
        self._opened().log_mesh(tag, vertices, **given, **self._when(tag, global_step, walltime))


def _at_most(bins: Any, max_bins: int | None, values: Any) -> Any:
    """Return `bins`, or `max_bins` where a number or a rule of numpy's gives more."""
    if max_bins is None or bins == "tensorflow" or not isinstance(bins, int | str):
        return bins
    if isinstance(bins, int):
        return min(bins, max_bins)
    import numpy as np

    numbers = to_array(values)
    if numbers.dtype.kind not in "biuf":
        raise RefusedError(f"expected numbers, got {describe(values)}")
    finite = numbers[np.isfinite(numbers)]
    return max_bins if len(np.histogram_bin_edges(finite, bins)) - 1 > max_bins else bins
