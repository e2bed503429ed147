"""What a run finds out by itself."""

import subprocess

import numpy as np
import psutil

import trainer_hooks
from tests.logged import rows, until
from trainer_hooks import capture
from trainer_hooks.load import LoadSampler
from trainer_hooks.status import Rhythm


def git(folder, *arguments):
    subprocess.run(["git", *arguments], cwd=folder, check=True, capture_output=True)


def repository(folder):
    git(folder, "init", "-b", "trunk")
    git(folder, "config", "user.email", "a@b")
    git(folder, "config", "user.name", "a")
    (folder / "train.py").write_text("lr = 0.1\n")
    git(folder, "add", ".")
    git(folder, "commit", "-m", "first")
    return folder


def test_a_clean_working_tree_has_a_commit_and_no_diff(tmp_path):
    found = capture.git(repository(tmp_path))
    assert len(found["commit"]) == 40
    assert (found["branch"], found["dirty"], found["diff"]) == ("trunk", False, "")


def test_uncommitted_changes_are_kept_up_to_a_bound_and_passwords_are_not(tmp_path):
    repository(tmp_path)
    git(tmp_path, "remote", "add", "origin", "https://me:secret@host/repository.git")
    (tmp_path / "train.py").write_text("lr = 0.2\n")
    found = capture.git(tmp_path)
    assert found["dirty"]
    assert "+lr = 0.2" in found["diff"]
    assert found["remote"] == "https://host/repository.git"
    (tmp_path / "train.py").write_text("x = 1\n" * 100_000)
    found = capture.git(tmp_path)
    assert len(found["diff"]) == capture.MAX_DIFF_BYTES
    assert found["diff_truncated"]


def test_outside_of_a_repository_there_is_nothing_to_say(tmp_path):
    assert capture.git(tmp_path) == {}
    assert capture.git(tmp_path / "missing") == {}


def test_the_environment_names_packages_and_processors():
    found = capture.environment()
    assert found["packages"]["numpy"] == np.__version__
    assert found["cpu_count"] >= 1


def test_load_is_measured_when_it_is_time_and_only_then(monkeypatch):
    sampler = LoadSampler()
    assert sampler.sample() == {}
    assert sampler.sample() == {}
    monkeypatch.setattr(sampler, "_next", 0.0)
    found = sampler.sample()
    # What is mapped from files counts for the process, not for the machine.
    for tag in ("system/process_memory_gb", "system/memory_gb"):
        assert 0 < found[tag] < psutil.virtual_memory().total / 2**30
    assert 0 <= found["system/cpu_percent"] <= 100


def test_load_carries_the_step_logged_last_and_leaves_the_count_alone(tmp_path, monkeypatch):
    monkeypatch.setattr("trainer_hooks.load.INTERVAL_S", 0.0)
    with trainer_hooks.init(tmp_path / "run") as run:
        run.log({"loss": 1.0}, step=5)
        until(lambda: any("system/memory_gb" in row for row in rows(run.path)))
        run.log({"loss": 0.5})
    found = rows(run.path)
    assert [row["_step"] for row in found if "loss" in row] == [5, 6]
    assert {row["_step"] for row in found if "system/memory_gb" in row} <= {5, 6}


def test_the_rhythm_is_the_longest_pause_lately():
    rhythm = Rhythm()
    for last_log in (None, 100.0, 100.0):
        rhythm.look(last_log)
    assert rhythm.interval_s is None
    for last_log in (102.0, 132.0, 134.0):
        rhythm.look(last_log)
    assert 29 < rhythm.interval_s <= 30
    for look in range(5_000):
        rhythm.look(136.0 + 2 * look)
    assert rhythm.interval_s == 2.0


def test_a_clock_that_is_set_back_does_not_make_a_negative_rhythm():
    rhythm = Rhythm()
    rhythm.look(100.0)
    rhythm.look(50.0)
    assert rhythm.interval_s == 0.0
