"""Trials of Ray Tune: the results are the run, and its copies as a table and as events belong to it."""

import json
import os
from pathlib import Path

import pytest

from app.readers.contract import RunState
from app.readers.ray_tune import READER

ROW = {"loss": 0.5, "done": False, "timestamp": 1714557600, "time_total_s": 60.0, "timesteps_total": None}
COPIES = ("params.json", "progress.csv", "events.out.tfevents.1714557600.host", "error.txt", "error.pkl")


def write_trial(folder: Path, rows: int = 2, **more: object) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    lines = [json.dumps(ROW | {"training_iteration": row + 1, "config": {"lr": 0.1}} | more) for row in range(rows)]
    (folder / "result.json").write_text("".join(f"{line}\n" for line in lines))
    return folder


def found(folder: Path, *, named: bool = False):
    return READER.find(folder, [path.name for path in folder.iterdir()], named=named)


def read(path: Path):
    log = READER.open(path)
    log.poll()
    return log


def test_a_trial_is_one_run_with_its_copies(tmp_path):
    write_trial(tmp_path)
    for name in (*COPIES, "notes.csv"):
        (tmp_path / name).touch()
    finding = found(tmp_path)
    assert list(finding.runs) == [tmp_path]
    assert set(finding.claimed) == {"result.json", *COPIES}


@pytest.mark.parametrize("text", ["", '{"loss": 0.5, "training_it', '{"loss": 0.5}\n', "[]\n"])
def test_without_a_whole_row_the_copies_are_left_to_others(tmp_path, text: str):
    (tmp_path / "result.json").write_text(text)
    (tmp_path / "progress.csv").touch()
    assert not found(tmp_path).runs


def test_a_row_longer_than_what_is_looked_at_is_found(tmp_path):
    write_trial(tmp_path, config={f"option{number}": number for number in range(3000)})
    assert list(found(tmp_path).runs) == [tmp_path]


def test_a_file_given_by_name_is_left_to_the_reader_of_its_form(tmp_path):
    write_trial(tmp_path)
    assert not found(tmp_path, named=True).runs


def test_the_settings_are_the_config_and_not_tags(tmp_path):
    write_trial(tmp_path)
    log = read(tmp_path)
    assert set(log.facts) == {"loss", "timestamp", "time_total_s", "training_iteration"}
    assert log.info.config == {"lr": 0.1}
    (tmp_path / "params.json").write_text('{"lr": 0.2, "layers": [64, 64]}')
    log.poll()
    assert log.info.config == {"lr": 0.2, "layers": [64, 64]}


def test_the_start_is_the_first_result_less_what_it_took(tmp_path):
    assert read(write_trial(tmp_path)).info.created == 1714557540.0


def test_steps_of_the_environment_go_before_iterations_where_they_are_counted(tmp_path):
    assert read(write_trial(tmp_path / "counted", timesteps_total=4000)).facts["loss"].last_step == 4000
    assert read(write_trial(tmp_path / "plain")).facts["loss"].last_step == 2


def test_a_trial_failed_where_its_error_came_last_and_goes_on_where_it_was_tried_again(tmp_path):
    write_trial(tmp_path)
    log = read(tmp_path)
    assert log.status(0).state is RunState.UNKNOWN
    error = tmp_path / "error.txt"
    error.write_text("Failure # 1\n\x1b[36mray::train()\x1b[39m\nRuntimeError: boom\n")
    assert log.poll().changed
    status = log.status(0)
    assert (status.state, status.detail) == (RunState.FAILED, "RuntimeError: boom")
    assert status.traceback.startswith("Failure # 1\nray::train()\n")
    os.utime(error, (1714557600, 1714557600))
    assert log.status(0).state is RunState.UNKNOWN


def test_whole_numbers_stay_whole_beside_a_nan(tmp_path):
    (tmp_path / "params.json").write_text('{"layers": 3, "huge": 100000000000000000000000, "clip": NaN}')
    config = read(write_trial(tmp_path)).info.config
    assert (type(config["layers"]), type(config["huge"])) == (int, float)
