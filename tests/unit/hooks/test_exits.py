"""What the status says after a process ended in this way or that."""

import signal

import pytest

import trainer_hooks
from tests.logged import python, rows, statuses

BEGIN = "import os, signal, sys, trainer_hooks\nrun = trainer_hooks.init(sys.argv[1])\nrun.log({'a': 1})\n"


def status_after(tmp_path, code):
    done = python(BEGIN + code, tmp_path / "run", check=False)
    assert len(rows(tmp_path / "run")) == 1
    (status,) = statuses(tmp_path / "run")
    return status, done


def test_a_process_that_ends_is_finished(tmp_path):
    status, _ = status_after(tmp_path, "")
    assert (status["state"], status["exit"], status["last_step"]) == ("finished", None, 0)


def test_an_exception_that_ends_the_process_is_kept_and_still_printed(tmp_path):
    status, done = status_after(tmp_path, "def step(): raise ValueError('loss is gone')\nstep()")
    assert status["state"] == "failed"
    assert (status["exit"]["type"], status["exit"]["message"]) == ("ValueError", "loss is gone")
    assert "in step" in status["exit"]["traceback"]
    assert "ValueError: loss is gone" in done.stderr
    assert done.returncode == 1


def test_the_hook_that_was_there_before_is_called(tmp_path):
    code = "import sys\nsys.excepthook = lambda *_: print('mine')\n" + BEGIN + "raise ValueError"
    assert python(code, tmp_path / "run", check=False).stdout == "mine\n"
    assert statuses(tmp_path / "run")[0]["state"] == "failed"


def test_a_killed_process_leaves_a_status_that_says_running(tmp_path):
    status, done = status_after(tmp_path, "os.kill(os.getpid(), signal.SIGKILL)")
    assert status["state"] == "running"
    assert done.returncode == -signal.SIGKILL
    assert status["heartbeat_interval_s"] == 2.0


def test_an_interrupted_training_is_failed(tmp_path):
    status, _ = status_after(tmp_path, "raise KeyboardInterrupt")
    assert (status["state"], status["exit"]["type"]) == ("failed", "KeyboardInterrupt")


@pytest.mark.parametrize(
    ("error", "state"), [(SystemExit(0), "finished"), (SystemExit(2), "failed"), (OSError(), "failed")]
)
def test_leaving_the_context_says_how(tmp_path, error, state):
    with pytest.raises(type(error)), trainer_hooks.init(tmp_path / "run"):
        raise error
    assert statuses(tmp_path / "run")[0]["state"] == state


def test_a_long_traceback_is_cut_at_its_beginning(tmp_path):
    with pytest.raises(ValueError, match="x"), trainer_hooks.init(tmp_path / "run"):
        raise ValueError("x" * 100_000)
    found = statuses(tmp_path / "run")[0]["exit"]
    assert len(found["message"]) == 2_000
    assert len(found["traceback"]) == 8_000
