import json

import pytest

from app.readers.tailboard import TailboardReader
from tests.run_files import BEGAN, RunFiles


@pytest.fixture
def files(tmp_path):
    return RunFiles(tmp_path / "lr-0.1")


def opened(files):
    log = TailboardReader().open(files.folder)
    log.poll()
    return log


def test_a_folder_without_our_files_is_no_run(tmp_path):
    assert not TailboardReader().find(tmp_path, ["metrics.csv", "media", ".metrics-host-1-0-0.jsonl"]).runs


def test_a_run_that_lost_its_run_file_is_named_after_its_folder(files):
    files.log({"loss": 1.0}, 0)
    assert opened(files).info.name == "lr-0.1"


def test_a_run_says_who_what_and_when(files):
    files.say(
        name="best", config={"lr": 0.1, "model": {"depth": 3}}, tags=["a", "b"], notes="first", git={"commit": "f00"}
    )
    info = opened(files).info
    assert (info.name, info.created, info.notes) == ("best", BEGAN, "first")
    assert (info.config, info.tags, info.git) == ({"lr": 0.1, "model": {"depth": 3}}, ("a", "b"), {"commit": "f00"})


def test_a_changed_run_file_is_news(files):
    files.say(notes="before")
    log = opened(files)
    files.say(notes="after")
    assert log.poll().changed
    assert log.info.notes == "after"


@pytest.mark.parametrize("content", ["{", "[]", '{"config": 3, "tags": null, "created": "yesterday", "name": 7}'])
def test_a_damaged_run_file_leaves_the_run_readable(files, content):
    files.log({"loss": 1.0}, 0)
    (files.folder / "run.json").write_text(content)
    log = opened(files)
    assert log.facts["loss"].points == 1
    assert log.info.config == {}


def test_a_run_of_a_newer_format_says_so(files):
    files.say(format=2)
    (problem,) = opened(files).problems
    assert "2" in problem.what
    assert "update" in problem.what


def test_media_are_listed_in_order_with_what_the_line_says(files):
    fields = {"tag": "val/digits", "kind": "image", "media_type": "image/png", "file": "media/9f/9f86.png"}
    files.media(3, **fields, caption="7 as 1", width=28, height=14, bytes=312, index=1, count=16, meta={"label": 7})
    files.media(4, tag="notes", kind="text", media_type="text/markdown", text="# hello")
    files.media(5, **fields)
    log = opened(files)
    first, second = log.media("val/digits")
    assert (first.step, first.wall_time, first.path) == (3, BEGAN + 3, files.folder / "media/9f/9f86.png")
    assert (first.caption, first.width_px, first.height_px, first.size_bytes) == ("7 as 1", 28, 14, 312)
    assert (first.index, first.count, first.meta) == (1, 16, {"label": 7})
    assert (second.step, second.index, second.count, second.caption) == (5, 0, 1, "")
    (text,) = log.media("notes")
    assert (text.text, text.path) == ("# hello", None)
    assert (log.facts["val/digits"].kind, log.facts["val/digits"].points, log.facts["val/digits"].last_step) == (
        "image",
        2,
        5,
    )


def test_new_media_are_news(files):
    files.media(3, tag="a", kind="image", media_type="image/png", file="media/9f/9f86.png")
    log = opened(files)
    files.media(4, tag="a", kind="image", media_type="image/png", file="media/9f/9f86.png")
    assert log.poll().changed
    assert (log.facts["a"].points, len(log.media("a"))) == (2, 2)


@pytest.mark.parametrize("name", ["/etc/passwd", "../other/secret.png", "media/../../secret.png"])
def test_a_media_list_cannot_name_a_file_outside_its_run(files, name):
    files.media(3, tag="a", kind="image", media_type="image/png", file=name)
    log = opened(files)
    assert not log.media("a")
    (problem,) = log.problems
    assert "outside" in problem.what


def test_a_damaged_media_line_is_a_problem_and_its_neighbours_are_listed(files):
    fields = {"kind": "image", "media_type": "image/png", "file": "media/9f/9f86.png"}
    files.media(3, tag="a", **fields).media(4, **fields).media(5, tag="a", **fields)
    log = opened(files)
    assert [item.step for item in log.media("a")] == [3, 5]
    (problem,) = log.problems
    assert (problem.where, problem.count) == ("line 2", 1)


def test_a_name_that_begins_with_a_dot_is_a_file_in_the_making(files):
    files.say()
    (files.folder / ".metrics-host-1-0-0.parquet").write_bytes(b"PAR1")
    (files.folder / ".run.json").write_text(json.dumps({"name": "not yet"}))
    log = opened(files)
    assert (dict(log.facts), list(log.problems), log.info.name) == ({}, [], "lr-0.1")
