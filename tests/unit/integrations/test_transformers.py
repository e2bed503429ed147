"""A real Trainer on a tiny model of random weights: what its callback logs, and that a request ends it."""

import json

import pytest
import torch
from torch.utils.data import Dataset
from transformers import GPT2Config, GPT2LMHeadModel, Trainer, TrainerCallback, TrainingArguments

import trainer_hooks
from app.readers.tailboard import TailboardReader
from tests.logged import rows, run_json, statuses, until
from trainer_hooks.transformers import TailboardCallback

pytestmark = pytest.mark.filterwarnings("ignore:.*pin_memory.*")  # torch's loader, on a machine without accelerator


class Tokens(Dataset):
    """Sixteen sequences of eight tokens."""

    def __len__(self):
        return 16

    def __getitem__(self, place):
        ids = torch.arange(place, place + 8) % 16
        return {"input_ids": ids, "labels": ids}


def tiny():
    torch.manual_seed(0)
    return GPT2LMHeadModel(GPT2Config(n_layer=1, n_head=1, n_embd=8, vocab_size=16, n_positions=8))


def trainer(folder, callback, *, more=(), **options):
    known = {"max_steps": 4, "logging_steps": 2, "per_device_train_batch_size": 4, "save_strategy": "no"}
    args = TrainingArguments(
        output_dir=str(folder / "out"), report_to="none", use_cpu=True, disable_tqdm=True, **{**known, **options}
    )
    return Trainer(tiny(), args, train_dataset=Tokens(), eval_dataset=Tokens(), callbacks=[callback, *more])


def logged(folder, tag):
    """Steps and values of one tag."""
    return [(row["_step"], row[tag]) for row in rows(folder) if tag in row]


def test_what_the_trainer_logs_is_there_at_its_steps(tmp_path):
    callback = TailboardCallback(tmp_path / "run")
    training = trainer(tmp_path, callback, eval_strategy="steps", eval_steps=2)
    training.train()
    history = training.state.log_history
    losses = [(one["step"], one["loss"]) for one in history if "loss" in one]
    assert len(losses) == 2
    assert logged(tmp_path / "run", "train/loss") == losses
    assert logged(tmp_path / "run", "eval/loss") == [(e["step"], e["eval_loss"]) for e in history if "eval_loss" in e]
    assert logged(tmp_path / "run", "train/learning_rate")[0][0] == 2
    assert logged(tmp_path / "run", "epoch")[0] == (2, 0.5)
    assert logged(tmp_path / "run", "train/train_runtime")[0][0] == 4
    (status,) = statuses(tmp_path / "run")
    assert (status["state"], status["progress"]) == ("finished", {"done": 4, "total": 4})


def test_the_config_holds_arguments_model_and_size_and_no_secret(tmp_path):
    trainer(tmp_path, TailboardCallback(tmp_path / "run"), hub_token="hf_very_secret", learning_rate=0.25).train()
    config = run_json(tmp_path / "run")["config"]
    assert config["args"]["learning_rate"] == 0.25
    assert config["model"]["n_embd"] == 8
    size = sum(one.numel() for one in tiny().parameters())
    assert config["parameters"] == {"total": size, "trainable": size}
    assert "secret" not in json.dumps(config)
    assert "hub_token" not in config["args"]


def test_steps_are_those_of_the_optimizer_where_gradients_are_accumulated(tmp_path):
    options = {"gradient_accumulation_steps": 2, "max_steps": 2, "logging_steps": 1, "per_device_train_batch_size": 2}
    trainer(tmp_path, TailboardCallback(tmp_path / "run"), **options).train()
    assert [step for step, _ in logged(tmp_path / "run", "train/loss")] == [1, 2]


class AsksAtStep(TrainerCallback):
    """Asks the run of another callback to stop at a step, and goes on when that is known."""

    def __init__(self, callback, step):
        self.callback, self.step = callback, step

    def on_step_begin(self, args, state, control, **kwargs):
        if state.global_step == self.step:
            (self.callback.run.path / "STOP").write_text("enough")
            until(lambda: self.callback.run.stop_requested)


def test_a_request_ends_the_training_after_its_step_with_a_checkpoint_if_wanted(tmp_path):
    callback = TailboardCallback(tmp_path / "run", save_on_stop=True)
    training = trainer(tmp_path, callback, more=[AsksAtStep(callback, 2)], max_steps=500)
    training.train()
    assert training.state.global_step == 3
    assert (tmp_path / "out" / "checkpoint-3").is_dir()
    (status,) = statuses(tmp_path / "run")
    assert (status["state"], status["stop_requested"]["reason"]) == ("finished", "enough")
    assert status["progress"] == {"done": 3, "total": 500}


def test_checkpoints_and_the_best_of_them_are_in_the_config(tmp_path):
    options = {"save_strategy": "steps", "save_steps": 2, "eval_strategy": "steps", "eval_steps": 2}
    best = {"load_best_model_at_end": True, "metric_for_best_model": "loss", "save_total_limit": 1}
    training = trainer(tmp_path, TailboardCallback(tmp_path / "run"), **options, **best)
    training.train()
    found = run_json(tmp_path / "run")["config"]["checkpoints"]
    assert found["best"] == training.state.best_model_checkpoint
    assert found["best_score"] == training.state.best_metric
    assert found["kept"] == [str(path) for path in sorted((tmp_path / "out").glob("checkpoint-*"))]


def test_a_training_that_goes_on_from_a_checkpoint_goes_on_with_its_run(tmp_path):
    trainer_hooks.init(tmp_path / "run").finish()  # so that the training gets run-2
    first = trainer(tmp_path, TailboardCallback(tmp_path / "run"), save_strategy="steps", save_steps=2, logging_steps=1)
    first.train()
    again = trainer(tmp_path, TailboardCallback(tmp_path / "run"), max_steps=5, logging_steps=1)
    again.train(resume_from_checkpoint=str(tmp_path / "out" / "checkpoint-2"))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out", "run", "run-2"]
    log = TailboardReader().open(tmp_path / "run-2")
    log.poll()
    assert log.load(["train/loss"])["train/loss"].step.tolist() == [1, 2, 3, 4, 5]
    assert log.load(["train/loss"], "all")["train/loss"].step.tolist() == [1, 2, 3, 4, 3, 4, 5]


def test_an_evaluation_after_the_training_goes_on_with_its_run(tmp_path):
    training = trainer(tmp_path, TailboardCallback(tmp_path / "run"))
    training.train()
    training.evaluate(metric_key_prefix="test")
    training.predict(Tokens())
    assert [path.name for path in tmp_path.iterdir() if path.name != "out"] == ["run"]
    assert [step for step, _ in logged(tmp_path / "run", "test/loss")] == [4, 4]
    assert {status["state"] for status in statuses(tmp_path / "run")} == {"finished"}


def test_each_trial_of_a_search_is_a_run(tmp_path):
    training = trainer(tmp_path, TailboardCallback(tmp_path / "search"), eval_strategy="steps", eval_steps=4)
    training.model_init = tiny
    training.hyperparameter_search(
        hp_space=lambda trial: {"learning_rate": trial.suggest_float("learning_rate", 1e-3, 1e-1)},
        hp_name=lambda trial: f"trial-{trial.number}",
        backend="optuna",
        n_trials=2,
    )
    found = {path.name: run_json(path) for path in sorted((tmp_path / "search").iterdir())}
    assert list(found) == ["trial-0", "trial-1"]
    rates = [one["config"]["args"]["learning_rate"] for one in found.values()]
    assert rates == [one["config"]["trial"]["learning_rate"] for one in found.values()]
    assert rates[0] != rates[1]


def test_trials_without_names_are_called_as_the_trainer_calls_their_folders(tmp_path):
    training = trainer(
        tmp_path, TailboardCallback(tmp_path / "search"), max_steps=2, save_strategy="steps", save_steps=2
    )
    training.model_init = tiny
    training.hyperparameter_search(
        hp_space=lambda trial: {"learning_rate": trial.suggest_float("learning_rate", 1e-3, 1e-1)},
        backend="optuna",
        n_trials=2,
    )
    found = {path.name: run_json(path) for path in sorted((tmp_path / "search").iterdir())}
    kept = {name: one["config"]["checkpoints"]["kept"] for name, one in found.items()}
    assert kept == {name: [str(tmp_path / "out" / name / "checkpoint-2")] for name in ("run-0", "run-1")}
    assert [one["name"] for one in found.values()] == ["run-0", "run-1"]


def test_a_run_that_was_given_stays_open_and_other_processes_open_none(tmp_path):
    with trainer_hooks.init(tmp_path / "run") as run:
        trainer(tmp_path, TailboardCallback(run=run), max_steps=2).train()
        assert not run.finished
    other = TailboardCallback(tmp_path / "other")
    training = trainer(tmp_path, other, max_steps=2)
    training.state.is_world_process_zero = False
    training.is_world_process_zero = lambda: False
    training.train()
    assert not (tmp_path / "other").exists()
    assert logged(tmp_path / "run", "train/loss")
