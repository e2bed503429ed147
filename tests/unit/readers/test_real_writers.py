"""What other tools write is found by all readers together, and read as it was logged, while it is written and after."""

import csv
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from app.readers.contract import RunLog, RunState
from app.readers.walk import all_readers
from app.settings import LogRoot
from app.store.discovery import Discovery
from tests.logged import ROOT
from tests.real_writers import BEGAN, LAST, SETTINGS, STEPS, loss


def command(writer: str, folder: Path) -> list[str]:
    return [sys.executable, "-W", "ignore", "-m", "tests.real_writers", writer, str(folder)]


@pytest.fixture(scope="module")
def summaries(tmp_path_factory):
    """A folder for each of the writers of summaries."""
    folder = tmp_path_factory.mktemp("summaries")
    subprocess.run(command("summaries", folder), cwd=ROOT, check=True)
    return folder


def opened(folder: Path) -> dict[tuple[str, str], RunLog]:
    """Open all runs below a folder, by format and name."""
    found = Discovery([LogRoot("", folder)], all_readers()).find()
    runs = {(run.reader.name, run_id): run.reader.open(run.path) for run_id, run in found.items()}
    for run in runs.values():
        read(run)
        assert not run.problems
    return runs


def read(run: RunLog) -> None:
    while run.poll().behind:
        pass


def rows(run: RunLog, tag: str, *, times: bool = False):
    columns = run.load([tag])[tag]
    stacked = [columns.step, columns.value, *([columns.wall_time] if times else [])]
    return list(zip(*(column.tolist() for column in stacked), strict=True))


@pytest.mark.parametrize(
    ("writer", "below"),
    [("torch", ["both_train", "both_val", "trial"]), ("tensorboardX", ["both/train", "both/val", "trial"])],
)
def test_summaries_are_read_as_torch_and_tensorboardx_write_them(summaries, writer, below):
    runs = opened(summaries / writer)
    assert sorted(runs) == sorted(("tensorboard", name) for name in [writer, *below])
    run, train, val, trial = (runs["tensorboard", name] for name in [writer, *below])
    assert rows(run, "loss", times=True) == [(step, np.float32(loss(step)), BEGAN + step) for step in STEPS]
    assert rows(train, "both", times=True) == [(step, np.float32(loss(step)), BEGAN + step) for step in STEPS]
    assert rows(val, "both") == [(step, np.float32(2 * loss(step))) for step in STEPS]
    assert (trial.info.config, rows(trial, "hp/acc")) == ({"lr": 0.1, "act": "relu"}, [(0, 0.75)])
    kinds = {tag: facts.kind for tag, facts in run.facts.items()}
    assert kinds.pop("tone", "audio") == "audio"
    assert kinds == {
        "loss": "scalar",
        "weights": "histogram",
        "picture": "image",
        "note/text_summary": "text",
        "curve": "pr_curve",
        "points": "embedding",
    }
    assert {facts.last_step for facts in run.facts.values()} == {LAST}
    (picture,), (note,), (points,) = (run.media(tag) for tag in ("picture", "note/text_summary", "points"))
    assert (picture.width_px, picture.height_px, picture.wall_time) == (6, 4, BEGAN + LAST)
    assert (note.text, note.step) == ("**bold**", LAST)
    assert points.path == summaries / writer / f"{LAST:05}" / "points" / "tensors.tsv"


def test_a_column_that_lightning_adds_and_settings_that_come_later_are_read_live(tmp_path):
    with subprocess.Popen(
        command("lightning", tmp_path), cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as training:
        assert "written\n" in iter(training.stdout.readline, "")  # it waits now
        runs = opened(tmp_path)
        table = runs["lightning_csv", "digits/version_0"]
        events = runs["tensorboard", "digits/version_0 (tensorboard)"]
        assert rows(table, "loss") == [(STEPS[0], loss(STEPS[0]))]
        assert rows(events, "loss") == [(STEPS[0], np.float32(loss(STEPS[0])))]
        training.communicate("\n")
    assert training.returncode == 0
    for run, kept in ((table, float), (events, np.float32)):
        read(run)
        assert not run.problems
        assert rows(run, "loss") == [(step, kept(loss(step))) for step in STEPS]
        assert rows(run, "val/acc") == [(LAST, 0.75)]
        assert run.info.config == SETTINGS


def test_runs_that_sacred_stores_are_read_with_their_end(tmp_path):
    subprocess.run(command("sacred", tmp_path), cwd=ROOT, check=True)
    runs = opened(tmp_path)
    assert sorted(runs) == [("sacred", "1"), ("sacred", "2")]
    for run in runs.values():
        assert rows(run, "loss") == [(step, loss(step)) for step in STEPS]
        assert rows(run, "float32") == [(step, np.float32(loss(step))) for step in STEPS]
        assert run.info.config.items() >= SETTINGS.items()
    ended, failed = (run.status(0.0) for run in runs.values())
    assert ended.state is RunState.FINISHED
    assert (failed.state, failed.detail) == (RunState.FAILED, "ValueError: the loss is no number")


def test_a_table_is_read_while_a_dict_writer_appends_to_it_as_keras_does(tmp_path):
    path = tmp_path / "training.csv"
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, ["epoch", "loss", "note"])
        writer.writeheader()
        file.flush()
        (run,) = opened(tmp_path).values()
        assert not run.facts
        for epoch in range(3):
            writer.writerow({"epoch": epoch, "loss": loss(epoch), "note": 'a "quoted", note'})
            file.flush()
            read(run)
            assert rows(run, "loss") == [(one, loss(one)) for one in range(epoch + 1)]
    assert run.facts["epoch"].is_step
    assert not run.problems
