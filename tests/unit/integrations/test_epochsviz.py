"""Scripts written for Epochsviz: its README's lines, with the import changed."""

import subprocess
import sys
from pathlib import Path

import pytest

import trainer_hooks
from tests.logged import PATIENT, media, rows, run_json, statuses
from trainer_hooks.epochsviz import Epochsviz

ROOT = Path(__file__).parents[3]
SCRIPT = """
from trainer_hooks.epochsviz import Epochsviz

eviz = Epochsviz(title='Digits', plot_width=600, plot_height=600,
                 name_train_curve='Training loss', color_train='red', line_width_val=2)
n_epochs = 3

def train(n_epochs=n_epochs):

    for epoch in range(1, n_epochs+1):
        train_loss, valid_loss = 1 / epoch, 2 / epoch

        eviz.send_data(current_epoch=epoch,
                       current_train_loss=train_loss,
                       current_val_loss=valid_loss)
        {after}

eviz.start_thread(train_function=train)
"""


def run_script(folder: Path, after: str = "") -> subprocess.CompletedProcess[str]:
    code = PATIENT + SCRIPT.replace("{after}", after)
    (folder / "training.py").write_text(code)
    environ = {"PYTHONPATH": str(ROOT), "PATH": "", "TAILBOARD_RUN": str(folder / "run")}
    command = [sys.executable, "training.py"]
    return subprocess.run(command, cwd=folder, env=environ, capture_output=True, text=True, timeout=300, check=False)


def test_the_readme_logs_both_losses_of_each_epoch_in_one_chart(tmp_path):
    done = run_script(tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    logged = [(row["_step"], row["loss/train"], row["loss/val"]) for row in rows(tmp_path / "run")]
    assert logged == [(1, 1, 2), (2, 1 / 2, 1), (3, 1 / 3, 2 / 3)]
    (chart,) = media(tmp_path / "run")
    (told,) = chart["meta"]["charts"]
    assert (told["title"], told["tags"]) == ("Digits", ["loss/train", "loss/val"])
    assert statuses(tmp_path / "run")[0]["state"] == "finished"


def test_an_error_in_the_thread_is_printed_and_ends_the_run_as_failed(tmp_path):
    done = run_script(tmp_path, "raise ArithmeticError('the loss is gone')")
    assert "the loss is gone" in done.stderr
    (status,) = statuses(tmp_path / "run")
    assert status["state"] == "failed"
    assert "the loss is gone" in str(status)
    assert len(rows(tmp_path / "run")) == 1


def test_a_loop_without_its_thread_may_send_positional_values_into_an_open_run(tmp_path):
    with trainer_hooks.init(tmp_path / "run") as run:
        eviz = Epochsviz("losses", 600, 400, run=run)
        eviz.send_data(1, 0.5, 0.6)
        eviz.send_data(2, 0.4, 0.5)
        assert not run.finished
    assert [(row["_step"], row["loss/val"]) for row in rows(tmp_path / "run")] == [(1, 0.6), (2, 0.5)]
    assert len(media(tmp_path / "run")) == 1


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")  # it is what is tested
def test_an_error_before_the_first_epoch_is_a_failed_run_too(tmp_path):
    def train():
        raise ArithmeticError("no data")

    eviz = Epochsviz(path=tmp_path / "run", tags=["early"])
    eviz.start_thread(train_function=train)
    eviz.thread.join()
    assert statuses(tmp_path / "run")[0]["state"] == "failed"
    assert run_json(tmp_path / "run")["tags"] == ["early"]
