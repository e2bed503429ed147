"""Scripts of MLflow with one line changed: what each call becomes, read back from the files."""

import os
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import matplotlib.figure
import numpy as np
import pytest
import pytorch_lightning as lightning
import torch

import trainer_hooks.mlflow as mlflow
from tests.logged import media, points, python, rows, run_json, statuses
from trainer_hooks.mlflow.models import infer_signature
from trainer_hooks.mlflow.session import session


@pytest.fixture(autouse=True)
def _alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.chdir(tmp_path)
    for name in [name for name in os.environ if name.startswith(("MLFLOW_", "TAILBOARD_"))]:
        monkeypatch.delenv(name)
    mlflow.set_tracking_uri(None)
    mlflow.set_experiment("")
    yield
    while mlflow.active_run() is not None:
        mlflow.end_run()
    mlflow.autolog(disable=True)


def config(folder: Path) -> dict[str, Any]:
    told: dict[str, Any] = run_json(folder)["config"]
    return told


def test_metrics_are_rows_at_their_steps_or_count_on_without_one():
    with mlflow.start_run(run_name="n") as run:
        mlflow.log_metric("loss", 2.0, step=10)
        mlflow.log_metric("loss", 1.0)
        mlflow.log_metric("acc", 0.5)
        mlflow.log_metrics({"acc": torch.tensor(0.75), "f1": np.float32(0.5)}, step=20, timestamp=1_500)
    folder = Path("runs/n")
    assert points(folder) == {"loss": [(10, 2.0), (11, 1.0)], "acc": [(0, 0.5), (20, 0.75)], "f1": [(20, 0.5)]}
    assert [row["_time"] for row in rows(folder) if "f1" in row] == [1.5]
    assert run.data.metrics == {"loss": 1.0, "acc": 0.75, "f1": 0.5}
    assert statuses(folder)[0]["state"] == "finished"


def test_params_are_config_and_one_that_changes_counts(caplog: pytest.LogCaptureFixture):
    with mlflow.start_run(run_name="n", tags={"release": "1.2"}, description="first *try*"):
        assert mlflow.log_param("lr", 0.1) == 0.1
        mlflow.log_params({"lr": 0.2, "depth": 3})
        mlflow.set_tag("team", "vision")
        mlflow.set_tags({"mlflow.note.content": "a note", "mlflow.user": "me"})
    assert config(Path("runs/n")) == {"lr": 0.2, "depth": 3, "tags": {"release": "1.2", "team": "vision"}}
    assert "param 'lr' was 0.1, and is 0.2 from now on" in caplog.text
    assert run_json(Path("runs/n"))["notes"] == "first *try*"
    assert [item["text"] for item in media(Path("runs/n"))] == ["a note"]


def test_a_nested_run_lies_in_its_parents_folder_and_the_parent_goes_on():
    mlflow.set_experiment("search")
    with mlflow.start_run(run_name="all") as parent:
        for number in range(2):
            with mlflow.start_run(run_name=f"trial/{number}", nested=True) as child:
                assert child.parent is parent
                mlflow.log_metric("loss", float(number))
        assert mlflow.active_run() is parent
        mlflow.log_metric("best", 0.0)
    assert points(Path("runs/search/all/trial-1")) == {"loss": [(0, 1.0)]}
    assert points(Path("runs/search/all")) == {"best": [(0, 0.0)]}
    assert mlflow.active_run() is None
    assert mlflow.last_active_run() is not None


def test_an_exception_and_a_status_say_that_a_run_failed():
    with pytest.raises(ZeroDivisionError), mlflow.start_run(run_name="a"):
        _ = 1 / 0
    mlflow.start_run(run_name="b")
    mlflow.end_run("KILLED")
    assert statuses(Path("runs/a"))[0]["state"] == statuses(Path("runs/b"))[0]["state"] == "failed"


def test_a_run_goes_on_by_its_id():
    with mlflow.start_run(run_name="n") as first:
        mlflow.log_metrics({"loss": 2.0, "acc": 0.5})
    session._known.clear()  # as in a process of its own
    with mlflow.start_run(run_id=first.info.run_id):
        mlflow.log_metric("loss", 1.0)
        mlflow.log_metric("acc", 0.75)
    assert points(Path("runs/n")) == {"loss": [(0, 2.0), (1, 1.0)], "acc": [(0, 0.5), (1, 0.75)]}


def test_a_log_without_a_run_begins_one_and_other_threads_log_into_it():
    mlflow.log_metric("loss", 1.0)
    run = mlflow.active_run()
    thread = threading.Thread(target=mlflow.log_metric, args=("other", 2.0))
    thread.start()
    thread.join()
    mlflow.end_run()
    assert points(run.tailboard.path) == {"loss": [(0, 1.0)], "other": [(0, 2.0)]}


def test_runs_lie_below_the_tracking_folder_and_a_server_is_said_to_be_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
):
    monkeypatch.setenv("MLFLOW_EXPERIMENT_NAME", "e")
    mlflow.set_tracking_uri((tmp_path / "kept").as_uri())
    with mlflow.start_run(run_name="a") as run:
        assert run.tailboard.path == tmp_path / "kept" / "e" / "a"
    mlflow.set_tracking_uri("http://127.0.0.1:5000")
    with mlflow.start_run(run_name="b") as run:
        assert run.tailboard.path == tmp_path / "runs" / "e" / "b"
    assert mlflow.get_tracking_uri() == (tmp_path / "runs").as_uri()
    assert "http: is no folder, so runs are logged in" in caplog.text


def test_each_rank_of_a_job_has_a_run_of_its_own(monkeypatch: pytest.MonkeyPatch):
    for name, value in (("WORLD_SIZE", "4"), ("RANK", "2"), ("MASTER_ADDR", "x"), ("MASTER_PORT", "1")):
        monkeypatch.setenv(name, value)
    with mlflow.start_run(run_name="n") as run, mlflow.start_run(run_name="inner", nested=True) as inner:
        assert run.tailboard.path.name == "n-rank2"
        assert inner.tailboard.path == run.tailboard.path / "inner"


def test_artifacts_are_copied_and_shown_where_a_browser_can():
    Path("made/inner").mkdir(parents=True)
    Path("made/note.md").write_text("# Done")
    Path("made/inner/weights.bin").write_bytes(b"\x00")
    with mlflow.start_run(run_name="n"):
        mlflow.log_artifact("made/note.md", artifact_path="docs")
        mlflow.log_artifacts("made", artifact_path="all")
        assert mlflow.get_artifact_uri("docs") == str(Path("runs/n/artifacts/docs").absolute())
        mlflow.log_artifact("missing.txt")
        mlflow.log_text("<p>page</p>", "page.html")
        mlflow.log_dict({"a": [1]}, "facts.json")
        mlflow.log_figure(matplotlib.figure.Figure(), "plots/f.png")
        mlflow.log_image(np.zeros((2, 2, 3)), key="sample", step=4)
        mlflow.log_table({"q": ["a"], "n": [1]}, "answers.json")
    kept = Path("runs/n/artifacts")
    assert (kept / "docs" / "note.md").read_text() == "# Done"
    assert (kept / "all" / "inner" / "weights.bin").read_bytes() == b"\x00"
    assert (kept / "facts.json").read_text() == '{\n  "a": [\n    1\n  ]\n}'
    assert [(item["tag"], item["kind"], item["_step"]) for item in media(Path("runs/n"))] == [
        ("docs/note.md", "text", 0),
        ("all/note.md", "text", 0),
        ("page.html", "html", 0),
        ("facts.json", "text", 0),
        ("plots/f.png", "figure", 0),
        ("sample", "image", 4),
        ("answers.json", "table", 0),
    ]
    assert statuses(Path("runs/n"))[0]["dropped"] == {"refused": 1}


@pytest.mark.filterwarnings("ignore:`torch.jit.:DeprecationWarning")  # torch's, of scripts, which programs still save
def test_a_model_is_saved_among_the_artifacts_and_loaded_by_path_or_run():
    model, batch = torch.nn.Linear(2, 1), torch.ones(1, 2)
    with mlflow.start_run(run_name="n") as run:
        mlflow.pytorch.log_model(model, "net", signature=infer_signature(batch, model(batch)))
        mlflow.pytorch.log_state_dict(model.state_dict(), "state")
        for uri in (mlflow.get_artifact_uri("net"), f"runs:/{run.info.run_id}/net"):
            assert mlflow.pytorch.load_model(uri)(batch).item() == model(batch).item()
        assert mlflow.pytorch.load_state_dict(f"runs:/{run.info.run_id}/state")["bias"] == model.bias
    assert config(Path("runs/n"))["models"] == {
        "net": "torch.nn.modules.linear.Linear",
        "net signature": "torch.Tensor of shape (1, 2) -> torch.Tensor of shape (1, 1)",
    }
    with pytest.raises(FileNotFoundError, match="no run of the id nobody"):
        mlflow.pytorch.load_model("runs:/nobody/net")


def test_a_client_logs_into_runs_that_are_active_nowhere():
    client = mlflow.MlflowClient()
    run_id = client.create_run(client.create_experiment("e"), run_name="n").info.run_id
    client.log_param(run_id, "lr", 0.1)
    client.log_metric(run_id, "loss", 1.0, step=3)
    assert mlflow.active_run() is None
    client.set_terminated(run_id, "FAILED")
    assert points(Path("runs/e/n")) == {"loss": [(3, 1.0)]}
    assert (config(Path("runs/e/n")), statuses(Path("runs/e/n"))[0]["state"]) == ({"lr": 0.1}, "failed")


def test_a_call_without_a_meaning_is_said_once_and_goes_on(caplog: pytest.LogCaptureFixture):
    for _ in range(2):
        mlflow.unheard.of.log_model(1, "x")
        mlflow.MlflowClient().register_anything("x")
    assert caplog.text.count("unheard does nothing here") == 1
    assert caplog.text.count("MlflowClient.register_anything does nothing here") == 1
    assert mlflow.unheard(len) is len  # a decorator


def descend(optimizer: torch.optim.Optimizer, weight: torch.Tensor, steps: int) -> None:
    for _ in range(steps):
        optimizer.zero_grad()
        weight.square().sum().backward()
        optimizer.step()


def test_autolog_sees_losses_and_learning_rates_of_a_loop_of_ones_own():
    before = torch.Tensor.backward
    mlflow.autolog(log_every_n_step=2)
    weight, other = (torch.tensor([1.0], requires_grad=True) for _ in range(2))
    with mlflow.start_run(run_name="n"):
        descend(torch.optim.SGD([weight], lr=0.25), weight, 4)
        descend(torch.optim.SGD([other], lr=0.5), other, 1)
    mlflow.autolog(disable=True)
    assert torch.Tensor.backward is before
    assert points(Path("runs/n")) == {
        "loss": [(0, 1.0), (2, 0.0625)],
        "lr": [(0, 0.25), (2, 0.25)],
        "loss_2": [(0, 1.0)],
        "lr_2": [(0, 0.5)],
    }
    told = config(Path("runs/n"))
    assert (told["optimizer"]["name"], told["optimizer"]["lr"], told["optimizer_2"]["lr"]) == ("SGD", 0.25, 0.5)


def test_autolog_logs_the_loss_before_it_was_scaled():
    mlflow.autolog(log_every_n_step=1)
    weight = torch.tensor([3.0], requires_grad=True)
    optimizer, scaler = torch.optim.SGD([weight], lr=0.25), torch.amp.GradScaler("cpu", init_scale=1024.0)
    with mlflow.start_run(run_name="n"):
        scaler.scale(weight.square().sum()).backward()
        scaler.step(optimizer)
    assert points(Path("runs/n"))["loss"] == [(0, 9.0)]


class Line(lightning.LightningModule):
    def __init__(self) -> None:
        super().__init__()
        self.layer = torch.nn.Linear(2, 1)

    def training_step(self, batch: torch.Tensor, _: int) -> torch.Tensor:
        loss = self.layer(batch).square().mean()
        self.log("train_loss", loss)
        return loss

    def test_step(self, batch: torch.Tensor, number: int) -> None:
        self.log("test_loss", self.layer(batch).square().mean())

    def configure_optimizers(self) -> torch.optim.Optimizer:
        return torch.optim.SGD(self.parameters(), 0.1)


@pytest.mark.filterwarnings("ignore:.*LeafSpec:FutureWarning")  # Lightning uses what torch has renamed
@pytest.mark.filterwarnings("ignore:.*does not have many workers")  # nor need it, for eight samples
def test_autolog_gives_a_lightning_trainer_our_logger():
    mlflow.pytorch.autolog()
    data = torch.utils.data.DataLoader(torch.ones(8, 2), batch_size=1)
    quiet = {"enable_progress_bar": False, "enable_model_summary": False, "enable_checkpointing": False}
    options = {"max_epochs": 1, "log_every_n_steps": 2, "accelerator": "cpu", "logger": False, **quiet}
    with mlflow.start_run(run_name="n") as run:
        trainer = lightning.Trainer(**options)
        trainer.fit(Line(), data)
        trainer.test(Line(), data, verbose=False)
        assert not run.tailboard.finished
    found = points(Path("runs/n"))
    assert [step for step, _ in found["train_loss"]] == [1, 3, 5, 7]
    assert [step for step, _ in found["test_loss"]] == [8]
    assert "loss" not in found  # what a loop of one's own gets
    lightning.Trainer(**options).fit(Line(), data)
    assert mlflow.active_run() is None
    assert mlflow.last_active_run().tailboard.finished


def test_a_library_that_imports_mlflow_by_itself_logs_here_after_install():
    before = set(sys.modules)
    mlflow.install()
    try:
        import mlflow as found
        from mlflow.tracking import MlflowClient

        assert found is mlflow
        assert MlflowClient is mlflow.MlflowClient
    finally:
        for name in set(sys.modules) - before:
            del sys.modules[name]


def test_importing_it_loads_no_heavy_package():
    heavy = {"numpy", "torch", "pytorch_lightning", "lightning", "yaml"}
    code = (
        f"import trainer_hooks.mlflow, sys; assert not {heavy} & set(sys.modules), sorted({heavy} & set(sys.modules))"
    )
    python(code)


def test_a_folder_that_holds_the_run_is_copied_without_it(tmp_path: Path):
    (tmp_path / "code.py").write_text("pass")
    with mlflow.start_run(run_name="n"):
        mlflow.log_artifacts(".")
        mlflow.log_artifact(".", "again")
        mlflow.log_artifact("runs/n", "own")
    kept = Path("runs/n/artifacts")
    assert (kept / "code.py").is_file()
    assert (kept / "again" / "code.py").is_file()
    assert not [path for path in kept.rglob("artifacts") if path.is_dir()]


@pytest.mark.parametrize("outside", ["../../../outside", "/tmp/../outside-of-the-run"])
def test_no_artifact_lies_outside_of_its_run(tmp_path: Path, caplog: pytest.LogCaptureFixture, outside: str):
    (tmp_path / "code.py").write_text("pass")
    with mlflow.start_run(run_name="n"):
        mlflow.log_artifact("code.py", outside)
        mlflow.log_text("text", f"{outside}/note.txt")
    assert caplog.text.count("it would lie outside of the run's artifacts") == 2
    assert sorted(path.name for path in tmp_path.iterdir()) == ["code.py", "runs"]
    assert not Path("runs/n/artifacts/code.py").exists()


@pytest.mark.parametrize("path", [None, 5, b"b", "a" * 3_000, "\ud800"], ids=["None", "5", "bytes", "long", "half"])
def test_an_artifact_that_is_no_file_is_refused_in_words(caplog: pytest.LogCaptureFixture, path: Any):
    with mlflow.start_run(run_name="n"):
        mlflow.log_artifact(path)
        mlflow.log_artifacts(path)
    assert "is not copied" in caplog.text
    assert max(len(record.getMessage()) for record in caplog.records) < 2_000
    assert caplog.text.encode()  # any handler can write it


def test_a_disabled_run_keeps_no_artifacts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("TAILBOARD_DISABLED", "1")
    (tmp_path / "code.py").write_text("pass")
    with mlflow.start_run(run_name="n"):
        mlflow.log_artifact("code.py")
        mlflow.log_text("text", "note.txt")
        mlflow.log_dict({}, "config.json")
    assert [path.name for path in tmp_path.rglob("*")] == ["code.py"]
