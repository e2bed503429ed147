"""A file STOP in a run folder asks the training to end: who sees it, when, and what the status says of it."""

import subprocess
import sys

import pytest

import trainer_hooks
from tests.logged import PATIENT, ROOT, statuses, until

HASTY = """
import trainer_hooks.background, trainer_hooks.stopping
trainer_hooks.writer.HEARTBEAT_INTERVAL_S = trainer_hooks.background.TICK_S = 0.02
trainer_hooks.stopping.LOOK_INTERVAL_S = 0.02
"""


@pytest.fixture(autouse=True)
def hasty(monkeypatch):
    """Looks for the file come every 2 s; here sooner, so that a test takes no longer than it must."""
    monkeypatch.setattr("trainer_hooks.writer.HEARTBEAT_INTERVAL_S", 0.02)
    monkeypatch.setattr("trainer_hooks.background.TICK_S", 0.02)


def ask(run, reason=""):
    (run.path / "STOP").write_text(reason)
    until(lambda: run.stop_requested)


def test_a_training_is_told_once_the_file_is_there_and_the_status_keeps_why(tmp_path, caplog):
    run = trainer_hooks.init(tmp_path / "run")
    assert not run.stop_requested
    ask(run, "the loss explodes\n")
    until(lambda: statuses(run.path)[0]["stop_requested"])
    run.finish()
    (status,) = statuses(run.path)
    assert status["state"] == "finished"
    assert status["stop_requested"] == {
        "time": (run.path / "STOP").stat().st_mtime,
        "reason": "the loss explodes",
        "seen": True,
    }
    assert "is asked to stop: the loss explodes" in caplog.text


def test_a_run_that_nobody_asked_says_so(tmp_path):
    with trainer_hooks.init(tmp_path / "run") as run:
        assert run.stop_requested is False
    assert statuses(run.path)[0]["stop_requested"] is None


def test_a_request_that_no_one_looked_at_is_told_apart_and_can_be_taken_back(tmp_path):
    run = trainer_hooks.init(tmp_path / "run")
    (run.path / "STOP").touch()
    until(lambda: statuses(run.path)[0]["stop_requested"])
    assert statuses(run.path)[0]["stop_requested"]["seen"] is False
    (run.path / "STOP").unlink()
    until(lambda: statuses(run.path)[0]["stop_requested"] is None)
    assert not run.stop_requested
    run.finish()


def test_what_a_training_was_told_stays_true_when_the_file_goes(tmp_path):
    run = trainer_hooks.init(tmp_path / "run")
    ask(run)
    (run.path / "STOP").unlink()
    beat = statuses(run.path)[0]["heartbeat"]
    until(lambda: statuses(run.path)[0]["heartbeat"] > beat)
    assert run.stop_requested
    run.finish()


def test_a_file_left_from_before_does_not_end_the_training_that_goes_on(tmp_path):
    with trainer_hooks.init(tmp_path / "run") as run:
        ask(run)
    with trainer_hooks.init(run.path, resume=True) as again:
        assert not (again.path / "STOP").exists()
        assert not again.stop_requested
        ask(again, "enough now")
    assert sorted(status["stop_requested"]["reason"] for status in statuses(run.path)) == ["", "enough now"]


def test_a_file_that_cannot_be_taken_away_is_ignored_until_it_is_made_anew(tmp_path):
    folder = tmp_path / "run"
    (folder / "STOP").mkdir(parents=True)  # a folder is not unlinked, whoever asks
    run = trainer_hooks.init(folder)
    beat = statuses(run.path)[0]["heartbeat"]
    until(lambda: statuses(run.path)[0]["heartbeat"] > beat)
    assert not run.stop_requested
    (folder / "STOP").rmdir()
    ask(run)
    run.finish()


FORKED = """
import os, sys, trainer_hooks
from pathlib import Path
from tests.logged import until
run = trainer_hooks.init(sys.argv[1])
children = []
for logs in (False, True):
    pid = os.fork()
    if pid == 0:
        run.log({"child": 1}) if logs else None
        until(lambda: run.stop_requested)
        os._exit(7)
    children.append(pid)
(run.path / "STOP").touch()
until(lambda: run.stop_requested)
assert [os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) for pid in children] == [7, 7]
"""


def test_forked_children_see_it_whether_they_log_or_not(tmp_path):
    command = [sys.executable, "-c", PATIENT + HASTY + FORKED, tmp_path / "run"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr


def test_processes_that_joined_see_it_and_do_not_take_it_away(tmp_path):
    run = trainer_hooks.init(tmp_path / "run")
    ask(run)
    joined = trainer_hooks.init(run.path, join=True)
    until(lambda: joined.stop_requested)
    assert (run.path / "STOP").exists()
    joined.finish()
    run.finish()


def test_a_run_that_does_nothing_is_never_asked(tmp_path, monkeypatch):
    monkeypatch.setenv("TAILBOARD_DISABLED", "1")
    (tmp_path / "STOP").touch()
    assert trainer_hooks.init(tmp_path).stop_requested is False
