"""Logs what XGBoost trains: `xgboost.train(..., callbacks=[TailboardCallback("runs/trees")])`."""

import json
import os
from collections.abc import Mapping
from typing import Any

import xgboost
from xgboost import collective

from trainer_hooks.integration.boosting import BoostingCallback
from trainer_hooks.integration.importances import log_importances
from trainer_hooks.run import Run

MEASURES = ("gain", "cover", "weight")


class TailboardCallback(BoostingCallback, xgboost.callback.TrainingCallback):
    """A callback for `xgboost.train`, `xgboost.cv` and the estimators of `xgboost.sklearn`.

    Logs each measure of each data set as `<data set>/<measure>` after each round, of cross-validation its mean, and its
    standard deviation as `..._std`. The parameters become the config, the best round is added to it, and in the
    end the table `feature_importance` is logged. A file `STOP` in the run folder ends the training after a round.
    """

    def __init__(
        self,
        path: str | os.PathLike[str] | None = None,
        *,
        run: Run | None = None,
        rounds: int | None = None,
        **options: Any,
    ) -> None:
        """Take a run that is open, or what `trainer_hooks.init` takes.

        Args:
            path: the run folder.
            run: an open run, in place of all else.
            rounds: how many there will be at most, for the time left: XGBoost does not tell its callbacks.
            options: further keywords of `trainer_hooks.init`.

        Raises:
            TypeError: a run was given and what to open as well.
        """
        super().__init__(path, run=run, **options)
        self._rounds = rounds
        self._done = 0

    def before_training(self, model: Any) -> Any:
        """Open the run, unless another process of the job does."""
        if collective.get_rank() == 0:
            self._begin(parameters(_booster(model)))
            self._done = model.num_boosted_rounds() if isinstance(model, xgboost.Booster) else 0
        return model

    def after_iteration(self, model: Any, epoch: int, evals_log: Mapping[str, Mapping[str, Any]]) -> bool:  # noqa: ARG002
        """Log one round; return whether the training is to end."""
        run = self.run
        if run is None or collective.get_rank() != 0:
            return False
        run.log(_latest(evals_log), epoch)
        if self._rounds:
            run.progress(epoch + 1 - self._done, self._rounds)
        return run.stop_requested

    def after_training(self, model: Any) -> Any:
        """Log what the model says of itself, and end a run of its own."""
        run = self.run
        if run is not None and collective.get_rank() == 0:
            known = _booster(model).attributes()  # as texts
            run.update_config({name: _plain(known[name]) for name in ("best_iteration", "best_score") if name in known})
            if isinstance(model, xgboost.Booster):
                _log_importances(run, model)
            self.close()
        return model


def parameters(booster: xgboost.Booster) -> dict[str, Any]:
    """Return what a model is trained with, defaults included, as numbers and words."""
    learner = json.loads(booster.save_config())["learner"]
    boosting = learner["gradient_booster"]
    found = {
        **learner["learner_train_param"],
        **{name: learner["generic_param"][name] for name in ("device", "seed") if name in learner["generic_param"]},
        **boosting.get("gbtree_train_param", {}),
        **boosting.get("tree_train_param", {}),
        "eval_metric": [metric["name"] for metric in learner.get("metrics", [])],
    }
    return {name: _plain(value) for name, value in found.items()}


def _booster(model: Any) -> xgboost.Booster:
    """Return a model, of cross-validation that of the first fold."""
    return model if isinstance(model, xgboost.Booster) else model.cvfolds[0].bst


def _latest(evals_log: Mapping[str, Mapping[str, Any]]) -> dict[str, float]:
    """Return the values of the last round; of cross-validation they are pairs of mean and standard deviation."""
    row: dict[str, float] = {}
    for name, measures in evals_log.items():
        for measure, values in measures.items():
            tag, value = f"{name}/{measure}", values[-1]
            if isinstance(value, tuple):
                row[tag], row[f"{tag}_std"] = value
            else:
                row[tag] = value
    return row


def _log_importances(run: Run, booster: xgboost.Booster) -> None:
    """Log the features that occur in a tree; a linear model has none of these measures."""
    try:
        measured = {measure: booster.get_score(importance_type=measure) for measure in MEASURES}
    except (ValueError, xgboost.core.XGBoostError):
        return
    features = list(measured["gain"])
    columns = {measure: [values.get(name, 0.0) for name in features] for measure, values in measured.items()}
    log_importances(run, {"feature": features, **columns}, "gain")


def _plain(value: Any) -> Any:
    """Return the number that a text of XGBoost's settings stands for, in the digits of the float32 that it is."""
    if not isinstance(value, str):
        return value
    try:
        number = float(value)
    except ValueError:
        return value
    return int(number) if number.is_integer() and "." not in value else float(f"{number:.7g}")
