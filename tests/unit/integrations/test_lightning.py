"""What Lightning trains, with a real Trainer, read back from the files."""

import argparse
import copy
import math
import pickle
import sys
import types
from pathlib import Path

import numpy as np
import pytest
import pytorch_lightning as pl
import torch
from lightning_utilities.core.rank_zero import rank_zero_only
from omegaconf import OmegaConf
from pytorch_lightning.callbacks import LearningRateMonitor, ModelCheckpoint
from pytorch_lightning.loggers.logger import DummyExperiment, Logger
from sklearn.datasets import load_digits
from torch.utils.data import DataLoader, TensorDataset

import trainer_hooks
from tests.logged import media, rows, run_json, series, statuses, until
from trainer_hooks.lightning import TailboardCallback, TailboardLogger
from trainer_hooks.lightning.packages import base

pytestmark = [
    pytest.mark.filterwarnings("ignore:.*does not have many workers"),  # so wished: the data is in memory
    pytest.mark.filterwarnings("ignore:.*LeafSpec.*:FutureWarning"),  # Lightning's own call of torch
    pytest.mark.filterwarnings("ignore:You defined a `validation_step`"),  # most of these trainings do not use it
    pytest.mark.filterwarnings("ignore:Checkpoint directory .* exists"),  # said when a training goes on
]
IMAGES, LABELS = load_digits(return_X_y=True)
IMAGES = torch.tensor(IMAGES / 16, dtype=torch.float32)
LABELS = torch.tensor(LABELS)
QUIET = {
    "accelerator": "cpu",
    "enable_progress_bar": False,
    "enable_model_summary": False,
    "num_sanity_val_steps": 0,
    "log_every_n_steps": 1,
}


class Digits(pl.LightningModule):
    """A small classifier; `steps` keeps what happened at each optimizer step."""

    def __init__(self, lr: float = 0.5, hidden: int = 16):
        super().__init__()
        self.save_hyperparameters()
        self.net = torch.nn.Sequential(torch.nn.Linear(64, hidden), torch.nn.Tanh(), torch.nn.Linear(hidden, 10))
        self.example_input_array = IMAGES[:2]
        self.norms: list[float] = []
        self.losses: list[float] = []

    def forward(self, images):
        return self.net(images)

    def training_step(self, batch, place):
        loss = torch.nn.functional.cross_entropy(self(batch[0]), batch[1])
        self.log("train/loss", loss)
        self.losses.append(loss.item())
        return loss

    def on_before_optimizer_step(self, optimizer):
        squares = [(one.grad.double() ** 2).sum().item() for one in self.parameters()]
        self.norms.append(math.sqrt(sum(squares)))

    def validation_step(self, batch, place):
        self.log("val/accuracy", (self(batch[0]).argmax(1) == batch[1]).float().mean())

    def test_step(self, batch, place):
        self.log("test/accuracy", (self(batch[0]).argmax(1) == batch[1]).float().mean())

    def configure_optimizers(self):
        optimizer = torch.optim.SGD(self.parameters(), lr=self.hparams.lr, momentum=0.9)
        return [optimizer], [{"scheduler": torch.optim.lr_scheduler.ExponentialLR(optimizer, 0.9), "interval": "step"}]


def loader(first: int = 0, last: int = 1200, size: int = 300) -> DataLoader:
    return DataLoader(TensorDataset(IMAGES[first:last], LABELS[first:last]), batch_size=size)


def trainer(folder: Path, logger: object, *callbacks: pl.Callback, **options: object) -> pl.Trainer:
    return pl.Trainer(default_root_dir=folder, logger=logger, callbacks=list(callbacks), **{**QUIET, **options})


def test_a_training_on_the_digits_is_in_the_run_as_it_happened(tmp_path):
    torch.manual_seed(1)
    model = Digits()
    checkpoints = ModelCheckpoint(monitor="val/accuracy", mode="max", save_top_k=2, save_last=True)
    logger = TailboardLogger(tmp_path / "runs", name="digits", tags=["small"])
    callback = TailboardCallback(log_momentum=True)
    training = trainer(tmp_path, logger, callback, checkpoints, max_epochs=3, gradient_clip_val=0.01)
    training.fit(model, loader(), loader(1200, 1797, 597))

    run = tmp_path / "runs" / "digits" / "version_0"
    assert (logger.log_dir, logger.version) == (str(run), 0)
    assert series(run, "train/loss") == pytest.approx(dict(enumerate(model.losses)))
    assert series(run, "grad_norm") == pytest.approx(dict(enumerate(model.norms)))  # not what was clipped to 0.01
    assert series(run, "lr-SGD") == pytest.approx({step: 0.5 * 0.9**step for step in range(12)})
    assert set(series(run, "lr-SGD-momentum").values()) == {0.9}
    assert list(series(run, "val/accuracy")) == [3, 7, 11]
    assert series(run, "epoch") == {step: step // 4 for step in range(12)}
    assert list(series(run, "time/epoch_seconds")) == [3, 7, 11]
    speeds = series(run, "time/steps_per_s"), series(run, "time/samples_per_s")
    assert [speeds[1][step] / speeds[0][step] for step in range(12)] == pytest.approx([300.0] * 12)

    facts = run_json(run)
    assert facts["tags"] == ["small"]
    assert (facts["config"]["lr"], facts["config"]["hidden"]) == (0.5, 16)
    kept = facts["config"]["checkpoints"]
    assert (kept["monitor"], kept["mode"]) == ("val/accuracy", "max")
    assert kept["best"] == checkpoints.best_model_path
    assert Path(kept["best"]).parent == run / "checkpoints"
    assert kept["best_score"] == pytest.approx(max(series(run, "val/accuracy").values()))
    assert {one["path"] for one in kept["kept"]} == {str(run / "checkpoints" / name) for name in names(run)}
    assert Path(kept["last"]).is_file()
    (status,) = statuses(run)
    assert (status["state"], status["progress"]) == ("finished", {"done": 3, "total": 3})


def names(run: Path) -> list[str]:
    """Names of the checkpoints that carry a step."""
    return [path.name for path in (run / "checkpoints").glob("epoch=*.ckpt")]


def test_a_test_after_the_training_goes_on_in_its_run(tmp_path):
    logger = TailboardLogger(tmp_path)
    model, training = Digits(), trainer(tmp_path, logger, max_epochs=1, enable_checkpointing=False)
    training.fit(model, loader())
    run = Path(logger.log_dir)
    assert [one["state"] for one in statuses(run)] == ["finished"]
    training.test(model, loader(1200, 1797, 597), verbose=False)
    assert list(series(run, "test/accuracy")) == [4]
    assert list(series(run, "train/loss")) == [0, 1, 2, 3]
    assert [one["state"] for one in statuses(run)] == ["finished", "finished"]
    assert [path.name for path in run.parent.iterdir()] == ["version_0"]


def test_a_run_goes_on_after_the_training_whatever_was_said_of_its_beginning(tmp_path):
    """LightningCLI passes all that `trainer_hooks.init` takes, each as it is by default."""
    defaults = {"config": None, "tags": (), "notes": "", "resume": False, "join": False, "again_from": None}
    logger = TailboardLogger(tmp_path, name="cli", **defaults)
    logger.log_metrics({"train/loss": 2.0}, step=0)
    logger.finalize("success")
    logger.log_metrics({"test/loss": 1.0}, step=1)
    logger.finalize("success")
    folder = tmp_path / "cli" / "version_0"
    assert [(row["_step"], row.get("train/loss"), row.get("test/loss")) for row in rows(folder)] == [
        (0, 2.0, None),
        (1, None, 1.0),
    ]
    assert [status["state"] for status in statuses(folder)] == ["finished", "finished"]


def test_two_trainers_with_one_logger_log_into_one_run_and_hide_nothing_of_each_other(tmp_path):
    logger, model = TailboardLogger(tmp_path), Digits()
    trainer(tmp_path, logger, max_epochs=1, enable_checkpointing=False).fit(model, loader())
    trainer(tmp_path, logger).validate(model, loader(1200, 1797, 597), verbose=False)
    run = Path(logger.log_dir)
    assert list(series(run, "train/loss")) == [0, 1, 2, 3]
    assert list(series(run, "val/accuracy")) == [0]
    assert not [row for row in rows(run) if "_resume" in row]


def test_a_training_goes_on_from_its_checkpoint_in_the_last_run(tmp_path):
    first = TailboardLogger(tmp_path)
    training = trainer(tmp_path, first, max_epochs=1)
    training.fit(Digits(), loader())
    again = TailboardLogger(tmp_path, resume=True)
    longer = trainer(tmp_path, again, max_epochs=2)
    longer.fit(Digits(), loader(), ckpt_path=training.checkpoint_callback.best_model_path)
    assert again.log_dir == first.log_dir
    assert list(series(Path(first.log_dir), "train/loss")) == list(range(8))
    assert len(run_json(Path(first.log_dir))["resumed"]) == 1


def test_the_checkpoints_of_several_callbacks_are_told_apart(tmp_path):
    logger = TailboardLogger(tmp_path)
    callbacks = [ModelCheckpoint(filename="newest"), ModelCheckpoint(monitor="train/loss", filename="lowest")]
    trainer(tmp_path, logger, *callbacks, max_epochs=1).fit(Digits(), loader())
    kept = run_json(Path(logger.log_dir))["config"]["checkpoints"]
    assert (Path(kept["best"]).name, kept["2"]["monitor"]) == ("newest.ckpt", "train/loss")
    assert kept["2"]["best_score"] == pytest.approx(min(series(Path(logger.log_dir), "train/loss").values()))


class Fails(Digits):
    def training_step(self, batch, place):
        if self.global_step == 2:
            raise ValueError("the data is spoilt")
        return super().training_step(batch, place)


def test_a_training_that_fails_leaves_its_exception_in_the_run(tmp_path):
    logger = TailboardLogger(tmp_path)
    with pytest.raises(ValueError, match="spoilt"):
        trainer(tmp_path, logger, TailboardCallback(), max_epochs=1).fit(Fails(), loader())
    (status,) = statuses(Path(logger.log_dir))
    assert (status["state"], status["exit"]["type"]) == ("failed", "ValueError")
    assert "in training_step" in status["exit"]["traceback"]


@pytest.mark.parametrize(("said", "state"), [("success", "finished"), ("finished", "finished"), ("aborted", "failed")])
def test_the_status_that_a_run_is_finalized_with_is_how_it_ended(tmp_path, said, state):
    logger = TailboardLogger(tmp_path)
    logger.finalize(said)
    assert not Path(logger.log_dir).exists()
    logger.log_metrics({"a": 1.0}, 0)
    logger.finalize(said)
    (status,) = statuses(Path(logger.log_dir))
    assert status["state"] == state
    assert (status["exit"] or {}).get("message") == (
        None if state == "finished" else "the trainer ended with status 'aborted'"
    )


def test_a_run_that_was_given_stays_open_and_keeps_the_checkpoints(tmp_path):
    with trainer_hooks.init(tmp_path / "group" / "mine") as run:
        logger = TailboardLogger(run=run)
        training = trainer(tmp_path, logger, max_epochs=1)
        training.fit(Digits(), loader())
        assert not run.finished
        assert (logger.save_dir, logger.name, logger.version) == (str(tmp_path), "group", "mine")
        assert Path(training.checkpoint_callback.best_model_path).parent == run.path / "checkpoints"
    assert list(series(run.path, "train/loss")) == [0, 1, 2, 3]


class Waits(Digits):
    """At its third step somebody asks it to end, and it waits until that is known."""

    def training_step(self, batch, place):
        if self.global_step == 2:
            run = self.logger.experiment
            (run.path / "STOP").touch()
            until(lambda: run.stop_requested)
        return super().training_step(batch, place)


def test_a_file_stop_ends_the_training_and_not_the_next_one(tmp_path):
    logger = TailboardLogger(tmp_path)
    training = trainer(tmp_path, logger, TailboardCallback(), max_epochs=5, enable_checkpointing=False)
    training.fit(Waits(), loader())
    assert training.global_step == 3
    (status,) = statuses(Path(logger.log_dir))
    assert (status["state"], status["stop_requested"]["seen"]) == ("finished", True)
    following = trainer(tmp_path, logger, TailboardCallback(), max_epochs=1, enable_checkpointing=False)
    following.fit(Digits(), loader())
    assert following.global_step == 4
    assert not (Path(logger.log_dir) / "STOP").exists()


def test_the_callback_adds_a_logger_where_there_is_none(tmp_path):
    callback = TailboardCallback(tmp_path / "mine", notes="of the callback")
    training = trainer(tmp_path, False, callback, max_epochs=1)
    training.fit(Digits(lr=0.25), loader())
    assert len(series(tmp_path / "mine", "train/loss")) == len(series(tmp_path / "mine", "grad_norm")) == 4
    facts = run_json(tmp_path / "mine")
    assert (facts["notes"], facts["config"]["lr"]) == ("of the callback", 0.25)
    assert (
        Path(training.checkpoint_callback.best_model_path).parent == tmp_path / "checkpoints"
    )  # where it was without us
    assert statuses(tmp_path / "mine")[0]["state"] == "finished"


def test_a_run_in_development_leaves_no_trace(tmp_path):
    callback = TailboardCallback(tmp_path / "mine")
    trainer(tmp_path, TailboardLogger(tmp_path / "runs"), callback, fast_dev_run=1).fit(Digits(), loader())
    assert list(tmp_path.iterdir()) == []


def test_accumulated_gradients_are_logged_once_for_each_step_of_the_optimizer(tmp_path):
    logger, model = TailboardLogger(tmp_path), Digits()
    options = {"max_epochs": 2, "accumulate_grad_batches": 2, "enable_checkpointing": False}
    trainer(tmp_path, logger, TailboardCallback(), **options).fit(model, loader())
    assert [row["_step"] for row in rows(Path(logger.log_dir)) if "grad_norm" in row] == [0, 1, 2, 3]
    assert series(Path(logger.log_dir), "grad_norm") == pytest.approx(dict(enumerate(model.norms)))


class Rivals(Digits):
    """Two optimizers of one class, one of them with two groups of parameters."""

    automatic_optimization = False

    def training_step(self, batch, place):
        for optimizer in self.optimizers():
            optimizer.zero_grad()
            self.manual_backward(torch.nn.functional.cross_entropy(self(batch[0]), batch[1]))
            optimizer.step()

    def configure_optimizers(self):
        first, second = self.net[0], self.net[2]
        groups = [{"params": [first.weight], "lr": 0.1}, {"params": [first.bias], "lr": 0.2}]
        return torch.optim.SGD(groups), torch.optim.SGD(second.parameters(), lr=0.3)


def test_learning_rates_are_named_as_lightning_names_them(tmp_path):
    logger, monitor = TailboardLogger(tmp_path), LearningRateMonitor()
    training = trainer(tmp_path, logger, TailboardCallback(), max_epochs=1, enable_checkpointing=False)
    training.fit(Rivals(), loader())
    row = next(row for row in rows(Path(logger.log_dir)) if "time/steps_per_s" in row)
    monitor.on_train_start(training)
    assert {tag for tag in row if tag.startswith("lr-")} == set(monitor.lrs)
    assert (row["lr-SGD/pg1"], row["lr-SGD/pg2"], row["lr-SGD-1"]) == (0.1, 0.2, 0.3)
    assert {tag for tag in row if tag.startswith("grad_norm")} == {"grad_norm/SGD", "grad_norm/SGD-1"}


def test_a_pickled_and_a_copied_logger_log_into_the_same_run(tmp_path):
    logger = TailboardLogger(tmp_path, name="one")
    there = pickle.loads(pickle.dumps(logger))  # as it is sent to a process before anything is logged
    there.log_metrics({"a": 1.0}, 0)
    logger.log_metrics({"b": 2.0}, 0)
    copy.deepcopy(pl.Trainer(logger=logger, **QUIET)).logger.log_metrics({"c": 3.0}, 1)
    assert [path.name for path in (tmp_path / "one").iterdir()] == ["version_0"]
    found = [(tag, series(Path(logger.log_dir), tag)) for tag in "abc"]
    assert found == [("a", {0: 1.0}), ("b", {0: 2.0}), ("c", {1: 3.0})]


@pytest.fixture
def second_process():
    before, rank_zero_only.rank = rank_zero_only.rank, 1
    yield
    rank_zero_only.rank = before


@pytest.mark.usefixtures("second_process")
def test_other_processes_of_a_job_log_nothing(tmp_path):
    logger = TailboardLogger(tmp_path, log_graph=True)
    assert isinstance(logger.experiment, DummyExperiment)
    logger.log_metrics({"a": 1.0}, 0)
    logger.log_hyperparams({"a": 1})
    logger.log_graph(Digits())
    logger.log_image("image", [np.zeros((4, 4))])
    logger.finalize("success")
    assert list(tmp_path.iterdir()) == []


def test_metrics_keep_their_names_steps_and_the_prefix(tmp_path):
    logger = TailboardLogger(tmp_path, prefix="tmp")
    logger.log_metrics({"a": torch.tensor(1.5), "epoch": 0}, step=10)
    logger.log_metrics({"a": 2})
    assert series(Path(logger.log_dir), "tmp-a") == {10: 1.5, 11: 2}
    assert series(Path(logger.log_dir), "tmp-epoch") == {10: 0}


def test_hyper_parameters_of_any_form_are_in_the_config(tmp_path):
    logger = TailboardLogger(tmp_path)
    logger.log_hyperparams(argparse.Namespace(lr=0.1, net=argparse.Namespace(width=8)))
    logger.log_hyperparams({"cfg": OmegaConf.create({"a": {"b": [1, "${c}"]}, "c": 5}), "layer": torch.nn.Linear})
    logger.log_hyperparams({"net": {"depth": np.int64(2)}, "_instantiator": "of LightningCLI"}, {"hp/score": 0.5}, 3)
    logger.finalize("success")
    config = run_json(Path(logger.log_dir))["config"]
    assert (config["lr"], config["net"]) == (0.1, {"width": 8, "depth": 2})
    assert config["cfg"] == {"a": {"b": [1, 5]}, "c": 5}
    assert "Linear" in config["layer"]
    assert "_instantiator" not in config
    assert series(Path(logger.log_dir), "hp/score") == {3: 0.5}


def test_versions_are_counted_and_may_be_named(tmp_path):
    for name in ("version_0", "version_1", "version_nonumber", "other"):
        (tmp_path / "exp" / name).mkdir(parents=True)
    assert TailboardLogger(tmp_path, "exp").version == 2
    named = TailboardLogger(tmp_path, "exp", version="of-today")
    assert (named.log_dir, named.root_dir) == (str(tmp_path / "exp" / "of-today"), str(tmp_path / "exp"))
    for empty in ("", None):
        assert TailboardLogger(tmp_path, empty).log_dir == str(tmp_path / "version_0")
    assert TailboardLogger(tmp_path).name == "lightning_logs"


def test_what_lightning_keeps_of_a_training_lies_in_its_run_folder(tmp_path):
    """LightningCLI's config.yaml, for one: a second training would not be begun where one lies already."""
    loggers = [TailboardLogger(tmp_path, "cli") for _ in range(2)]
    folders = []
    for logger in loggers:
        training = pl.Trainer(**QUIET, logger=logger)
        logger.log_metrics({"a": 1.0}, step=0)
        folders.append(training.log_dir)
    assert folders == [str(tmp_path / "cli" / "version_0"), str(tmp_path / "cli" / "version_1")]


def test_a_version_that_holds_a_run_is_not_mixed_with_another(tmp_path, caplog):
    first, second = TailboardLogger(tmp_path, version=3), TailboardLogger(tmp_path, version=3)
    first.log_metrics({"a": 1.0}, 0)
    second.log_metrics({"a": 2.0}, 0)
    assert (first.version, second.version) == (3, "version_3-2")
    assert "resume=True would go on with it" in caplog.text
    assert series(Path(second.log_dir), "a") == {0: 2.0}


def test_what_init_does_not_take_is_refused_before_the_training(tmp_path):
    with pytest.raises(TypeError, match="flush_secs"):
        TailboardLogger(tmp_path, flush_secs=3)


def test_pictures_sounds_texts_and_tables_are_logged_with_the_calls_of_other_loggers(tmp_path):
    logger = TailboardLogger(tmp_path)
    grey = np.zeros((4, 4))
    logger.log_image("images", [grey, grey + 1], step=3, caption=["black", "white"])
    logger.log_image("one", grey, step=3, caption="of many", mode=["L"])
    logger.log_audio("sound", [np.zeros(800)], step=3, sample_rate=[8000])
    logger.log_video("film", [np.zeros((3, 4, 4))], step=3, fps=[2])
    logger.log_text("note", "It *learns*.", step=3)
    logger.log_text("texts", ["question", "answer"], [["a", "b"]], step=3)
    logger.log_table("table", columns=["a"], data=[[1], [2]], step=3)
    logger.finalize("success")
    items = media(Path(logger.log_dir))
    found = [(item["tag"], item["kind"], item.get("caption", "")) for item in items]
    assert found == [
        ("images", "image", "black"),
        ("images", "image", "white"),
        ("one", "image", ""),
        ("sound", "audio", ""),
        ("film", "video", ""),
        ("note", "text", ""),
        ("texts", "table", ""),
        ("table", "table", ""),
    ]
    assert {item["_step"] for item in items} == {3}
    assert statuses(Path(logger.log_dir))[0]["dropped"] == {"refused": 1}  # the caption and mode of `one`


def test_the_graph_is_logged_if_that_is_asked_for(tmp_path):
    asked, unasked = TailboardLogger(tmp_path, "asked", log_graph=True), TailboardLogger(tmp_path, "unasked")
    training = trainer(tmp_path, [asked, unasked], max_epochs=1, limit_train_batches=1, enable_checkpointing=False)
    training.fit(Digits(), loader())
    assert [item["kind"] for item in media(Path(asked.log_dir))] == ["graph"]
    assert media(Path(unasked.log_dir)) == []


def test_a_model_is_watched_at_the_steps_of_the_trainer(tmp_path):
    logger, model = TailboardLogger(tmp_path), Digits()
    logger.watch(model, log="all", log_freq=2)
    options = {"max_epochs": 2, "log_every_n_steps": 3, "enable_checkpointing": False}
    trainer(tmp_path, logger, **options).fit(model, loader())
    watched = [row["_step"] for row in rows(Path(logger.log_dir)) if any("net.0" in tag for tag in row)]
    assert sorted(set(watched)) == [0, 2, 4, 6]


def test_fabric_logs_with_the_logger(tmp_path):
    from lightning_fabric import Fabric

    logger = TailboardLogger(tmp_path)
    fabric = Fabric(accelerator="cpu", devices=1, loggers=logger)
    fabric.log_dict({"loss": 0.5, "lr": 0.1}, step=4)
    fabric.log("loss", torch.tensor(0.25), step=5)
    assert fabric.logger.experiment.path == Path(logger.log_dir)
    assert series(Path(logger.log_dir), "loss") == {4: 0.5, 5: 0.25}


def test_where_both_packages_are_imported_a_logger_is_one_of_both(monkeypatch):
    other = types.ModuleType("lightning.pytorch.loggers.logger")
    other.Logger = type("Logger", (), {"of": "lightning"})
    monkeypatch.setitem(sys.modules, "lightning.pytorch", types.ModuleType("lightning.pytorch"))
    monkeypatch.setitem(sys.modules, "lightning.pytorch.loggers.logger", other)
    both = base("loggers.logger", "Logger")
    assert issubclass(both, Logger)
    assert issubclass(both, other.Logger)
