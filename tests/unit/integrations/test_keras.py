"""Keras fits a tiny model: what its callback logs, and that a request ends it."""

import os

os.environ["KERAS_BACKEND"] = "torch"  # before Keras is imported, as its users do

import keras
import numpy as np
import pytest

import trainer_hooks
from tests.logged import media, rows, run_json, statuses, until
from trainer_hooks.keras import TailboardCallback

X = np.linspace(0, 1, 32, dtype=np.float32).reshape(16, 2)
Y = X.sum(axis=1, keepdims=True)


def tiny():
    keras.utils.set_random_seed(0)
    model = keras.Sequential([keras.layers.Input((2,)), keras.layers.Dense(1)], name="tiny")
    model.compile(optimizer=keras.optimizers.SGD(0.125), loss="mse", metrics=["mae"])
    return model


def fit(callback, model=None, **options):
    known = {"epochs": 2, "batch_size": 4, "validation_data": (X, Y), "verbose": 0, "callbacks": [callback]}
    return (model or tiny()).fit(X, Y, **{**known, **options}).history


def logged(folder, tag):
    return [(row["_step"], row[tag]) for row in rows(folder) if tag in row]


def test_measures_of_epochs_are_there_by_keras_own_names(tmp_path):
    history = fit(TailboardCallback(tmp_path / "run"))
    for tag in ("loss", "mae", "val_loss", "val_mae"):
        assert logged(tmp_path / "run", tag) == list(enumerate(history[tag]))
    assert logged(tmp_path / "run", "learning_rate") == [(0, 0.125), (1, 0.125)]
    (status,) = statuses(tmp_path / "run")
    assert (status["state"], status["progress"]) == ("finished", {"done": 8, "total": 8})


def test_the_config_and_the_summary_are_there(tmp_path):
    fit(TailboardCallback(tmp_path / "run"), epochs=1)
    config = run_json(tmp_path / "run")["config"]
    assert (config["optimizer"]["class"], config["optimizer"]["learning_rate"]) == ("SGD", 0.125)
    assert (config["loss"], config["metrics"], config["parameters"]) == ("mse", ["mae"], {"total": 3})
    (summary,) = media(tmp_path / "run")
    assert "dense" in summary["text"]


def test_measures_so_far_are_logged_after_every_so_many_batches(tmp_path):
    history = fit(TailboardCallback(tmp_path / "run", update_freq=2))
    assert [step for step, _ in logged(tmp_path / "run", "batch/loss")] == [1, 3, 5, 7]
    assert logged(tmp_path / "run", "loss") == [(3, history["loss"][0]), (7, history["loss"][1])]
    assert logged(tmp_path / "run", "epoch") == [(1, 0), (3, 0), (3, 0), (5, 1), (7, 1), (7, 1)]
    fit(TailboardCallback(tmp_path / "batch", update_freq="batch"), epochs=1)
    assert [step for step, _ in logged(tmp_path / "batch", "batch/mae")] == [0, 1, 2, 3]
    with pytest.raises(ValueError, match="'epoch', 'batch' or a number"):
        TailboardCallback(update_freq="now")


class AsksAtBatch(keras.callbacks.Callback):
    """Asks the run of another callback to stop at a batch, and goes on when that is known."""

    def __init__(self, run, batch):
        super().__init__()
        self.asked, self.batch = run, batch

    def on_train_batch_begin(self, batch, logs=None):
        if batch == self.batch:
            (self.asked.path / "STOP").touch()
            until(lambda: self.asked.stop_requested)


def test_a_request_ends_the_training_after_its_batch(tmp_path):
    with trainer_hooks.init(tmp_path / "run") as run:
        callback = TailboardCallback(run=run, update_freq="batch")
        fit(callback, epochs=500, callbacks=[callback, AsksAtBatch(run, 2)], validation_data=None)
        assert not run.finished
    assert [step for step, _ in logged(tmp_path / "run", "batch/loss")] == [0, 1, 2]
    assert statuses(tmp_path / "run")[0]["stop_requested"]["seen"]


def test_a_training_that_begins_at_a_later_epoch_goes_on_with_its_run(tmp_path):
    model, callback = tiny(), TailboardCallback(tmp_path / "run")
    fit(callback, model)
    fit(callback, model, initial_epoch=2, epochs=3)
    assert [step for step, _ in logged(tmp_path / "run", "loss")] == [0, 1, 2]
    fit(callback, model, epochs=1)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["run", "run-2"]


def test_an_evaluation_goes_on_with_the_run_of_its_training(tmp_path):
    model, callback = tiny(), TailboardCallback(tmp_path / "run")
    fit(callback, model)
    told = model.evaluate(X, Y, callbacks=[callback], verbose=0, return_dict=True)
    assert logged(tmp_path / "run", "test/loss") == [(1, told["loss"])]
    assert [path.name for path in tmp_path.iterdir()] == ["run"]


def test_other_processes_than_the_first_open_nothing(tmp_path, monkeypatch):
    monkeypatch.setenv("WORLD_SIZE", "2")
    monkeypatch.setenv("RANK", "1")
    fit(TailboardCallback(tmp_path / "run"), epochs=1)
    assert list(tmp_path.iterdir()) == []
