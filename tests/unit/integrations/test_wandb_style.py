"""Scripts of W&B with one line changed: what each call becomes, read back from the files."""

import argparse
import io
import json
import logging
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import matplotlib.figure
import numpy as np
import pandas as pd
import plotly.graph_objects as go
import pytest
import torch
from PIL import Image as Pillow

import trainer_hooks.wandb as wandb
from tests.logged import media, points, python, run_json, statuses, until


@pytest.fixture(autouse=True)
def _alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.chdir(tmp_path)
    for name in [name for name in os.environ if name.startswith(("WANDB_", "TAILBOARD_"))]:
        monkeypatch.delenv(name)
    yield
    while wandb.run is not None:
        wandb.finish()


def finished(run: wandb.Run) -> Path:
    wandb.finish()
    return run.tailboard.path


def logged(value: Any) -> list[dict[str, Any]]:
    """Log one value, and return the items it became."""
    run = wandb.init(name="one")
    wandb.log({"x": value})
    return media(finished(run))


def test_the_step_counts_committed_rows_and_nothing_is_dropped():
    run = wandb.init(project="p", name="n")
    wandb.log({"loss": 4.0})
    wandb.log({"loss": 3.0}, commit=False)
    wandb.log({"acc": 0.5}, commit=False)
    wandb.log()
    assert run.step == 2
    wandb.log({"loss": 2.0}, step=10)
    wandb.log({"acc": 0.75})
    wandb.log({"late": 1.0}, step=3)
    wandb.log({"loss": 1.0})
    assert run.step == 12
    assert points(finished(run)) == {
        "loss": [(0, 4.0), (1, 3.0), (10, 2.0), (11, 1.0)],
        "acc": [(1, 0.5), (10, 0.75)],
        "late": [(3, 1.0)],
    }
    assert run.tailboard.path == Path("runs/p/n").absolute()


def test_nested_names_tensors_and_numpy_are_numbers_of_one_row():
    run = wandb.init(name="n")
    wandb.log({"train": {"loss": torch.tensor(0.5), "head": {"acc": np.float32(0.25)}}, "done": True})
    wandb.log({"loss": 1.0}, step=np.int64(7))
    found = points(finished(run))
    assert found == {"train/loss": [(0, 0.5)], "train/head/acc": [(0, 0.25)], "done": [(0, 1)], "loss": [(7, 1.0)]}


def test_a_metric_is_logged_at_the_step_that_its_step_metric_says():
    run = wandb.init(name="n")
    epoch = wandb.define_metric("epoch")
    wandb.define_metric("val/*", step_metric=epoch, summary="min,mean")
    wandb.define_metric("share", step_metric="part")
    for number, loss in enumerate([0.5, 0.25, 0.75]):
        wandb.log({"train/loss": 1.0})
        wandb.log({"val/loss": loss, "epoch": 10 * number})
    wandb.log({"share": 1.0, "part": 0.5})
    assert dict(run.summary)["val/loss"] == 0.75
    found = points(finished(run))
    assert found["train/loss"] == [(0, 1.0), (2, 1.0), (4, 1.0)]
    assert found["val/loss"] == [(0, 0.5), (10, 0.25), (20, 0.75)]
    assert found["summary/val/loss.min"] == [(0, 0.5), (10, 0.25)]
    assert found["summary/val/loss.mean"] == [(0, 0.5), (10, 0.375), (20, 0.5)]
    assert found["share"] == [(6, 1.0)]


def test_config_takes_names_by_attribute_item_namespace_and_assignment():
    run = wandb.init(name="n", config={"lr": 0.1, "secret": 1}, config_exclude_keys=["secret"])
    wandb.config.epochs = 3
    wandb.config["lr"] = 0.2
    wandb.config.update(argparse.Namespace(depth=2), allow_val_change=True)
    wandb.config.setdefaults({"depth": 5, "width": 8})
    wandb.config = {"seed": 7}
    assert wandb.config.lr == run.config["lr"] == 0.2
    assert wandb.config.get("missing") is None
    with pytest.raises(AttributeError, match="no 'missing', but lr"):
        _ = wandb.config.missing
    told = run_json(finished(run))["config"]
    assert told.pop("wandb")["id"] == run.id
    assert told == {"lr": 0.2, "epochs": 3, "depth": 2, "width": 8, "seed": 7}


def test_who_and_what_a_run_is_comes_from_arguments_settings_and_variables(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("WANDB_PROJECT", "of the environment")
    monkeypatch.setenv("WANDB_NAME", "a/b")
    monkeypatch.setenv("WANDB_RUN_GROUP", "g")
    monkeypatch.setenv("WANDB_TAGS", "x, y")
    monkeypatch.setenv("WANDB_NOTES", "first *try*")
    run = wandb.init(project="mine", settings=wandb.Settings(run_group="of the settings"))
    assert run.tailboard.path == Path("runs/mine/a-b").absolute()
    facts = run_json(finished(run))
    assert (facts["tags"], facts["notes"], facts["name"]) == (["x", "y"], "first *try*", "a/b")
    assert facts["config"]["wandb"] == {"id": run.id, "project": "mine", "group": "of the settings"}


def test_disabled_leaves_nothing_but_a_folder_to_save_into(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("WANDB_MODE", "disabled")
    with wandb.init(project="p", config={"lr": 1}) as run:
        wandb.log({"loss": 1.0, "x": wandb.Image(np.zeros((2, 2)))})
        assert run.config.lr == 1
        assert run.disabled
        assert Path(run.dir).is_dir()
    assert list(tmp_path.iterdir()) == []


def test_a_run_goes_on_by_its_id():
    first = wandb.init(id="abc", name="shown")
    wandb.log({"loss": 2.0})
    finished(first)
    run = wandb.init(id="abc", resume="allow")
    assert (run.resumed, run.step) == (True, 1)
    wandb.log({"loss": 1.0})
    assert points(finished(run)) == {"loss": [(0, 2.0), (1, 1.0)]}
    assert run_json(run.tailboard.path)["name"] == "shown"


def test_init_beside_an_active_run_returns_it_or_begins_another_as_asked():
    first = wandb.init(name="a")
    assert wandb.init(config={"lr": 1}) is first
    inner = wandb.init(name="b", reinit="create_new")
    wandb.log({"x": 1.0})
    inner.finish()
    assert wandb.run is first
    second = wandb.init(name="c", reinit=True)
    assert first.ended
    assert wandb.run is second
    assert points(inner.tailboard.path) == {"x": [(0, 1.0)]}


def test_each_rank_of_a_job_has_a_run_of_its_own(monkeypatch: pytest.MonkeyPatch):
    for name, value in (("WORLD_SIZE", "4"), ("RANK", "2"), ("MASTER_ADDR", "x"), ("MASTER_PORT", "1")):
        monkeypatch.setenv(name, value)
    assert wandb.init(name="n", group="ddp").tailboard.path.name == "n-rank2"


TABLE = wandb.Table(columns=["a", "b"], data=[[0, 1.0], [1, 3.0]])
SCORES = np.array([[0.9, 0.1], [0.2, 0.8], [0.4, 0.6]])


@pytest.mark.parametrize(
    ("value", "kinds"),
    [
        (wandb.Image(np.zeros((4, 4, 3)), caption="c"), {"x": "image"}),
        (wandb.Image(Pillow.new("RGB", (4, 4))), {"x": "image"}),
        (Pillow.new("RGB", (4, 4)), {"x": "image"}),
        ([wandb.Image(np.zeros((4, 4)))] * 2, {"x": "image"}),
        (wandb.Image(matplotlib.figure.Figure()), {"x": "figure"}),
        (matplotlib.figure.Figure(), {"x": "figure"}),
        (go.Figure(), {"x": "figure"}),
        (wandb.Plotly(go.Figure()), {"x": "figure"}),
        (wandb.Histogram([1.0, 2.0]), {"x": "histogram"}),
        (np.zeros(33), {"x": "histogram"}),
        ([1, 2, 3], {"x": "tensor"}),
        (wandb.Video(np.zeros((2, 3, 4, 4), np.uint8), fps=2), {"x": "video"}),
        (wandb.Audio(np.zeros(80), sample_rate=8_000), {"x": "audio"}),
        ([wandb.Audio(np.zeros(8))] * 2, {"x/0": "audio", "x/1": "audio"}),
        (wandb.Html("<b>bold</b>"), {"x": "html"}),
        (wandb.Html(io.StringIO("<i>open</i>")), {"x": "html"}),
        (wandb.Object3D(np.zeros((5, 6))), {"x": "mesh"}),
        (TABLE, {"x": "table"}),
        (pd.DataFrame({"a": [1]}), {"x": "table"}),
        ("a text", {"x": "text"}),
        (wandb.plot.line(TABLE, "a", "b", title="T"), {"x": "figure"}),
        (wandb.plot.scatter(TABLE, "a", "b"), {"x": "figure"}),
        (wandb.plot.bar(TABLE, "a", "b"), {"x": "figure"}),
        (wandb.plot.histogram(TABLE, "b"), {"x": "figure"}),
        (wandb.plot.line_series([0, 1], [[1, 2], [3, 4]], keys=["u", "v"]), {"x": "figure"}),
        (wandb.plot.confusion_matrix(y_true=[0, 1], preds=[0, 0], class_names=["u", "v"]), {"x": "confusion_matrix"}),
        (wandb.plot.pr_curve([0, 1, 1], SCORES, labels=["u", "v"]), {"x/u": "pr_curve", "x/v": "pr_curve"}),
        (wandb.plot.roc_curve([0, 1, 1], SCORES, classes_to_plot=[1]), {"x/1": "roc_curve"}),
        (wandb.plot_table("who/what", TABLE, {}), {"x": "table"}),
        (wandb.Molecule("file.pdb"), {}),
    ],
)
def test_each_data_type_becomes_its_kind(value: Any, kinds: dict[str, str]):
    assert {item["tag"]: item["kind"] for item in logged(value)} == kinds


def pixels(item: dict[str, Any]) -> np.ndarray:
    return np.asarray(Pillow.open(Path("runs/one", item["file"])))


@pytest.mark.parametrize(
    ("values", "levels"),
    [([0.0, 0.5, 1.0], [0, 128, 255]), ([0.0, 51.0, 255.0], [0, 51, 255]), ([-1.0, 0.0, 3.0], [0, 64, 255])],
)
def test_floats_are_levels_and_a_normalised_batch_is_stretched(values: list[float], levels: list[int]):
    (item,) = logged(wandb.Image(torch.tensor([[values]])))
    assert pixels(item).reshape(-1).tolist() == levels


def test_boxes_are_shares_or_pixels_and_masks_have_their_names():
    boxes = {
        "guess": {
            "box_data": [
                {"position": {"minX": 0.25, "maxX": 0.5, "minY": 0.1, "maxY": 1}, "class_id": 1, "scores": {"p": 0.5}},
                {"position": {"middle": [4, 4], "width": 2, "height": 4}, "domain": "pixel", "box_caption": "here"},
            ],
            "class_labels": {1: "cat"},
        }
    }
    masks = {"truth": {"mask_data": np.eye(10, 20, dtype=int), "class_labels": {1: "line"}}}
    (item,) = logged(wandb.Image(np.zeros((10, 20, 3)), boxes=boxes, masks=masks))
    assert item["meta"]["boxes"] == [
        {"box": [5.0, 1.0, 10.0, 10.0], "label": "cat", "score": 0.5, "group": "guess"},
        {"box": [3.0, 2.0, 5.0, 6.0], "label": "here", "group": "guess"},
    ]
    assert item["meta"]["masks"] == [{"part": "mask0", "name": "truth", "classes": {"1": "line"}}]


def test_a_table_is_built_by_row_and_column_and_its_pictures_lie_beside_it():
    table = wandb.Table(columns=["id", "picture"])
    table.add_data(7, wandb.Image(np.zeros((2, 2))))
    table.add_data(8, wandb.Image(np.ones((2, 2))))
    table.add_column("score", [0.25, 0.5])
    assert table.get_column("score", convert_to="numpy").tolist() == [0.25, 0.5]
    *pictures, cells = logged(table)
    assert [(one["tag"], one["index"], one["caption"]) for one in pictures] == [
        ("x/picture", 0, "row 1"),
        ("x/picture", 1, "row 2"),
    ]
    assert json.loads(Path("runs/one", cells["file"]).read_text()) == {
        "columns": ["id", "picture", "score"],
        "rows": [[7, "x/picture, item 1", 0.25], [8, "x/picture, item 2", 0.5]],
    }


def test_what_nothing_shows_is_refused_by_name_and_the_rest_of_the_row_is_logged(caplog: pytest.LogCaptureFixture):
    run = wandb.init(name="n")
    wandb.log({"odd": object(), "loss": 1.0, "boxed": wandb.Image(np.zeros((2, 2)), boxes={"g": {}})})
    assert points(finished(run)) == {"loss": [(0, 1.0)]}
    assert "'odd' is not logged, it is object: no kind shows it" in caplog.text
    assert "'boxed' is not logged" in caplog.text


def test_watch_logs_gradients_and_parameters_at_every_so_many_backward_passes():
    run = wandb.init(name="n")
    model = torch.nn.Linear(2, 1, bias=False)
    with torch.no_grad():
        model.weight.copy_(torch.tensor([[1.0, 3.0]]))
    wandb.watch(model, log="all", log_freq=2)
    for step in range(4):
        model(torch.tensor([[1.0, 2.0]])).sum().backward()
        wandb.log({"loss": float(step)})
    wandb.unwatch(model)
    model(torch.ones(1, 2)).sum().backward()
    found = [(item["tag"], item["_step"], item["meta"]["sum"]) for item in media(finished(run))]
    assert found == [
        ("gradients/weight", 0, 3.0),
        ("parameters/weight", 0, 4.0),
        ("gradients/weight", 2, 3.0),
        ("parameters/weight", 2, 4.0),
    ]


def test_what_is_logged_in_between_has_the_step_of_its_own_step_metric():
    run = wandb.init(name="n")
    wandb.define_metric("val/*", step_metric="epoch")
    wandb.define_metric("gradients/*", step_metric="total")
    weight = torch.nn.Linear(1, 1, bias=False)
    wandb.watch(weight, log="all", log_freq=1)
    wandb.log({"total": 100, "val/loss": 1.0, "epoch": 7})
    weight(torch.ones(1, 1)).sum().backward()
    wandb.summary["best"] = 1.0
    wandb.alert("A", "b")
    folder = finished(run)
    assert {item["tag"]: item["_step"] for item in media(folder)} == {
        "gradients/weight": 100,
        "parameters/weight": 1,
        "alerts": 0,
    }
    assert points(folder)["summary/best"] == [(0, 1.0)]


def test_a_model_that_is_watched_no_longer_logs_nothing():
    run, model = wandb.init(name="n"), torch.nn.Linear(2, 1)
    wandb.watch(model, log="all", log_freq=1)
    wandb.unwatch(model)
    model(torch.ones(1, 2)).backward()
    assert media(finished(run)) == []


def test_the_summary_has_last_values_and_logs_what_a_program_sets():
    run = wandb.init(name="n")
    wandb.log({"loss": 2.0})
    wandb.log({"loss": 1.0})
    wandb.run.summary["best"] = 0.5
    wandb.summary.update({"verdict": "good", "time": {"hours": 2}})
    assert dict(wandb.summary) == {"loss": 1.0, "best": 0.5, "verdict": "good", "time/hours": 2}
    folder = finished(run)
    assert points(folder)["summary/best"] == [(1, 0.5)]
    assert points(folder)["summary/time/hours"] == [(1, 2)]
    assert [(item["tag"], item["text"]) for item in media(folder)] == [("summary/verdict", "good")]


def test_an_alert_is_a_text():
    run = wandb.init(name="n")
    wandb.alert("Too hot", "72 degrees", level=wandb.AlertLevel.WARN)
    (item,) = media(finished(run))
    assert (item["tag"], item["text"]) == ("alerts", "**Too hot** (WARN)\n\n72 degrees")


def test_files_are_copied_and_those_of_an_artifact_written_down(tmp_path: Path):
    run = wandb.init(name="n")
    Path("model.pt").write_bytes(b"weights")
    assert wandb.save("*.pt") == [str(Path(run.dir, "model.pt"))]
    assert Path(run.dir, "model.pt").read_bytes() == b"weights"
    artifact = wandb.Artifact("net", type="model", metadata={"layers": 3}).add_file("model.pt")
    with artifact.new_file("card.md", mode="w") as file:
        file.write("# Net")
    assert wandb.log_artifact(artifact, aliases=["best"]).wait() is artifact
    assert Path(run.dir, "artifacts", "net", "card.md").read_text() == "# Net"
    (item,) = media(finished(run))
    assert item["tag"] == "artifacts/net"
    for part in ("**net** (model) best", "| model.pt | 7 |", "card.md", "- layers: 3"):
        assert part in item["text"]


def test_an_exit_code_and_an_exception_say_that_a_run_failed():
    run = wandb.init(name="a")
    wandb.finish(exit_code=3)
    assert statuses(run.tailboard.path)[0]["state"] == "failed"
    with pytest.raises(ZeroDivisionError), wandb.init(name="b") as run:
        _ = 1 / 0
    assert statuses(run.tailboard.path)[0]["state"] == "failed"
    with wandb.init(name="c") as run:
        pass
    assert statuses(run.tailboard.path)[0]["state"] == "finished"


def test_a_call_without_a_meaning_is_said_once_and_goes_on(caplog: pytest.LogCaptureFixture):
    run = wandb.init(name="n")
    for _ in range(2):
        assert not wandb.never_heard_of.that(1, two=2)
        assert list(run.nor_of_this()) == []
    assert wandb.login(key="k")
    assert caplog.text.count("never_heard_of does nothing here") == 1
    assert caplog.text.count("run.nor_of_this does nothing here") == 1


def test_without_a_run_a_log_is_said_to_be_ignored(tmp_path: Path, caplog: pytest.LogCaptureFixture):
    assert wandb.run is None
    wandb.define_metric("x")
    assert "define_metric() without an active run is ignored; call init() first" in caplog.text
    assert list(tmp_path.iterdir()) == []


def test_where_an_answer_of_the_server_is_needed_the_error_says_so():
    with pytest.raises(wandb.UnsupportedError, match=r"Api\.runs needs the server"):
        wandb.Api().runs("x")
    with pytest.raises(wandb.errors.UsageError, match="use Optuna"):
        wandb.agent(wandb.sweep({}), function=print)
    wandb.init(name="n")
    with pytest.raises(wandb.UnsupportedError, match=r"'net:latest'\.download needs"):
        wandb.use_artifact("net:latest").download()


def test_a_request_to_stop_interrupts_the_training_once(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("trainer_hooks.writer.HEARTBEAT_INTERVAL_S", 0.02)
    monkeypatch.setattr("trainer_hooks.background.TICK_S", 0.02)
    run = wandb.init(name="n")
    wandb.log({"loss": 1.0})
    until(lambda: statuses(run.tailboard.path))  # a request from before the run began would be taken away
    (run.tailboard.path / "STOP").touch()
    until(lambda: run.tailboard.stop_requested)
    with pytest.raises(KeyboardInterrupt, match="asked this training to stop"):
        wandb.log({"loss": 2.0})
    wandb.log({"loss": 3.0})
    assert points(finished(run))["loss"] == [(0, 1.0), (1, 2.0), (2, 3.0)]


@pytest.fixture
def _installed() -> Iterator[None]:
    before = set(sys.modules)
    wandb.install()
    added = {name for name in set(sys.modules) - before if name.partition(".")[0] == "wandb"}
    yield
    for name in added:
        del sys.modules[name]


@pytest.mark.filterwarnings("ignore:.*LeafSpec:FutureWarning")  # Lightning uses what torch has renamed
@pytest.mark.filterwarnings("ignore:.*does not have many workers")  # nor need it, for eight samples
@pytest.mark.usefixtures("_installed")
def test_a_library_that_imports_wandb_by_itself_logs_here_after_install(tmp_path: Path):
    import pytorch_lightning as lightning
    from pytorch_lightning.loggers import WandbLogger

    class Line(lightning.LightningModule):
        def __init__(self) -> None:
            super().__init__()
            self.save_hyperparameters({"width": 2})
            self.layer = torch.nn.Linear(2, 1)

        def training_step(self, batch: torch.Tensor, _: int) -> torch.Tensor:
            loss = self.layer(batch).square().mean()
            self.log("train/loss", loss)
            return loss

        def configure_optimizers(self) -> torch.optim.Optimizer:
            return torch.optim.SGD(self.parameters(), 0.1)

    model, logger = Line(), WandbLogger(project="p", name="n", save_dir=tmp_path)
    logger.watch(model, log_freq=4, log_graph=False)
    quiet = {"enable_progress_bar": False, "enable_model_summary": False, "enable_checkpointing": False}
    trainer = lightning.Trainer(max_epochs=1, logger=logger, log_every_n_steps=2, accelerator="cpu", **quiet)
    trainer.fit(model, torch.utils.data.DataLoader(torch.ones(8, 2), batch_size=1))
    assert logger.experiment is wandb.run
    folder = finished(wandb.run)
    assert folder == tmp_path / "runs" / "p" / "n"
    assert [step for step, _ in points(folder)["train/loss"]] == [1, 3, 5, 7]
    assert run_json(folder)["config"]["width"] == 2
    found = [(item["tag"], item["_step"]) for item in media(folder)]
    assert found[:2] == [("gradients/layer.bias", 0), ("gradients/layer.weight", 0)]


def test_importing_it_loads_no_heavy_package():
    heavy = {"numpy", "torch", "PIL", "pandas", "matplotlib", "plotly"}
    python(
        f"import trainer_hooks.wandb, sys; assert not {heavy} & set(sys.modules), sorted({heavy} & set(sys.modules))"
    )


def test_install_refuses_where_the_real_one_was_imported(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(sys.modules, "wandb", logging)
    with pytest.raises(RuntimeError, match="imported already"):
        wandb.install()


@pytest.mark.parametrize("path", [None, 5, "a" * 3_000, "\ud800"], ids=["None", "5", "long", "half"])
def test_an_artifact_that_is_no_file_is_refused_in_words(caplog: pytest.LogCaptureFixture, path: Any):
    with wandb.init(name="n") as run:
        run.log_artifact(path)
        run.log_model(path)
    assert "an artifact is not logged" in caplog.text


def test_a_file_is_copied_into_the_folder_of_the_run_and_nowhere_else(tmp_path: Path, caplog: pytest.LogCaptureFixture):
    (tmp_path / "below").mkdir()
    (tmp_path / "outside.txt").write_text("text")
    with wandb.init(name="n") as run:
        assert run.save("../outside.txt", base_path=tmp_path / "below" / "..") == []
        assert run.save(str(tmp_path / "outside.txt"), base_path=tmp_path / "below") == []
        (kept,) = run.save("outside.txt", base_path=".")
    assert "does not lie in" in caplog.text
    assert Path(kept) == Path(run.dir) / "outside.txt"


def test_the_callbacks_for_boosted_trees_log_into_the_active_run():
    import lightgbm
    import xgboost

    features = np.random.default_rng(0).random((60, 3))
    labels = features[:, 0]
    run = wandb.init(name="trees")
    data = xgboost.DMatrix(features, labels)
    options = {"num_boost_round": 3, "evals": [(data, "train")], "verbose_eval": False}
    xgboost.train({"nthread": 1}, data, callbacks=[wandb.xgboost.WandbCallback(log_model=True)], **options)
    callback = wandb.integration.lightgbm.wandb_callback()
    held = lightgbm.Dataset(features, labels)
    lightgbm.train({"num_threads": 1, "verbose": -1}, held, 2, valid_sets=[held], callbacks=[callback])
    wandb.lightgbm.log_summary(None)
    assert wandb.run is run
    found = points(finished(run))
    assert [step for step, _ in found["train/rmse"]] == [0, 1, 2]
    assert [step for step, _ in found["training/l2"]] == [0, 1]
    assert {"max_depth", "num_iterations"} <= run_json(run.tailboard.path)["config"].keys()


def test_the_callback_for_keras_logs_into_the_active_run(monkeypatch):
    monkeypatch.setenv("KERAS_BACKEND", "torch")  # looked at by the first import
    import keras

    model = keras.Sequential([keras.layers.Input((2,)), keras.layers.Dense(1)])
    model.compile(optimizer="sgd", loss="mse")
    run = wandb.init(name="keras")
    callbacks = [wandb.keras.WandbMetricsLogger(log_freq=2), wandb.keras.WandbModelCheckpoint("best.keras")]
    model.fit(np.ones((8, 2)), np.ones(8), batch_size=2, epochs=2, verbose=0, callbacks=callbacks)
    found = points(finished(run))
    assert [step for step, _ in found["batch/loss"]] == [1, 3, 5, 7]
    assert [step for step, _ in found["loss"]] == [3, 7]
    assert Path("best.keras").exists()
