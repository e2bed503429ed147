"""Logs what LightGBM trains: `lightgbm.train(..., callbacks=[TailboardCallback("runs/trees")])`."""

from typing import Any

import lightgbm
from lightgbm.callback import CallbackEnv, EarlyStopException

from trainer_hooks.integration.boosting import BoostingCallback
from trainer_hooks.integration.importances import log_importances
from trainer_hooks.run import Run


class TailboardCallback(BoostingCallback):
    """A callback for `lightgbm.train`, `lightgbm.cv` and the `fit` of its estimators.

    Logs each measure of each data set as `<data set>/<measure>` after each round, of cross-validation its mean, and its
    standard deviation as `..._std`. The parameters become the config, the best round is added to it, and in the
    end the table `feature_importance` is logged. A file `STOP` in the run folder ends the training after a round.

    LightGBM does not tell its callbacks that early stopping ended a training: a run of its own ends then when the
    callback goes away, which is at once where it was made within the call, or at the end of its `with`.
    """

    order = (
        25  # after what changes the measures (20), before early stopping (30), which ends a round for those after it
    )
    before_iteration = False
    _model: Any = None
    _last = 0

    def __call__(self, env: CallbackEnv) -> None:
        """Log one round.

        Raises:
            EarlyStopException: somebody asked the training to end; LightGBM takes it for early stopping.
        """
        if self._model is not env.model:
            self._begin(env.params)
            self._model = env.model
        run = self.run
        if run is None:
            return
        results = env.evaluation_result_list or []
        run.log(_row(results), env.iteration)
        run.progress(env.iteration + 1 - env.begin_iteration, env.end_iteration - env.begin_iteration)
        self._last = env.iteration
        if env.iteration + 1 == env.end_iteration:
            self.close()
        elif run.stop_requested:
            self.close()
            raise EarlyStopException(env.iteration, results)

    def close(self, error: BaseException | None = None) -> None:
        """Log what the model says of itself, and end a run of its own."""
        run, model = self.run, self._model
        self._model = None
        if run is not None and model is not None and not run.finished:
            best = getattr(model, "best_iteration", -1)
            if best > 0:  # counted from 1
                run.update_config({"best_iteration": best - 1})
            if isinstance(model, lightgbm.Booster) and error is None:
                _log_importances(run, model, self._last)
        super().close(error)

    def __del__(self) -> None:
        if hasattr(self, "_holder"):
            self.close()


def _row(results: list[Any]) -> dict[str, float]:
    """Return tag -> value of what LightGBM measured: (data set, measure, value, higher is better[, deviation])."""
    row: dict[str, float] = {}
    for name, measure, value, _maximize, *deviation in results:
        row[f"{name}/{measure}"] = value
        if deviation and deviation[0] is not None:
            row[f"{name}/{measure}_std"] = deviation[0]
    return row


def _log_importances(run: Run, model: lightgbm.Booster, step: int) -> None:
    gains, splits = (model.feature_importance(kind).tolist() for kind in ("gain", "split"))
    log_importances(run, {"feature": model.feature_name(), "gain": gains, "split": splits}, "gain", step)
