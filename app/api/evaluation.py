"""`GET /api/v1/evaluation/...`: PR and ROC curves, confusion matrices, and how good they are over the steps."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from flask import Flask, Response, request

from app.api.answers import NotThereError, download, json_answer
from app.api.evaluation_text import curve_text, matrix_text, scores_text
from app.api.items import item_at, items_of, present
from app.api.parameters import MOST_DIGITS, count, needed
from app.readers.contract import MediaItem
from app.settings import Settings
from app.store.chosen_items import each_of
from app.store.memory import StoreLike
from app.store.query import QuestionError
from app.transforms import confusion as matrices
from app.transforms import curves
from app.transforms.places import latest, spread

CURVE_KINDS = ("pr_curve", "roc_curve")
KINDS = (*CURVE_KINDS, "confusion_matrix")
MOST_CURVES = 100  # in one question
_MOST_POINTS = 500  # of a curve that is drawn; a download has all
_STEPS = 200
_WORST = 50
_DIGITS = 6
_EXACT = 2**53  # whole numbers below it are the same in a float


def register(server: Flask, store: StoreLike, settings: Settings) -> None:
    """Serve the routes."""
    for name, answer in (("curves", _curves), ("matrix", _matrix), ("scores", _scores), ("csv", _csv)):
        server.add_url_rule(
            f"{settings.url_prefix}api/v1/evaluation/{name}", f"api_evaluation_{name}", _asking(store, answer)
        )


def _asking(store: StoreLike, answer: Callable[[StoreLike, str], Response]) -> Callable[[], Response]:
    """Return what a route calls: the answer about the run that is asked for, also where it vanishes meanwhile."""

    def call() -> Response:
        run_id = needed("run")
        with present(run_id):
            return answer(store, run_id)

    return call


def _curves(store: StoreLike, run_id: str) -> Response:
    """Answer with the curves at the places asked for: `tag` and `at` in pairs."""
    tags, places = request.args.getlist("tag"), request.args.getlist("at")
    if len(tags) != len(places) or not 0 < len(tags) <= MOST_CURVES or not all(_is_place(place) for place in places):
        raise QuestionError(f"evaluation/curves needs 1 to {MOST_CURVES} pairs of tag= and at=, a whole number.")
    asked = zip(tags, map(int, places), strict=True)
    return json_answer({"curves": [curve_entry(_item(store, run_id, tag, at, CURVE_KINDS)) for tag, at in asked]})


def _is_place(text: str) -> bool:
    return text.isdecimal() and len(text) <= MOST_DIGITS


def _matrix(store: StoreLike, run_id: str) -> Response:
    return json_answer(matrix_entry(_item(store, run_id, needed("tag"), count("at", 0), KINDS[2:])))


def _scores(store: StoreLike, run_id: str) -> Response:
    return json_answer(_scores_of(store, run_id, needed("tag"), count("steps", _STEPS)))


def _csv(store: StoreLike, run_id: str) -> Response:
    """Answer with one curve or matrix as CSV, or without `at` with the scores of all steps."""
    tag = needed("tag")
    if "at" not in request.args:
        return download(scores_text(_scores_of(store, run_id, tag, None)), f"{run_id}-{tag}", "csv")
    item = _item(store, run_id, tag, count("at", 0), KINDS)
    text = curve_text(columns_of(sound_of(item))) if item.kind in CURVE_KINDS else matrix_text(_confusion_of(item))
    return download(text, f"{run_id}-{tag}-step-{item.step}", "csv")


def _item(store: StoreLike, run_id: str, tag: str, place: int, kinds: Sequence[str]) -> MediaItem:
    return item_at(items_of(store, run_id, tag, *kinds), place, run_id, tag)


def sound_of(item: MediaItem) -> curves.Curve:
    """Return the curve that an item holds."""
    return curves.sound_curve(item.meta)


def _confusion_of(item: MediaItem) -> matrices.Confusion:
    try:
        return matrices.sound_confusion(item.meta.get("labels", ()), item.meta.get("counts", ()))
    except ValueError as error:
        raise NotThereError(item.caption or str(error)) from error


def curve_entry(item: MediaItem) -> dict[str, Any]:
    """Return a curve to be drawn: columns by name, null where a number is not known, and what it says as a whole."""
    curve, left_out = sound_of(item), item.meta.get("left_out")
    best = curves.best_f1(curve)
    positives, negatives = curves.class_sizes(curve)
    drawn = _thinned(len(curve), best.place)
    columns = {name: _short(column[drawn]) for name, column in columns_of(curve).items()}
    whole = {
        "average_precision": curves.average_precision(curve),
        "roc_area": curves.roc_area(curve),
        "best_f1": best.f1,
        "best_threshold": best.threshold,
        "base_rate": curves.base_rate(curve),
        "positives": positives,
        "negatives": negatives,
    }
    known = {name: None if np.isnan(value) else value for name, value in whole.items()}
    return {
        "step": item.step,
        "wall_time": item.wall_time,
        "points": len(curve),
        "left_out": left_out if type(left_out) is int and left_out > 0 else 0,
        **known,
        **columns,
        "message": item.caption if not len(curve) else "",
    }


def columns_of(curve: curves.Curve) -> dict[str, curves.Float64Array]:
    """Return all that is known at each threshold, by name."""
    return {
        "threshold": curve.thresholds,
        "precision": curve.precision,
        "recall": curve.recall,
        "false_positive_rate": curves.false_positive_rate(curve),
        "specificity": curves.specificity(curve),
        "f1": curves.f1_scores(curve),
        "accuracy": curves.accuracy(curve),
        "true_positives": curve.true_positives,
        "false_positives": curve.false_positives,
        "true_negatives": curve.true_negatives,
        "false_negatives": curve.false_negatives,
    }


def matrix_entry(item: MediaItem) -> dict[str, Any]:
    """Return a matrix to be drawn, with the scores of its classes and its largest errors."""
    found = _confusion_of(item)
    of_class = matrices.class_scores(found)
    names = ("support", "predicted", "precision", "recall", "f1")
    return {
        "step": item.step,
        "wall_time": item.wall_time,
        "labels": found.labels,
        "counts": _whole(found.counts),
        "classes": {name: _short(getattr(of_class, name)) for name in names},
        "worst": matrices.worst_confusions(found, _WORST),
        **_matrix_scores(found),
    }


def _scores_of(store: StoreLike, run_id: str, tag: str, most: int | None) -> dict[str, Any]:
    """Return how good the chosen steps are; all steps where `most` is None."""
    items = items_of(store, run_id, tag, *KINDS)
    if most is not None and not 2 <= most <= _STEPS:
        raise QuestionError(f"The parameter steps must be from 2 to {_STEPS}, not {most}.")
    places = spread(len(items), most or max(2, len(items)))
    read = [(item.step, item.wall_time, _item_scores(item)) for item in each_of(items, places)]
    kept = [read[row] for row in np.flatnonzero(latest(np.array([step for step, _, _ in read], np.int64)))]
    names = list(kept[0][2]) if kept else []
    return {
        "total": len(items),
        "step": [step for step, _, _ in kept],
        "wall_time": [wall_time for _, wall_time, _ in kept],
        "scores": {name: [scores.get(name) for _, _, scores in kept] for name in names},
    }


def _item_scores(item: MediaItem) -> dict[str, float | None]:
    if item.kind in CURVE_KINDS:
        curve = sound_of(item)
        found = {
            "average_precision": curves.average_precision(curve),
            "roc_area": curves.roc_area(curve),
            "best_f1": curves.best_f1(curve).f1,
        }
        return {name: None if np.isnan(value) else value for name, value in found.items()}
    try:
        return _matrix_scores(_confusion_of(item))
    except NotThereError:
        return dict.fromkeys(("accuracy", "macro_f1", "balanced_accuracy"))


def _matrix_scores(found: matrices.Confusion) -> dict[str, float | None]:
    scores = {
        "accuracy": matrices.overall_accuracy(found),
        "macro_f1": matrices.macro_f1(found),
        "balanced_accuracy": matrices.balanced_accuracy(found),
    }
    return {name: None if np.isnan(value) else value for name, value in scores.items()}


def _thinned(size: int, kept: int) -> np.ndarray[Any, np.dtype[np.intp]]:
    """Return the places of a curve that are drawn: evenly chosen, with both ends and the best."""
    places = np.unique(np.linspace(0, max(0, size - 1), min(size, _MOST_POINTS)).round().astype(np.intp))
    return np.union1d(places, [kept]).astype(np.intp) if kept >= 0 else places


def _short(values: curves.Float64Array) -> list[float | None]:
    """Return few digits each, null for NaN, whole numbers exactly."""
    return [None if value != value else _number(value) for value in values.tolist()]


def _number(value: float) -> float:
    return int(value) if value.is_integer() and abs(value) < _EXACT else float(f"{value:.{_DIGITS}g}")


def _whole(counts: curves.Float64Array) -> list[list[float]]:
    """Return the rows of a table, as whole numbers where all are: weights need not be."""
    whole = (counts == np.floor(counts)).all() and counts.max(initial=0) < _EXACT
    rows: list[list[float]] = (counts.astype(np.int64) if whole else counts).tolist()
    return rows
