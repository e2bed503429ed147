"""A real Accelerator logs through the tracker."""

import numpy as np
import pytest
import torch
from accelerate import Accelerator

import trainer_hooks
from tests.logged import media, python, rows, run_json, statuses, until
from trainer_hooks.accelerate import TailboardTracker


def train(tracker, steps=3):
    """Fit a line; return the losses."""
    accelerator = Accelerator(cpu=True, log_with=tracker)
    accelerator.init_trackers("fit", config={"lr": 0.1, "layers": [1]})
    torch.manual_seed(0)
    model = torch.nn.Linear(1, 1)
    model, optimizer = accelerator.prepare(model, torch.optim.SGD(model.parameters(), lr=0.1))
    losses = []
    for step in range(steps):
        loss = (model(torch.ones(4, 1)) - 3).square().mean()
        accelerator.backward(loss)
        optimizer.step()
        optimizer.zero_grad()
        accelerator.log({"loss": loss.detach(), "nested": {"step": step}}, step=step)
        losses.append(loss.item())
        if tracker.should_stop():
            break
    return accelerator, losses


def test_what_is_logged_is_there_with_its_config_and_the_run_ends(tmp_path):
    accelerator, losses = train(TailboardTracker(tmp_path / "run"))
    assert accelerator.get_tracker("tailboard", unwrap=True).path == tmp_path / "run"
    accelerator.end_training()
    found = rows(tmp_path / "run")
    assert [(row["_step"], row["loss"], row["nested/step"]) for row in found] == [
        (step, loss, step) for step, loss in enumerate(losses)
    ]
    assert run_json(tmp_path / "run")["config"] == {"lr": 0.1, "layers": [1]}
    assert statuses(tmp_path / "run")[0]["state"] == "finished"


def test_texts_images_and_tables_are_items(tmp_path):
    tracker = TailboardTracker(tmp_path / "run")
    accelerator, _ = train(tracker)
    accelerator.log({"note": "**good**"}, step=7)
    tracker.log_images({"digits": np.zeros((2, 4, 4, 3), np.uint8)}, step=7)
    tracker.log_table("cases", columns=["a", "b"], data=[[1, "x"]], step=8)
    accelerator.end_training()
    kinds = [(line["tag"], line["kind"], line["_step"]) for line in media(tmp_path / "run")]
    assert sorted(kinds) == [("cases", "table", 8), ("digits", "image", 7), ("digits", "image", 7), ("note", "text", 7)]


def test_a_run_that_was_given_stays_open(tmp_path):
    with trainer_hooks.init(tmp_path / "run") as run:
        train(TailboardTracker(run=run))[0].end_training()
        assert not run.finished
    with pytest.raises(TypeError, match="got both"):
        TailboardTracker(tmp_path, run=run)


def test_a_request_is_seen_by_the_loop(tmp_path):
    with trainer_hooks.init(tmp_path / "run") as run:
        (run.path / "STOP").touch()
        until(lambda: run.stop_requested)
        accelerator, losses = train(TailboardTracker(run=run), steps=500)
        accelerator.end_training()
    assert len(losses) == 1


NOT_THE_MAIN_PROCESS = """
import sys
from accelerate import PartialState
from trainer_hooks.accelerate import TailboardTracker
PartialState(cpu=True).process_index = 1
tracker = TailboardTracker(sys.argv[1])
tracker.start()
tracker.store_init_configuration({"lr": 1})
tracker.log({"loss": 1.0}, step=0)
tracker.log_images({"a": [[[0.0]]]})
tracker.log_table("t", data=[[1]])
assert tracker.tracker is None and not tracker.should_stop()
tracker.finish()
"""


def test_other_processes_than_the_main_one_open_nothing(tmp_path):
    python(NOT_THE_MAIN_PROCESS, tmp_path / "run")
    assert list(tmp_path.iterdir()) == []
