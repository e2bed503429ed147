"""Boosted trees of XGBoost, trained for real."""

import copy
import math

import numpy as np
import pytest
import xgboost
from sklearn.model_selection import GridSearchCV

import trainer_hooks
from tests.logged import media, rows, run_json, statuses, until
from trainer_hooks.xgboost import TailboardCallback

RANDOM = np.random.default_rng(0)
FEATURES = RANDOM.random((120, 4))
TARGET = 3 * FEATURES[:, 0] + FEATURES[:, 1]
PARAMETERS = {"eta": 0.3, "max_depth": 2, "nthread": 1, "eval_metric": ["rmse", "mae"]}


def data():
    return xgboost.DMatrix(FEATURES, TARGET, feature_names=["a", "b", "c", "d"])


def test_each_round_has_the_measures_that_xgboost_keeps_itself(tmp_path):
    kept: dict = {}
    training = data()
    callbacks = [TailboardCallback(tmp_path / "run", rounds=5, tags=["trees"])]
    sets = [(training, "train"), (training, "again")]
    xgboost.train(PARAMETERS, training, 5, evals=sets, callbacks=callbacks, evals_result=kept, verbose_eval=False)
    logged = rows(tmp_path / "run")
    assert [row["_step"] for row in logged] == [0, 1, 2, 3, 4]
    for name in ("train", "again"):
        for measure in ("rmse", "mae"):
            assert [row[f"{name}/{measure}"] for row in logged] == kept[name][measure]
    said = run_json(tmp_path / "run")
    assert said["tags"] == ["trees"]
    assert (said["config"]["eta"], said["config"]["max_depth"]) == (0.3, 2)
    assert said["config"]["objective"] == "reg:squarederror"
    assert said["config"]["eval_metric"] == ["rmse", "mae"]
    (status,) = statuses(tmp_path / "run")
    assert (status["state"], status["progress"]) == ("finished", {"done": 5.0, "total": 5.0})


def test_the_best_round_and_the_features_are_told_in_the_end(tmp_path):
    training = data()
    with trainer_hooks.init(tmp_path / "run") as run:
        model = xgboost.train(
            {"max_depth": 3, "nthread": 1, "seed": 1},
            training,
            30,
            evals=[(xgboost.DMatrix(FEATURES, TARGET[::-1], feature_names=["a", "b", "c", "d"]), "other")],
            early_stopping_rounds=2,
            callbacks=[TailboardCallback(run=run)],
            verbose_eval=False,
        )
        assert not run.finished
    config = run_json(tmp_path / "run")["config"]
    assert config["best_iteration"] == model.best_iteration
    assert config["best_score"] == pytest.approx(model.best_score)
    (table,) = media(tmp_path / "run")
    assert (table["tag"], table["kind"]) == ("feature_importance", "table")
    assert table["_step"] == rows(tmp_path / "run")[-1]["_step"]


def test_cross_validation_logs_mean_and_deviation(tmp_path):
    callback = TailboardCallback(tmp_path / "run")
    result = xgboost.cv(PARAMETERS, data(), 3, nfold=3, seed=0, callbacks=[callback], as_pandas=False)
    logged = rows(tmp_path / "run")
    assert [row["test/rmse"] for row in logged] == result["test-rmse-mean"]
    assert [row["test/mae_std"] for row in logged] == result["test-mae-std"]
    assert statuses(tmp_path / "run")[0]["state"] == "finished"


def test_an_estimator_that_a_search_copies_logs_a_run_for_each_fit(tmp_path):
    estimator = xgboost.XGBRegressor(n_estimators=2, n_jobs=1, callbacks=[TailboardCallback(tmp_path / "fit")])
    search = GridSearchCV(estimator, {"max_depth": [1, 2]}, cv=2)
    search.fit(FEATURES, TARGET, eval_set=[(FEATURES, TARGET)], verbose=False)
    folders = sorted(tmp_path.glob("fit*"))
    assert len(folders) == 5  # two settings with two folds each, and the best one on all
    assert {run_json(folder)["config"]["max_depth"] for folder in folders} == {1, 2}
    assert all(len(rows(folder)) == 2 for folder in folders)
    assert all(statuses(folder)[0]["state"] == "finished" for folder in folders)


def test_a_request_to_stop_ends_the_training_after_the_round(tmp_path):
    with trainer_hooks.init(tmp_path / "run") as run:
        callback = TailboardCallback(run=run)

        class AskToStop(xgboost.callback.TrainingCallback):
            def before_iteration(self, model, epoch, evals_log):
                if epoch == 2:
                    (run.path / "STOP").touch()
                    until(lambda: run.stop_requested)
                return False

        training = data()
        model = xgboost.train(
            PARAMETERS, training, 50, evals=[(training, "train")], callbacks=[AskToStop(), callback], verbose_eval=False
        )
    assert model.num_boosted_rounds() == 3
    assert [row["_step"] for row in rows(tmp_path / "run")] == [0, 1, 2]


def test_an_error_in_a_training_ends_its_run_as_failed(tmp_path):
    def objective(_predictions, _data):
        raise ArithmeticError("no gradient")

    with pytest.raises(ArithmeticError), TailboardCallback(tmp_path / "run") as callback:
        xgboost.train(PARAMETERS, data(), 3, obj=objective, callbacks=[callback])
    (status,) = statuses(tmp_path / "run")
    assert status["state"] == "failed"
    assert "no gradient" in str(status)


def test_a_linear_model_has_no_table_of_trees(tmp_path):
    training = data()
    callback = TailboardCallback(tmp_path / "run")
    parameters = {"booster": "gblinear", "nthread": 1, "updater": "coord_descent"}
    xgboost.train(parameters, training, 2, evals=[(training, "train")], callbacks=[callback], verbose_eval=False)
    assert run_json(tmp_path / "run")["config"]["booster"] == "gblinear"
    assert all(math.isfinite(row["train/rmse"]) for row in rows(tmp_path / "run"))


def test_a_run_and_a_path_together_are_refused(tmp_path):
    with trainer_hooks.init(tmp_path / "run") as run:
        with pytest.raises(TypeError, match="got both"):
            TailboardCallback(tmp_path / "other", run=run)
        assert copy.deepcopy(TailboardCallback(run=run)).run is run
