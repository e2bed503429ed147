import shutil

import pytest

from app.readers.contract import RunState
from app.readers.mlflow import READER
from app.settings import LogRoot
from app.store.discovery import Discovery

BEGAN_MS = 1_700_000_000_250


@pytest.fixture
def folder(tmp_path):
    folder = tmp_path / "mlruns" / "1" / "d6de2e5e632742a9a47253ea80151b5b"
    write(folder / "meta.yaml", f"run_id: d6de\nrun_name: brave-otter\nstart_time: {BEGAN_MS}\nstatus: 3\n")
    return folder


def write(path, text):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def opened(path):
    run = READER.open(path)
    while run.poll().behind:
        pass
    return run


def rows(run, tag):
    columns = run.load([tag])[tag]
    return list(zip(columns.step.tolist(), columns.wall_time.tolist(), columns.value.tolist(), strict=True))


def test_a_metric_is_a_tag_and_its_folders_are_groups(folder):
    write(folder / "metrics" / "train" / "loss", f"{BEGAN_MS} 0.5 10\n{BEGAN_MS + 500} 0.25 20\n")
    write(folder / "metrics" / "acc", f"{BEGAN_MS} inf 0\n")
    run = opened(folder)
    assert sorted(run.facts) == ["acc", "train/loss"]
    assert rows(run, "train/loss") == [(10, 1_700_000_000.25, 0.5), (20, 1_700_000_000.75, 0.25)]
    assert run.facts["acc"].inf == 1


def test_lines_of_old_and_new_versions_are_read_and_broken_ones_are_reported(folder):
    write(folder / "metrics" / "old", "1528000000 0.5\n1528000001 0.25\n")
    write(folder / "metrics" / "new", f"{BEGAN_MS} 0.5 3 data digest\nnot a line\n\n{BEGAN_MS} 0.25 4\n")
    run = opened(folder)
    assert rows(run, "old") == [(0, 1_528_000_000.0, 0.5), (1, 1_528_000_001.0, 0.25)]
    assert [step for step, _, _ in rows(run, "new")] == [3, 4]
    (problem,) = run.problems
    assert (problem.path, problem.where) == (folder / "metrics" / "new", "line 2")


def test_parameters_tags_and_times_are_taken_over(folder):
    for name, text in {"lr": "0.1", "epochs": "10", "deep": "True", "opt/name": "sgd", "none": "None"}.items():
        write(folder / "params" / name, text)
    tags = {"team": "blue", "mlflow.note.content": "try it", "mlflow.user": "ann", "mlflow.source.git.commit": "abc"}
    for name, text in tags.items():
        write(folder / "tags" / name, text)
    info = opened(folder).info
    assert info.config == {"lr": 0.1, "epochs": 10, "deep": "True", "opt/name": "sgd", "none": "None"}
    assert (info.name, info.created, info.tags, info.notes) == (folder.name, 1_700_000_000.25, ("team=blue",), "try it")
    assert info.git == {"commit": "abc"}
    assert info.environment == {"user": "ann", "run_name": "brave-otter", "status": "FINISHED"}


def test_experiment_and_parent_are_told_and_a_deleted_run_says_so(folder):
    write(folder.parent / "meta.yaml", "experiment_id: '1'\nname: digits\n")
    write(folder / "meta.yaml", "run_id: d6de\nlifecycle_stage: deleted\n")
    write(folder / "tags" / "mlflow.parentRunId", "a1b2")
    info = opened(folder).info
    assert (info.environment["experiment"], info.environment["parent_run"]) == ("digits", "a1b2")
    assert info.tags == ("deleted",)


@pytest.mark.parametrize(
    ("status", "state"),
    [("1", RunState.UNKNOWN), ("3", RunState.FINISHED), ("FAILED", RunState.FAILED), ("5", RunState.FAILED)],
)
def test_the_status_is_followed_while_the_run_is_open(folder, status, state):
    run = opened(folder)
    assert run.status(0).state is RunState.FINISHED
    write(folder / "meta.yaml", f"run_id: d6de\nlifecycle_stage: active\nstatus: {status}\n")
    assert run.poll().changed
    assert run.status(0).state is state


def test_metrics_appear_and_vanish_while_the_run_goes_on(folder):
    run = opened(folder)
    write(folder / "metrics" / "val" / "acc", f"{BEGAN_MS} 0.5 1\n")
    assert list(run.poll().appended) == ["val/acc"]
    shutil.rmtree(folder / "metrics" / "val")
    assert run.poll().rewritten == {"val/acc"}
    assert not run.facts


def test_an_experiment_is_no_run_and_artifacts_are_left_to_other_readers(folder):
    write(folder.parent / "meta.yaml", "experiment_id: '1'\nname: Default\n")
    assert not READER.find(folder.parent, ["meta.yaml", folder.name]).runs
    finding = READER.find(folder, ["meta.yaml", "metrics", "params", "tags", "artifacts"])
    assert finding.runs == [folder]
    assert finding.claimed == {"meta.yaml", "metrics", "params", "tags"}


def test_a_metric_that_a_person_names_is_read_alone(folder):
    path = folder / "metrics" / "loss"
    write(path, f"{BEGAN_MS} 0.5 1\n")
    write(folder / "metrics" / "acc", f"{BEGAN_MS} 0.5 1\n")
    assert READER.find(path.parent, ["loss"], named=True).runs == [path]
    assert not READER.find(path.parent, ["loss"]).runs
    assert list(opened(path).facts) == ["loss"]


def test_mlflow_itself_writes_what_is_read(tmp_path, monkeypatch):
    mlflow = pytest.importorskip("mlflow", reason="mlflow is not installed")
    monkeypatch.setenv("MLFLOW_ALLOW_FILE_STORE", "true")
    client = mlflow.MlflowClient((tmp_path / "mlruns").as_uri())
    run_id = client.create_run("0", tags={"team": "blue"}).info.run_id
    client.log_param(run_id, "lr", 0.1)
    for step in range(5):
        client.log_metric(run_id, "train/loss", 1 / (step + 1), timestamp=BEGAN_MS, step=step)
    client.set_terminated(run_id)
    run = opened(tmp_path / "mlruns" / "0" / run_id)
    assert rows(run, "train/loss") == [(step, BEGAN_MS / 1e3, 1 / (step + 1)) for step in range(5)]
    assert (run.info.config, run.info.tags) == ({"lr": 0.1}, ("team=blue",))
    assert run.status(0).state is RunState.FINISHED


def test_folders_of_metrics_are_watched_with_the_run(folder):
    write(folder / "metrics" / "train" / "a" / "loss", f"{BEGAN_MS} 0.5 1\n")
    (run,) = Discovery([LogRoot("", folder.parent)], {"mlflow": READER}).find().values()
    assert {path.relative_to(folder).as_posix() for path in run.folders} == {
        ".", "metrics", "metrics/train", "metrics/train/a",
    }  # fmt: skip
