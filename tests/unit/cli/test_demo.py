import json
import os
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path

import pytest

from app.kinds.walk import all_kinds
from app.readers.contract import RunLog, RunState
from app.readers.walk import all_readers
from tests.conftest import AppProcess

ROOT = Path(__file__).parents[3]
PATIENCE_S = 300.0


def wait_until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < deadline, f"still not so after {PATIENCE_S:g} s"
        time.sleep(0.05)


def processes_about(folder: Path) -> list[str]:
    """Command lines of all processes that name this folder."""
    found = []
    for entry in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            words = entry.read_bytes().decode(errors="replace").split("\0")
        except OSError:
            continue
        if any(str(folder) in word for word in words):
            found.append(" ".join(words))
    return found


def runs_shown(app: AppProcess) -> dict[str, dict]:
    with urllib.request.urlopen(f"{app.url}api/v1/runs", timeout=30) as answer:
        return {run["id"]: run for run in json.load(answer)["runs"]}


def train(
    folder: Path, *options: str, example: str = "train_digits.py"
) -> tuple[subprocess.CompletedProcess[str], RunLog]:
    """Run an example to its end and open the run that it logged."""
    command = [
        sys.executable,
        str(ROOT / "examples" / example),
        "--logdir",
        str(folder),
        "--name",
        "one",
        *options,
    ]
    environ = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, env=environ, capture_output=True, text=True, check=False)
    log = all_readers()["tailboard"].open(folder / "one")
    log.poll()
    return done, log


def test_the_demo_trains_four_networks_side_by_side_and_ctrl_c_ends_them_all(start_app, tmp_path: Path):
    logdir = tmp_path / "demo"
    app = start_app("demo", "--logdir", str(logdir))
    wait_until(lambda: sum(run["points"] > 0 for run in runs_shown(app).values()) >= 4)
    assert set(runs_shown(app)) >= {"tour/lr0.01", "tour/lr0.003", "digits/adam-lr0.001", "digits/sgd-lr0.01"}
    # Not at every moment: a training that asks git about itself is two processes of one command line for an instant.
    wait_until(lambda: len(processes_about(logdir)) == 5)
    status, output, _ = app.stop()
    assert status == 0
    assert output.count("training ") >= 4
    wait_until(lambda: processes_about(logdir) == [])


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> RunLog:
    """The example, trained for two epochs."""
    done, log = train(tmp_path_factory.mktemp("runs"), "--epochs", "2", "--gallery-every", "1")
    assert done.returncode == 0, done.stderr
    return log


def test_the_example_logs_a_row_per_batch_and_one_per_epoch(trained: RunLog):
    points = {tag: facts.points for tag, facts in trained.facts.items()}
    assert points["train/loss"] == points["train/grad_norm"] == points["lr"] == 2 * 150
    assert points["val/loss"] == points["val/accuracy"] == 2
    assert trained.status(time.time()).state == RunState.FINISHED


def test_the_example_shows_the_same_digits_at_every_look(trained: RunLog):
    items = trained.media("val/predictions")
    looks = [[item.path for item in items if item.step == step] for step in (150, 300)]
    assert len(looks[0]) == 16
    assert looks[0] == looks[1]
    assert all("predicted " in item.caption and "label " in item.caption for item in items)


def test_the_example_shows_mistakes_a_confusion_matrix_and_what_it_is(trained: RunLog):
    assert len(trained.media("val/misclassified")) > 0
    assert {item.media_type for item in trained.media("val/confusion")} == {"application/vnd.plotly+json"}
    assert trained.info.config["optimizer"] == "adam"
    assert "digits" in trained.info.tags


def test_the_tour_logs_one_of_everything_that_a_page_shows(tmp_path: Path):
    done, log = train(tmp_path, "--epochs", "1", example="tour.py")
    assert (done.returncode, done.stderr) == (0, "")
    assert {facts.kind for facts in log.facts.values()} == set(all_kinds()) - {"tensor"}
    assert log.facts["pr/3"].points == log.facts["confusion"].points == 1
    assert log.info.config == {"lr": 0.01, "epochs": 1, "batch_size": 16}
    assert log.status(time.time()).state == RunState.FINISHED
    assert not log.problems


def test_too_high_a_rate_diverges_and_ends_the_run_as_failed_in_words(tmp_path: Path):
    done, log = train(tmp_path, "--epochs", "4", "--optimizer", "sgd", "--lr", "0.3")
    status = log.status(time.time())
    assert done.returncode == 1
    assert log.facts["train/loss"].nan > 0
    assert status.state == RunState.FAILED
    assert "a rate of 0.3 is too high" in status.detail
