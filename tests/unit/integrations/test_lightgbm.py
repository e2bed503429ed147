"""Boosted trees of LightGBM, trained for real."""

import lightgbm
import numpy as np
import pytest

import trainer_hooks
from tests.logged import media, rows, run_json, statuses, until
from trainer_hooks.lightgbm import TailboardCallback

RANDOM = np.random.default_rng(0)
FEATURES = RANDOM.random((200, 3))
TARGET = 3 * FEATURES[:, 0] + FEATURES[:, 1]
PARAMETERS = {"verbose": -1, "num_threads": 1, "metric": ["l2", "l1"], "num_leaves": 4}


def data(target=TARGET, reference=None):
    return lightgbm.Dataset(FEATURES, target, free_raw_data=False, reference=reference)


def test_each_round_has_the_measures_that_lightgbm_keeps_itself(tmp_path):
    kept: dict = {}
    training = data()
    callbacks = [lightgbm.record_evaluation(kept), TailboardCallback(tmp_path / "run", notes="trees")]
    lightgbm.train(PARAMETERS, training, 4, valid_sets=[training], valid_names=["train"], callbacks=callbacks)
    logged = rows(tmp_path / "run")
    assert [row["_step"] for row in logged] == [0, 1, 2, 3]
    assert [row["train/l2"] for row in logged] == kept["train"]["l2"]
    assert [row["train/l1"] for row in logged] == kept["train"]["l1"]
    said = run_json(tmp_path / "run")
    assert (said["notes"], said["config"]["num_leaves"], said["config"]["num_iterations"]) == ("trees", 4, 4)
    (status,) = statuses(tmp_path / "run")
    assert (status["state"], status["progress"]) == ("finished", {"done": 4.0, "total": 4.0})
    (table,) = media(tmp_path / "run")
    assert (table["tag"], table["kind"], table["_step"]) == ("feature_importance", "table", 3)


def test_after_early_stopping_the_run_ends_with_the_best_round(tmp_path):
    training = data()
    model = lightgbm.train(
        PARAMETERS,
        training,
        50,
        valid_sets=[data(TARGET[::-1], training)],
        callbacks=[lightgbm.early_stopping(2, verbose=False), TailboardCallback(tmp_path / "run")],
    )
    (status,) = statuses(tmp_path / "run")
    assert status["state"] == "finished"
    assert run_json(tmp_path / "run")["config"]["best_iteration"] == model.best_iteration - 1
    logged = rows(tmp_path / "run")
    assert len(logged) == model.best_iteration + 2  # the round that ends it is logged too
    assert min(logged, key=lambda row: row["valid_0/l2"])["_step"] == model.best_iteration - 1


def test_cross_validation_logs_mean_and_deviation(tmp_path):
    result = lightgbm.cv(
        PARAMETERS, data(), 3, nfold=2, stratified=False, seed=0, callbacks=[TailboardCallback(tmp_path / "run")]
    )
    logged = rows(tmp_path / "run")
    assert [row["valid/l2"] for row in logged] == result["valid l2-mean"]
    assert [row["valid/l1_std"] for row in logged] == result["valid l1-stdv"]
    assert statuses(tmp_path / "run")[0]["state"] == "finished"


@pytest.mark.filterwarnings("ignore:The argument 'eval_set' is deprecated")  # what scripts of today say
def test_an_estimator_logs_its_parameters(tmp_path):
    estimator = lightgbm.LGBMRegressor(n_estimators=2, num_leaves=5, n_jobs=1, verbose=-1)
    callback = TailboardCallback(tmp_path / "run")
    estimator.fit(FEATURES, TARGET, eval_set=[(FEATURES, TARGET)], callbacks=[callback])
    assert run_json(tmp_path / "run")["config"]["num_leaves"] == 5
    assert [row["training/l2"] for row in rows(tmp_path / "run")] == estimator.evals_result_["training"]["l2"]


def test_a_request_to_stop_ends_the_training_after_the_round(tmp_path):
    with trainer_hooks.init(tmp_path / "run") as run:

        def ask(env):
            if env.iteration == 2:
                (run.path / "STOP").touch()
                until(lambda: run.stop_requested)

        ask.before_iteration = True
        training = data()
        callbacks = [ask, TailboardCallback(run=run)]
        model = lightgbm.train(PARAMETERS, training, 50, valid_sets=[training], callbacks=callbacks)
        assert not run.finished
    assert model.current_iteration() == 3
    assert [row["_step"] for row in rows(tmp_path / "run")] == [0, 1, 2]


def test_an_error_in_a_training_ends_its_run_as_failed(tmp_path):
    def fail(env):
        raise ArithmeticError("no gradient")

    fail.order = 40
    training = data()
    with pytest.raises(ArithmeticError), TailboardCallback(tmp_path / "run") as callback:
        lightgbm.train(PARAMETERS, training, 3, valid_sets=[training], callbacks=[fail, callback])
    (status,) = statuses(tmp_path / "run")
    assert status["state"] == "failed"
    assert "no gradient" in str(status)
