"""Logs what scikit-learn trains: loops of `partial_fit` as they go on, all else when it is fitted."""

import os
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.base import is_classifier, is_regressor
from sklearn.metrics import mean_absolute_error, mean_squared_error

from trainer_hooks.integration.holder import RunHolder
from trainer_hooks.integration.importances import log_importances
from trainer_hooks.run import Run
from trainer_hooks.start import init

# What a fitted estimator remembers of each of its iterations: attribute -> tag.
CURVES = {
    "loss_curve_": "train/loss",  # MLP
    "validation_scores_": "validation/score",
    "train_score_": "train/score",
    "validation_score_": "validation/score",
    "oob_improvement_": "train/oob_improvement",
    "oob_scores_": "train/oob_score",
    "lower_bounds_": "train/lower_bound",  # mixtures
}
FACTS = ("n_iter_", "best_iteration_", "n_estimators_", "inertia_", "best_loss_")
MAX_CURVES = 100  # classes that get curves of their own


def fit_partially(
    estimator: Any,
    features: Any,
    labels: Any,
    epochs: int,
    path: str | os.PathLike[str] | None = None,
    *,
    run: Run | None = None,
    validation: tuple[Any, Any] | None = None,
    batch_size: int = 256,
    seed: int = 0,
    **options: Any,
) -> Any:
    """Fit by `partial_fit`, epoch by epoch, and log the scores after each: `train/score`, `validation/score`.

    Args:
        estimator: whatever has `partial_fit` and `score`.
        features: shape (N, D), dense or sparse.
        labels: shape (N,).
        epochs: how often each sample is seen, in an order of its own. A file `STOP` in the run folder ends it earlier.
        path: the run folder, as in `trainer_hooks.init`.
        run: an open run, in place of it.
        validation: features and labels that are not trained on.
        batch_size: samples for one call of `partial_fit`.
        seed: of the order.
        options: further keywords of `trainer_hooks.init`.

    Returns:
        The estimator.

    Raises:
        TypeError: a run was given and a path as well.
    """
    holder = RunHolder(path, run, options)
    logged = holder.begin({"estimator": _config(estimator), "epochs": epochs, "batch_size": batch_size, "seed": seed})
    order = np.random.default_rng(seed)
    try:
        for epoch in range(epochs):
            _fit_epoch(estimator, features, np.asarray(labels), order.permutation(len(labels)), batch_size)
            logged.log(_epoch_scores(estimator, (features, labels), validation), epoch)
            logged.progress(epoch + 1, epochs)
            if logged.stop_requested:
                break
    except BaseException as error:
        holder.finish(error)
        raise
    holder.finish()
    return estimator


def log_fit(run: Run, estimator: Any, features: Any = None, labels: Any = None, name: str = "validation") -> None:
    """Log what a fitted estimator remembers of its training.

    That is its parameters, as config; the curves that it kept, such as `loss_curve_` and `validation_scores_` of
    an MLP, as `train/loss` and `validation/score`; the importances of its features; and of gradient boosting, where
    features and labels are given, the score after each stage, as `<name>/staged_score`. Of a pipeline its last step is
    asked for curves.

    Args:
        run: where to.
        estimator: a fitted one.
        features: shape (N, D), for the score after each stage; None: without it.
        labels: shape (N,).
        name: of these data.
    """
    last = estimator.steps[-1][1] if hasattr(estimator, "steps") else estimator
    facts = {fact: getattr(last, fact) for fact in FACTS if hasattr(last, fact)}
    run.update_config({"estimator": _config(estimator), **({"fitted": facts} if facts else {})})
    for attribute, tag in CURVES.items():
        values = getattr(last, attribute, None)
        if values is not None:
            is_loss = attribute == "train_score_" and type(last).__name__.startswith("GradientBoosting")
            _log_curve(run, "train/loss" if is_loss else tag, values)
    if features is not None and hasattr(last, "staged_predict"):
        before = estimator[:-1].transform(features) if hasattr(estimator, "steps") and len(estimator) > 1 else features
        _log_curve(run, f"{name}/staged_score", _staged_scores(last, before, np.asarray(labels)))
    _log_importances(run, last)


def log_evaluation(
    run: Run, estimator: Any, features: Any, labels: Any, name: str = "test", step: int | None = None
) -> None:
    """Log how good an estimator is on some data, by all that its kind is judged by.

    Of a classifier `<name>/score`, its confusion matrix, and where it gives probabilities the PR and ROC curve of each
    class (of two classes, of the second one). Of a regressor `<name>/score` (R²), `<name>/mae` and `<name>/rmse`, and
    a histogram of its errors. Of anything else its score.

    Args:
        run: where to.
        estimator: a fitted one.
        features: shape (N, D).
        labels: shape (N,).
        name: of the data, the first part of all tags.
        step: the trainer's own counter; None: the step logged last.
    """
    row = {f"{name}/score": estimator.score(features, labels)}
    predicted = estimator.predict(features) if is_classifier(estimator) or is_regressor(estimator) else None
    if is_regressor(estimator):
        row[f"{name}/mae"] = mean_absolute_error(labels, predicted)
        row[f"{name}/rmse"] = mean_squared_error(labels, predicted) ** 0.5
    run.log(row, step)
    if is_regressor(estimator):
        run.log_histogram(f"{name}/error", np.asarray(predicted) - np.asarray(labels), step)
    elif is_classifier(estimator) and np.ndim(labels) == 1:
        _log_classes(run, estimator, features, np.asarray(labels), predicted, name, step)


def log_search(
    search: Any, path: str | os.PathLike[str] | None = None, *, run: Run | None = None, **options: Any
) -> list[Path]:
    """Log the candidates of a fitted grid or random search.

    With a path, each is a run, `<path>/candidate-0` and so on, with its parameters as config: the page Hyper-parameters
    compares them. The score of each fold is a step of `test_score`; `mean_test_score`, `rank_test_score` and
    `mean_fit_time_s` follow. With `run=` it is one table, `search`, there.

    Args:
        search: `GridSearchCV` or one of its relatives, fitted.
        path: the folder of the runs.
        run: an open run, in place of it.
        options: further keywords of `trainer_hooks.init`, for each run.

    Returns:
        The run folders.

    Raises:
        TypeError: neither a path nor a run was given, or both.
    """
    if (path is None) is (run is None):
        raise TypeError("expected a path, for a run for each candidate, or an open run, for a table in it")
    results = search.cv_results_
    if run is not None:
        columns = {name: [_plain(value) for value in values] for name, values in results.items() if name != "params"}
        run.update_config({"best": search.best_params_} if hasattr(search, "best_params_") else {})
        run.log_table("search", columns)
        return []
    return [
        _log_candidate(init(Path(str(path)) / f"candidate-{place}", **options), results, place)
        for place in range(len(results["params"]))
    ]


def _log_candidate(run: Run, results: Mapping[str, Any], place: int) -> Path:
    with run:
        run.update_config(results["params"][place])
        scores = sorted(name for name in results if name.startswith("mean_test_"))
        for mean in scores:
            measure = mean.removeprefix("mean_")
            folds = [name for name in results if name.startswith("split") and name.endswith(f"_{measure}")]
            _log_curve(run, measure, [results[f"split{fold}_{measure}"][place] for fold in range(len(folds))])
        wanted = [*scores, *(mean.replace("mean_", "rank_") for mean in scores)]
        row = {name: results[name][place] for name in wanted}
        run.log({**row, "mean_fit_time_s": results["mean_fit_time"][place]})
    return run.path


def _fit_epoch(estimator: Any, features: Any, labels: Any, order: Any, batch_size: int) -> None:
    """Show each sample once, in the given order."""
    classes = {"classes": np.unique(labels)} if is_classifier(estimator) else {}
    rows = features.iloc if hasattr(features, "iloc") else features
    for begin in range(0, len(order), batch_size):
        batch = order[begin : begin + batch_size]
        estimator.partial_fit(rows[batch], labels[batch], **classes)


def _epoch_scores(estimator: Any, training: tuple[Any, Any], validation: tuple[Any, Any] | None) -> dict[str, float]:
    row = {"train/score": estimator.score(*training)}
    if getattr(estimator, "loss_", None) is not None and np.ndim(estimator.loss_) == 0:
        row["train/loss"] = estimator.loss_
    if validation is not None:
        row["validation/score"] = estimator.score(*validation)
    return row


def _log_classes(
    run: Run, estimator: Any, features: Any, labels: Any, predicted: Any, name: str, step: int | None
) -> None:
    """Log the confusion matrix, and the curves of each class."""
    classes = list(estimator.classes_)
    places = {one: place for place, one in enumerate(classes)}
    if all(one in places for one in labels):
        truth, guess = ([places[one] for one in some] for some in (labels, predicted))
        run.log_confusion_matrix(
            f"{name}/confusion", np.array(truth), np.array(guess), step, [str(one) for one in classes]
        )
    if not hasattr(estimator, "predict_proba"):
        return
    shares = estimator.predict_proba(features)
    for place in range(1 if len(classes) == 2 else 0, min(len(classes), MAX_CURVES)):
        of_class = (labels == classes[place]).astype(int)
        run.log_pr_curve(f"{name}/pr/{classes[place]}", of_class, shares[:, place], step)
        run.log_roc_curve(f"{name}/roc/{classes[place]}", of_class, shares[:, place], step)


def _staged_scores(estimator: Any, features: Any, labels: Any) -> list[float]:
    """Return the accuracy, or R², after each stage."""
    if is_classifier(estimator):
        return [float(np.mean(stage == labels)) for stage in estimator.staged_predict(features)]
    spread = float(np.sum((labels - labels.mean()) ** 2)) or np.nan
    return [1 - float(np.sum((labels - stage) ** 2)) / spread for stage in estimator.staged_predict(features)]


def _log_curve(run: Run, tag: str, values: Iterable[Any]) -> None:
    for step, value in enumerate(values):
        run.log({tag: value}, step)


def _log_importances(run: Run, estimator: Any) -> None:
    shares = getattr(estimator, "feature_importances_", None)
    if shares is None:
        return
    names: Sequence[Any] = getattr(estimator, "feature_names_in_", range(len(shares)))
    columns = {"feature": [_plain(name) for name in names], "importance": [float(share) for share in shares]}
    log_importances(run, columns, "importance")


def _config(estimator: Any) -> dict[str, Any]:
    """Return the class and the parameters, nested estimators among them under their own names."""
    own = estimator.get_params(deep=False)
    parts = {name: _config(value) if hasattr(value, "get_params") else value for name, value in own.items()}
    return {"class": type(estimator).__name__, **parts}


def _plain(value: Any) -> Any:
    return value.item() if hasattr(value, "item") else value if isinstance(value, int | float | None) else str(value)
