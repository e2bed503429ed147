"""Which folder a run gets, and who may write into it."""

import json
import os

import pytest

import trainer_hooks
from tests.logged import python, rows, run_json, statuses
from trainer_hooks.job import job_key


def log_one(path, **options):
    with trainer_hooks.init(path, **options) as run:
        run.log({"loss": 1.0})
    return run


def test_a_second_run_of_the_same_name_is_put_beside_the_first(tmp_path, caplog):
    paths = [log_one(tmp_path / "lr-0.1").path.name for _ in range(3)]
    assert paths == ["lr-0.1", "lr-0.1-2", "lr-0.1-3"]
    assert [run_json(tmp_path / path)["name"] for path in paths] == paths
    assert all(len(rows(tmp_path / path)) == 1 for path in paths)
    assert "resume=True would go on with it" in caplog.text


def test_a_folder_with_files_of_other_kinds_is_taken_as_it_is(tmp_path):
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "checkpoint.pt").touch()
    assert log_one(tmp_path / "run").path == tmp_path / "run"


def test_rows_whose_run_json_is_gone_are_not_mixed_with_a_new_run(tmp_path):
    log_one(tmp_path / "run")
    (tmp_path / "run" / "run.json").unlink()
    assert log_one(tmp_path / "run").path == tmp_path / "run-2"


def test_resuming_begins_with_a_marker_and_counts_on(tmp_path):
    first = trainer_hooks.init(tmp_path / "run", config={"lr": 0.1}, notes="first")
    first.log({"loss": 1.0}, step=41)
    first.finish()
    again = trainer_hooks.init(tmp_path / "run", resume=True, notes="again")
    assert not [row for row in rows(again.path) if "_resume" in row]
    again.log({"loss": 0.5})
    again.log({"loss": 0.25})
    kept = [{name: value for name, value in row.items() if name != "_time"} for row in rows(again.path)]
    again.finish()
    assert again.path == first.path
    assert kept == [
        {"_step": 41, "loss": 1.0},
        {"_resume": True, "_step": 42},
        {"_step": 42, "loss": 0.5},
        {"_step": 43, "loss": 0.25},
    ]


def test_resuming_keeps_who_the_run_is_and_takes_what_was_said_anew(tmp_path):
    log_one(tmp_path / "run", config={"lr": 0.1}, notes="first")
    before = run_json(tmp_path / "run")
    log_one(tmp_path / "run", resume=True, notes="again")
    after = run_json(tmp_path / "run")
    assert (after["id"], after["created"]) == (before["id"], before["created"])
    assert (after["config"], after["notes"]) == ({"lr": 0.1}, "again")
    assert len(after["resumed"]) == 1


def test_resuming_what_is_not_there_begins_it(tmp_path):
    run = log_one(tmp_path / "run", resume=True)
    assert [row["_step"] for row in rows(run.path)] == [0]


def test_joining_adds_a_writer_and_leaves_run_json_alone(tmp_path):
    with trainer_hooks.init(tmp_path / "run", config={"lr": 0.1}) as run:
        run.log({"rank 0": 1})
        with trainer_hooks.init(tmp_path / "run", join=True, config={"lr": 9}) as other:
            other.log({"rank 1": 1})
    assert other.path == run.path
    assert run_json(run.path)["config"] == {"lr": 0.1}
    assert len(statuses(run.path)) == 2
    assert len(rows(run.path)) == 2


def test_the_processes_of_one_job_find_each_other_and_the_next_job_gets_a_folder_of_its_own(tmp_path):
    code = "import sys, trainer_hooks; run = trainer_hooks.init(sys.argv[1]); run.log({'a': 1}); run.finish()"
    for job in ("17", "18"):
        for rank in range(3):
            environ = {
                "SLURM_JOB_ID": job,
                "SLURM_STEP_ID": "0",
                "SLURM_STEP_NUM_TASKS": "3",
                "SLURM_PROCID": str(rank),
            }
            python(code, tmp_path / "run", env={**os.environ, **environ})
    assert sorted(path.name for path in tmp_path.iterdir()) == ["run", "run-2"]
    assert [len(rows(tmp_path / name)) for name in ("run", "run-2")] == [3, 3]


@pytest.mark.parametrize(
    ("environ", "key"),
    [
        ({}, None),
        ({"RANK": "0", "WORLD_SIZE": "1", "MASTER_ADDR": "a"}, None),
        ({"SLURM_JOB_ID": "5", "SLURM_PROCID": "0"}, None),
        (
            {"WORLD_SIZE": "8", "LOCAL_WORLD_SIZE": "4", "RANK": "3", "MASTER_ADDR": "n1", "MASTER_PORT": "1"},
            "torch n1:1",
        ),
        ({"OMPI_COMM_WORLD_SIZE": "2", "PMIX_NAMESPACE": "7@1"}, "mpi 7@1"),
    ],
)
def test_a_job_is_known_by_what_its_launcher_says(environ, key):
    assert job_key(environ) == key


def test_on_one_machine_the_launcher_is_part_of_the_key():
    environ = {"WORLD_SIZE": "2", "LOCAL_WORLD_SIZE": "2", "RANK": "1", "MASTER_ADDR": "localhost", "MASTER_PORT": "1"}
    assert job_key(environ) == f"torch localhost:1  {os.getppid()}"


def test_the_path_may_come_from_the_environment(tmp_path, monkeypatch):
    monkeypatch.setenv("TAILBOARD_RUN", str(tmp_path / "from environment"))
    assert log_one(None).path == tmp_path / "from environment"


def test_without_a_path_a_run_is_named_by_the_time(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert log_one(None).path.parent == tmp_path / "runs"


def test_what_is_no_path_is_an_error_of_the_caller():
    with pytest.raises(TypeError):
        trainer_hooks.init(7)


def test_a_damaged_run_json_does_not_stop_a_training_that_goes_on(tmp_path):
    log_one(tmp_path / "run")
    (tmp_path / "run" / "run.json").write_text("{")
    log_one(tmp_path / "run", resume=True, notes="repaired")
    assert json.loads((tmp_path / "run" / "run.json").read_text())["notes"] == "repaired"
