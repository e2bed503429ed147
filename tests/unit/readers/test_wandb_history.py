"""Folders of wandb before 0.10: history, system load and summary are one run."""

import json

import pytest

from app.readers.wandb_history import READER

BEGAN = 1_588_334_400.5
IMAGE = {"_type": "image-file", "size": 3, "path": "media/a.png"}


@pytest.fixture
def folder(tmp_path):
    rows = [{"loss": 1 / (step + 1), "net": {"lr": 0.5}, "img": IMAGE, "_step": 10 * step} for step in range(3)]
    write(tmp_path / "wandb-history.jsonl", *(row | {"_timestamp": BEGAN + row["_step"]} for row in rows))
    load = [{"system.gpu.0.gpu": 5 * count, "_wandb": True, "_timestamp": BEGAN} for count in range(2)]
    write(tmp_path / "wandb-events.jsonl", *load)
    write(tmp_path / "wandb-summary.json", {"loss": 9.0, "best": 0.25, "img": IMAGE, "_step": 20, "_timestamp": BEGAN})
    write(tmp_path / "wandb-metadata.json", {"startedAt": "2020-05-01T12:00:00.500000", "git": {"commit": "abc"}})
    (tmp_path / "config.yaml").write_text("wandb_version: 1\nlr: {desc: null, value: 0.1}\n_wandb: {value: {}}\n")
    return tmp_path


def write(path, *rows):
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))


def opened(path):
    run = READER.open(path)
    while run.poll().behind:
        pass
    return run


def rows(run, tag):
    columns = run.load([tag])[tag]
    return list(zip(columns.step.tolist(), columns.wall_time.tolist(), columns.value.tolist(), strict=True))


def test_history_load_and_summary_are_one_run(folder):
    (folder / "notes.csv").touch()
    names = {path.name for path in folder.iterdir()}
    finding = READER.find(folder, names)
    assert list(finding.runs) == [folder]
    assert set(finding.claimed) == names - {"notes.csv"}
    run = opened(folder)
    assert set(run.facts) == {"loss", "net/lr", "_step", "_timestamp", "system/gpu.0.gpu", "best"}
    assert rows(run, "loss") == [(0, BEGAN, 1.0), (10, BEGAN + 10, 0.5), (20, BEGAN + 20, 1 / 3)]
    assert rows(run, "system/gpu.0.gpu") == [(0, BEGAN, 0.0), (1, BEGAN, 5.0)]
    assert rows(run, "best") == [(20, BEGAN, 0.25)]


def test_settings_start_and_commit_are_taken_over(folder):
    info = opened(folder).info
    assert (info.config, info.created, info.git) == ({"lr": 0.1}, BEGAN, {"commit": "abc"})


def test_a_line_that_is_broken_is_reported_and_the_others_are_read(folder):
    with (folder / "wandb-history.jsonl").open("a") as file:
        file.write('{"loss": \n{"loss": 0.125, "_step": 30}\n')
    run = opened(folder)
    assert [step for step, _, _ in rows(run, "loss")] == [0, 10, 20, 30]
    (problem,) = run.problems
    assert (problem.path, problem.where) == (folder / "wandb-history.jsonl", "line 4")


def test_a_file_of_that_name_without_objects_is_no_run(folder):
    write(folder / "wandb-history.jsonl", 0.5)
    assert not READER.find(folder, ["wandb-history.jsonl"]).runs
