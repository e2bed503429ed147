"""Stable-Baselines3 learns for a moment: what its callback and its output format log, and that a request ends it."""

import gymnasium
import matplotlib as mpl
import numpy as np
import pytest
import torch
from gymnasium.spaces import Box, Discrete
from matplotlib import pyplot as plt
from matplotlib.figure import Figure as PlainFigure
from stable_baselines3 import A2C
from stable_baselines3.common.callbacks import BaseCallback
from stable_baselines3.common.logger import Figure, HParam, Image, KVWriter, Logger, Video

import trainer_hooks
from app.readers.tailboard import TailboardReader
from tests.logged import media, rows, run_json, statuses, until
from trainer_hooks.stable_baselines3 import TailboardCallback, TailboardOutputFormat

mpl.use("agg")
CPU = {"device": "cpu", "seed": 0, "n_steps": 5, "policy_kwargs": {"net_arch": [4]}}


class Coin(gymnasium.Env):
    """Guess 1: ten steps an episode, a point for each right guess."""

    observation_space, action_space = Box(0, 1, (1,)), Discrete(2)

    def reset(self, *, seed=None, options=None):
        super().reset(seed=seed)
        self.left = 10
        return np.zeros(1, np.float32), {}

    def step(self, action):
        self.left -= 1
        return np.zeros(1, np.float32), float(action), self.left == 0, False, {}


class Remembers(KVWriter):
    """Keeps what the logger writes."""

    def __init__(self):
        self.written = []

    def write(self, key_values, key_excluded, step=0):
        self.written += [
            (step, name, value) for name, value in key_values.items() if "tensorboard" not in key_excluded[name]
        ]

    def close(self):
        pass


class AsksAtStep(BaseCallback):
    """Asks a run to stop at a step, and goes on when that is known."""

    def __init__(self, run, at):
        super().__init__()
        self.asked, self.at = run, at

    def _on_step(self):
        if self.n_calls == self.at:
            (self.asked.path / "STOP").touch()
            until(lambda: self.asked.stop_requested)
        return True


def logged(folder, tag):
    return [(row["_step"], row[tag]) for row in rows(folder) if tag in row]


def test_what_the_logger_is_given_is_there_at_environment_steps(tmp_path):
    model, memory = A2C("MlpPolicy", Coin(), **CPU), Remembers()
    model.set_logger(Logger(None, [memory]))
    model.learn(40, callback=TailboardCallback(tmp_path / "run"), log_interval=2)
    names = {name for _, name, _ in memory.written}
    assert {"rollout/ep_rew_mean", "train/value_loss", "time/fps"} <= names
    for name in names:
        assert logged(tmp_path / "run", name) == [(step, value) for step, one, value in memory.written if one == name]
    assert [step for step, _ in logged(tmp_path / "run", "rollout/ep_rew_mean")] == [10, 20, 30, 40]
    (status,) = statuses(tmp_path / "run")
    assert (status["state"], status["progress"]) == ("finished", {"done": 40, "total": 40})


def test_the_settings_of_the_algorithm_are_the_config(tmp_path):
    A2C("MlpPolicy", Coin(), gamma=0.75, **CPU).learn(10, callback=TailboardCallback(tmp_path / "run"))
    config = run_json(tmp_path / "run")["config"]
    expected = {"algorithm": "A2C", "gamma": 0.75, "n_steps": 5, "seed": 0, "policy": "ActorCriticPolicy"}
    assert config.items() >= expected.items()


def test_a_request_ends_the_learning_after_its_step(tmp_path):
    with trainer_hooks.init(tmp_path / "run") as run:
        model = A2C("MlpPolicy", Coin(), **CPU)
        model.learn(100_000, callback=[AsksAtStep(run, 7), TailboardCallback(run=run)])
        assert not run.finished
    assert model.num_timesteps == 7
    assert not [one for one in model.logger.output_formats if isinstance(one, TailboardOutputFormat)]


def test_learning_that_goes_on_goes_on_with_its_run(tmp_path):
    model, callback = A2C("MlpPolicy", Coin(), **CPU), TailboardCallback(tmp_path / "run")
    model.learn(20, callback=callback, log_interval=2)
    model.learn(20, callback=callback, log_interval=2, reset_num_timesteps=False)
    log = TailboardReader().open(tmp_path / "run")
    log.poll()
    assert log.load(["time/fps"])["time/fps"].step.tolist() == [10, 20, 30, 40]
    assert statuses(tmp_path / "run")[1]["progress"] == {"done": 40, "total": 40}
    model.learn(10, callback=callback)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["run", "run-2"]


def test_everything_that_a_logger_takes_is_logged_as_what_it_is(tmp_path):
    with trainer_hooks.init(tmp_path / "run") as run:
        logger = Logger(None, [TailboardOutputFormat(run)])
        logger.record("number", np.float32(0.5))
        logger.record("note", "good")
        logger.record("weights", torch.arange(4.0))
        logger.record("frame", Image(np.zeros((4, 6, 3), np.uint8), "HWC"))
        logger.record("bad", Image(np.zeros(3), "HWC"))
        logger.record("figure", Figure(PlainFigure(), close=True))
        logger.record("video", Video(torch.zeros(1, 2, 3, 4, 4, dtype=torch.uint8), fps=5))
        logger.record("hparams", HParam({"lr": 0.5}, {"rollout/ep_rew_mean": 0}))
        logger.record("kept", 1, exclude="tensorboard")
        logger.record("object", object())
        logger.dump(3)
        logger.close()
    assert [(row["_step"], row["number"]) for row in rows(run.path)] == [(3, 0.5)]
    kinds = {line["tag"]: (line["kind"], line["_step"]) for line in media(run.path)}
    named = {"note": "text", "weights": "histogram", "frame": "image", "figure": "figure", "video": "video"}
    assert kinds == {tag: (kind, 3) for tag, kind in named.items()}
    assert run_json(run.path)["config"] == {"lr": 0.5}
    assert statuses(run.path)[0]["dropped"] == {"refused": 2}


def test_a_figure_that_is_to_be_closed_is_closed(tmp_path):
    with trainer_hooks.init(tmp_path / "run") as run:
        figure = plt.figure()
        TailboardOutputFormat(run).write({"f": Figure(figure, close=True)}, {}, 0)
        assert not plt.fignum_exists(figure.number)


def test_a_run_and_a_path_are_too_much(tmp_path):
    with trainer_hooks.init(tmp_path / "run") as run, pytest.raises(TypeError, match="got both"):
        TailboardCallback(tmp_path, run=run)
