"""`wandb.plot`: charts of a table as Plotly figures, and curves and matrices as the kinds that Tailboard has."""

import json
from collections.abc import Iterable, Sequence
from typing import Any

from trainer_hooks.arrays import to_array
from trainer_hooks.run import Run
from trainer_hooks.wandb.absent import say_once
from trainer_hooks.wandb.data import Media
from trainer_hooks.wandb.table import Table


class Chart(Media):
    """A figure in Plotly's JSON, made without Plotly."""

    def __init__(self, traces: Sequence[dict[str, Any]], title: str, x: str, y: str) -> None:
        axes: dict[str, Any] = {"xaxis": {"title": {"text": x}}, "yaxis": {"title": {"text": y}}}
        self._figure: dict[str, Any] = {"data": list(traces), "layout": {"title": {"text": title}, **axes}}

    def to_plotly_json(self) -> dict[str, Any]:
        """Return data and layout."""
        return self._figure

    def to_json(self) -> str:
        """Return data and layout as JSON."""
        return json.dumps(self._figure, default=lambda value: value.item() if hasattr(value, "item") else str(value))

    def log_to(self, run: Run, tag: str, step: int) -> None:
        """Log it as a figure."""
        run.log_figure(tag, self, step=step)


class _Matrix(Media):
    def __init__(self, labels: Any, predictions: Any, names: Any) -> None:
        self._labels, self._predictions, self._names = labels, predictions, names

    def log_to(self, run: Run, tag: str, step: int) -> None:
        labels = to_array(self._labels).reshape(-1)
        run.log_confusion_matrix(tag, labels, self._predictions, step=step, names=self._names)


class _Curves(Media):
    """A curve for each class: of that class against all others."""

    def __init__(self, kind: str, labels: Any, scores: Any, names: Any, chosen: Any) -> None:
        self._kind, self._labels, self._scores, self._names, self._chosen = kind, labels, scores, names, chosen

    def log_to(self, run: Run, tag: str, step: int) -> None:
        import numpy as np

        labels, scores = to_array(self._labels).reshape(-1), to_array(self._scores)
        classes = np.unique(labels)
        log = run.log_pr_curve if self._kind == "pr" else run.log_roc_curve
        for place, number in enumerate(classes):
            if self._chosen is not None and number not in self._chosen:
                continue
            column = int(number) if number == number and str(number).isdigit() else place
            name = self._names[column] if self._names is not None and column < len(self._names) else number
            log(f"{tag}/{name}", labels == number, scores[:, min(column, scores.shape[1] - 1)], step=step)


def line(table: Table, x: str, y: str, stroke: str | None = None, title: str = "", split_table: bool = False) -> Chart:  # noqa: ARG001
    """Draw column `y` over column `x`, a line for each value of column `stroke`."""
    return Chart(list(_lines(table, x, y, stroke)), title, x, y)


def _lines(table: Table, x: str, y: str, stroke: str | None) -> Iterable[dict[str, Any]]:
    across, up = table.get_column(x), table.get_column(y)
    strokes = table.get_column(stroke) if stroke else [y] * len(across)
    for name in dict.fromkeys(strokes):
        chosen = [place for place, other in enumerate(strokes) if other == name]
        points = {"x": [across[place] for place in chosen], "y": [up[place] for place in chosen]}
        yield {"type": "scatter", "mode": "lines", "name": str(name), **points}


def scatter(table: Table, x: str, y: str, title: str = "", split_table: bool = False) -> Chart:  # noqa: ARG001
    """Draw a point for each row."""
    trace = {"type": "scatter", "mode": "markers", "x": table.get_column(x), "y": table.get_column(y)}
    return Chart([trace], title, x, y)


def bar(table: Table, label: str, value: str, title: str = "", split_table: bool = False) -> Chart:  # noqa: ARG001
    """Draw a bar for each row, with its label."""
    trace = {"type": "bar", "x": list(map(str, table.get_column(label))), "y": table.get_column(value)}
    return Chart([trace], title, label, value)


def histogram(table: Table, value: str, title: str = "", split_table: bool = False) -> Chart:  # noqa: ARG001
    """Draw how often the values of a column are."""
    return Chart([{"type": "histogram", "x": table.get_column(value)}], title, value, "count")


def line_series(
    xs: Any,
    ys: Iterable[Any],
    keys: Sequence[str] | None = None,
    title: str = "",
    xname: str = "x",
    split_table: bool = False,  # noqa: ARG001
) -> Chart:
    """Draw several lines over the same x, or each over its own where `xs` holds as many lists."""
    lines = [to_array(values).reshape(-1).tolist() for values in ys]
    own = len(xs) > 0 and hasattr(xs[0], "__len__")
    across = [to_array(values).reshape(-1).tolist() for values in xs] if own else [to_array(xs).tolist()] * len(lines)
    names = keys or [f"line_{place}" for place in range(len(lines))]
    traces = [
        {"type": "scatter", "mode": "lines", "name": str(name), "x": x, "y": y}
        for name, x, y in zip(names, across, lines, strict=False)
    ]
    return Chart(traces, title, xname, "y")


def confusion_matrix(
    probs: Any = None,
    y_true: Any = None,
    preds: Any = None,
    class_names: Sequence[str] | None = None,
    title: str = "Confusion Matrix Curve",  # noqa: ARG001 - the tag is the title
    split_table: bool = False,  # noqa: ARG001
) -> Media:
    """Count which class was taken for which: `preds` are class numbers, `probs` scores (N, K)."""
    return _Matrix(y_true, preds if preds is not None else probs, class_names)


def pr_curve(
    y_true: Any = None,
    y_probas: Any = None,
    labels: Sequence[str] | None = None,
    classes_to_plot: Any = None,
    interp_size: int = 21,  # noqa: ARG001 - a threshold for each 1/126 in its place
    title: str = "Precision-Recall Curve",  # noqa: ARG001
    split_table: bool = False,  # noqa: ARG001
) -> Media:
    """Precision against recall of each class: class numbers (N,) and scores (N, K), names in `labels`."""
    return _Curves("pr", y_true, y_probas, labels, classes_to_plot)


def roc_curve(
    y_true: Any,
    y_probas: Any = None,
    labels: Sequence[str] | None = None,
    classes_to_plot: Any = None,
    title: str = "ROC Curve",  # noqa: ARG001
    split_table: bool = False,  # noqa: ARG001
) -> Media:
    """True against false positives of each class: class numbers (N,) and scores (N, K), names in `labels`."""
    return _Curves("roc", y_true, y_probas, labels, classes_to_plot)


def plot_table(
    vega_spec_name: str,
    data_table: Table,
    fields: Any,  # noqa: ARG001
    string_fields: Any = None,  # noqa: ARG001
    split_table: bool = False,  # noqa: ARG001
) -> Table:
    """Return the table: the charts of W&B are kept on its server."""
    say_once("plot_table", f"the chart {vega_spec_name!r} lies on the server of W&B; its table is logged")
    return data_table


def visualize(id: str, value: Table) -> Table:  # noqa: A002 - W&B's name
    """Return the table, as `plot_table` does."""
    return plot_table(id, value, {})
