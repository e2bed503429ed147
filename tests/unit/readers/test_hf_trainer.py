"""States of the Trainer: checkpoints of one training are one run, which goes on as they are written."""

import json
from pathlib import Path

from app.readers.hf_trainer import READER


def write_state(folder: Path, steps: int, loss: float = 1.0) -> Path:
    """Write a state with an entry every 10 steps; another `loss` makes it another training."""
    folder.mkdir(parents=True, exist_ok=True)
    history = [{"epoch": step / 100, "loss": loss / step, "step": step} for step in range(10, steps + 1, 10)]
    state = {"best_metric": 0.5, "epoch": 1.0, "global_step": steps, "is_hyper_param_search": False}
    path = folder / "trainer_state.json"
    path.write_text(json.dumps(state | {"log_history": history, "max_steps": 500}, indent=2, sort_keys=True))
    return path


def found(folder: Path, *, named: bool = False):
    return READER.find(folder, [path.name for path in folder.iterdir()], named=named)


def read(path: Path):
    log = READER.open(path)
    log.poll()
    return log


def test_checkpoints_are_one_run_read_from_the_newest(tmp_path):
    for steps in (20, 100, 30):
        write_state(tmp_path / f"checkpoint-{steps}", steps)
    finding = found(tmp_path)
    assert list(finding.runs) == [tmp_path]
    assert set(finding.claimed) == {"checkpoint-20", "checkpoint-100", "checkpoint-30"}
    assert read(tmp_path).facts["loss"].points == 10


def test_the_next_checkpoint_brings_the_new_entries_alone(tmp_path):
    write_state(tmp_path / "checkpoint-20", 20)
    log = read(tmp_path)
    write_state(tmp_path / "checkpoint-40", 40)
    news = log.poll()
    assert news.appended["loss"].step.tolist() == [30, 40]
    assert not news.rewritten
    assert not log.poll().changed


def test_the_state_of_the_output_folder_goes_before_a_checkpoint_of_the_same_step(tmp_path):
    write_state(tmp_path / "checkpoint-20", 20)
    path = write_state(tmp_path, 20)
    assert set(READER.stamps(tmp_path)) == {path.name}
    assert set(found(tmp_path).claimed) == {path.name, "checkpoint-20"}


def test_checkpoints_of_another_training_in_the_same_folder_are_a_run_of_their_own(tmp_path):
    for steps, loss in ((20, 1.0), (50, 2.0), (100, 1.0), (70, 2.0)):
        write_state(tmp_path / f"checkpoint-{steps}", steps, loss)
    assert list(found(tmp_path).runs) == [tmp_path, tmp_path / "checkpoint-70"]
    assert read(tmp_path / "checkpoint-70").facts["loss"].points == 7


def test_a_checkpoint_before_the_first_entry_belongs_to_the_others(tmp_path):
    write_state(tmp_path / "checkpoint-5", 5)
    assert list(found(tmp_path).runs) == [tmp_path]
    write_state(tmp_path / "checkpoint-20", 20)
    assert list(found(tmp_path).runs) == [tmp_path]


def test_a_state_given_by_name_is_read_alone(tmp_path):
    path = write_state(tmp_path / "checkpoint-20", 20)
    write_state(tmp_path / "checkpoint-40", 40)
    assert list(READER.find(path.parent, [path.name], named=True).runs) == [path]
    assert read(path).facts["loss"].points == 2


def test_what_the_state_says_of_the_training_is_its_config(tmp_path):
    write_state(tmp_path, 20)
    info = read(tmp_path).info
    assert info.config == {"best_metric": 0.5, "max_steps": 500}
    assert (info.name, info.step_column) == (tmp_path.name, "step")


def test_a_document_without_a_history_is_no_run(tmp_path):
    (tmp_path / "trainer_state.json").write_text('{"epoch": 1}')
    assert not found(tmp_path).runs
    assert not found(tmp_path, named=True).runs
