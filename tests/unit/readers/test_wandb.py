import json
import math
from pathlib import Path

import numpy as np
import pytest

from app.readers.contract import RunState
from app.readers.folder import Problems
from app.readers.wandb import READER
from app.readers.wandb_log.blocks import BlockLog
from tests import blocks
from tests.logged import until

BEGAN = 1_700_000_000.25


@pytest.fixture
def folder(tmp_path):
    folder = tmp_path / "offline-run-20240501_120000-abc"
    (folder / "files").mkdir(parents=True)
    return folder


@pytest.fixture
def log(folder):
    return folder / "run-abc.wandb"


def opened(path):
    run = READER.open(path)
    while run.poll().behind:
        pass
    return run


def rows(run, tag):
    columns = run.load([tag])[tag]
    return list(zip(columns.step.tolist(), columns.value.tolist(), strict=True))


@pytest.mark.parametrize("size", [1, 7, 40_000, 10_000_000])
def test_records_longer_than_a_block_come_whole_in_whatever_pieces_the_bytes_come(tmp_path, size):
    path = tmp_path / "run.wandb"
    random = np.random.default_rng(7)
    lengths = [0, 5, 32_000, 70_000, blocks.BLOCK_BYTES - 14, 1, 100]
    records = [random.bytes(length) for length in lengths]
    blocks.append(path, *records)
    data = path.read_bytes()
    problems = Problems()
    reading = BlockLog(path, problems)
    found = [one for at in range(0, len(data), size) for one in reading.records(data[at : at + size])]
    assert found == records
    assert not problems.all()


def test_what_is_broken_is_reported_with_its_offset_and_the_rest_is_read(log):
    blocks.append(log, *(blocks.history({"loss": float(step), "_step": step}) for step in range(2_000)))
    whole = log.read_bytes()
    broken = bytearray(whole)
    broken[100] ^= 0xFF  # in the data of a record
    broken[blocks.BLOCK_BYTES + 5 : blocks.BLOCK_BYTES + 7] = b"\xff\xff"  # where a length and a sort stand
    log.write_bytes(broken)
    run = opened(log.parent)
    steps = [step for step, _ in rows(run, "loss")]
    assert steps[0] == 0
    assert steps[-1] == 1_999
    assert 1_000 < len(steps) < 1_999
    (problem,) = run.problems
    assert problem.path == log
    assert int(problem.where.removeprefix("byte ")) < 100
    assert problem.count >= 2


def test_zeros_at_the_end_are_waited_for(log):
    blocks.append(log, blocks.history({"loss": 1.0}))
    end = log.stat().st_size
    blocks.append(log, blocks.history({"loss": 2.0}))
    whole = log.read_bytes()
    log.write_bytes(whole[:end] + bytes(len(whole) - end))
    run = opened(log.parent)
    assert (rows(run, "loss"), list(run.problems)) == ([(0, 1.0)], [])
    log.write_bytes(whole)
    while run.poll().behind:
        pass  # what changed may be in the middle of being written
    assert rows(run, "loss") == [(0, 1.0), (1, 2.0)]


def test_a_record_that_is_no_message_is_left_out(log):
    blocks.append(log, b"\xff\xff", blocks.history({"loss": 1.0}))
    run = opened(log.parent)
    assert rows(run, "loss") == [(0, 1.0)]
    assert [problem.where for problem in run.problems] == ["record 1"]


def test_the_run_says_who_what_and_when(log):
    blocks.append(
        log,
        blocks.run({"lr": 0.1, "_wandb": {}}, name="brave-otter", notes="try it", tags=["a", "b"], began=BEGAN),
        blocks.config({"later": [1, 2], ("opt", "name"): "sgd"}),
    )
    run = opened(log.parent)
    info = run.info
    assert (info.name, info.created, info.notes, info.tags) == (log.parent.name, BEGAN, "try it", ("a", "b"))
    assert info.config == {"lr": 0.1, "later": [1, 2], "opt": {"name": "sgd"}}
    assert info.git == {"remote": "https://example.org/a.git", "commit": "abc123"}
    assert info.environment["display_name"] == "brave-otter"
    assert run.status(0).state is RunState.UNKNOWN


def test_settings_and_summary_of_old_versions_are_read_beside_the_log(folder, log):
    blocks.append(log, blocks.history({"loss": 0.5, "_step": 3, "_timestamp": BEGAN}))
    (folder / "files" / "config.yaml").write_text(
        "wandb_version: 1\n_wandb: {value: {}}\nlr: {desc: null, value: 0.1}\n"
    )
    (folder / "files" / "wandb-summary.json").write_text(
        '{"loss": 0.5, "best": 0.25, "_step": 3, "img": {"_type": "x", "a": 1}}'
    )
    (folder / "files" / "wandb-metadata.json").write_text('{"host": "node1", "git": {"commit": "abc"}}')
    run = opened(folder)
    assert run.info.config == {"lr": 0.1}
    assert (run.info.git, run.info.environment) == ({"commit": "abc"}, {"host": "node1"})
    assert sorted(run.facts) == ["_step", "_timestamp", "best", "loss"]
    assert rows(run, "best") == [(3, 0.25)]
    assert sorted(opened(log).facts) == ["_step", "_timestamp", "loss"]


@pytest.mark.parametrize(("code", "state"), [(0, RunState.FINISHED), (1, RunState.FAILED), (255, RunState.FAILED)])
def test_the_exit_code_tells_how_the_run_ended(log, code, state):
    blocks.append(log, blocks.ended(code))
    status = opened(log.parent).status(0)
    assert status.state is state
    assert (str(code) in status.detail) == bool(code)


def test_system_load_has_times_and_the_step_that_the_run_was_at(log):
    blocks.append(log, blocks.history({"loss": 1.0, "_step": 7}), blocks.stats(BEGAN, {"gpu.0.temp": 40.0}))
    columns = opened(log.parent).load(["system/gpu.0.temp"])["system/gpu.0.temp"]
    assert (columns.step.tolist(), columns.wall_time.tolist(), columns.value.tolist()) == ([7], [BEGAN], [40.0])


def test_numbers_of_every_way_to_write_them_are_kept_and_text_and_truth_values_are_not(log):
    values = {"int": 3, "nan": math.nan, "word": "NaN", "inf": -math.inf, "text": "x", "flag": True, "none": None}
    blocks.append(log, blocks.history({**values, "old": {"a": {"b": 2.5}}, ("new", "a"): 1.5}))
    run = opened(log.parent)
    assert {tag: repr(rows(run, tag)[0][1]) for tag in run.facts} == {
        "int": "3.0", "nan": "nan", "word": "nan", "inf": "-inf", "old/a/b": "2.5", "new/a": "1.5",
    }  # fmt: skip


def test_a_value_in_the_summary_alone_is_a_record_at_the_last_step_until_the_history_has_it(log):
    run = READER.open(log.parent)
    blocks.append(log, blocks.summary({"loss": 1.0, "best": 9.0}), blocks.history({"loss": 1.0, "_step": 4}))
    assert run.poll().rewritten == {"best"}
    assert rows(run, "best") == [(4, 9.0)]
    assert run.facts["best"].points == 1
    blocks.append(log, blocks.history({"best": 8.0, "_step": 5}))
    news = run.poll()
    assert news.rewritten == {"best"}
    assert list(news.appended) == ["_step"]
    assert rows(run, "best") == [(5, 8.0)]


OLD_IMAGE = {"img": {"_type": "image-file", "path": "media/images/a.png", "width": 8, "height": 4, "caption": "cap"}}
NEW_IMAGE = {("img", name): value for name, value in OLD_IMAGE["img"].items()}


@pytest.mark.parametrize("items", [OLD_IMAGE, NEW_IMAGE])
def test_an_image_is_an_item_and_its_size_is_no_metric(folder, log, items):
    picture = folder / "files" / "media" / "images" / "a.png"
    picture.parent.mkdir(parents=True)
    picture.write_bytes(b"png")
    blocks.append(log, blocks.history({"_step": 2, "_timestamp": BEGAN, **items}))
    run = opened(folder)
    assert {tag: facts.kind for tag, facts in run.facts.items()} == {
        "_step": "scalar", "_timestamp": "scalar", "img": "image",
    }  # fmt: skip
    (item,) = run.media("img")
    assert (item.path, item.step, item.wall_time) == (picture, 2, BEGAN)
    assert (item.caption, item.width_px, item.height_px) == ("cap", 8, 4)


def test_several_images_are_items_of_one_call_and_missing_files_are_left_out(folder, log):
    for name in ("a.png", "b.jpg"):
        (folder / "files" / name).write_bytes(b"x")
    names = ["a.png", "b.jpg", "../run-abc.wandb", "gone.png"]
    value = {"_type": "images/separated", "filenames": names, "captions": ["one", None], "width": 3, "height": 3}
    blocks.append(log, blocks.history({"imgs": value}))
    items = opened(folder).media("imgs")
    assert [(item.path.name, item.media_type, item.caption, item.index) for item in items] == [
        ("a.png", "image/png", "one", 0),
        ("b.jpg", "image/jpeg", "", 1),
    ]


def test_boxes_and_masks_of_an_image_are_its_meta_and_parts(folder, log):
    row = {"position": {"minX": 0.25, "minY": 0.5, "maxX": 0.75, "maxY": 1}, "class_id": 2, "scores": {"acc": 0.5}}
    centred = {"position": {"middle": [4, 2], "width": 2, "height": 4}, "domain": "pixel", "box_caption": "cat"}
    (folder / "files" / "boxes.json").write_text(json.dumps([row, centred]))
    for name in ("a.png", "mask.png"):
        (folder / "files" / name).write_bytes(b"png")
    over = {
        "boxes": {"truth": {"path": "boxes.json"}, "gone": {"path": "no.json"}},
        "masks": {"m": {"path": "mask.png"}},
    }
    image = {"_type": "image-file", "path": "a.png", "width": 8, "height": 4, **over}
    blocks.append(log, blocks.history({"img": image}))
    (item,) = opened(folder).media("img")
    assert item.meta["boxes"] == [
        {"box": [2, 2, 6, 4], "label": "class 2", "group": "truth", "score": 0.5},
        {"box": [3, 0, 5, 4], "label": "cat", "group": "truth"},
    ]
    assert item.meta["masks"] == [{"part": "mask0", "name": "m"}]
    assert item.parts == {"mask0": folder / "files" / "mask.png"}


def test_a_film_is_an_item_of_its_own_kind(folder, log):
    (folder / "files" / "f.webm").write_bytes(b"x")
    blocks.append(log, blocks.history({"film": {"_type": "video-file", "path": "f.webm", "caption": "fell over"}}))
    run = opened(folder)
    assert run.facts["film"].kind == "video"
    (item,) = run.media("film")
    assert (item.media_type, item.caption) == ("video/webm", "fell over")


@pytest.mark.parametrize(
    "bins", [{"bins": [0.0, 0.5, 1.0]}, {"packedBins": {"min": 0, "size": 0.5, "count": 2}}], ids=["bins", "packed"]
)
def test_a_histogram_is_an_item_of_edges_and_counts(log, bins):
    blocks.append(log, blocks.history({"h": {"_type": "histogram", "values": [3, 4], **bins}}))
    run = opened(log.parent)
    assert run.facts["h"].kind == "histogram"
    (item,) = run.media("h")
    assert item.meta == {"edges": [0.0, 0.5, 1.0], "counts": [3.0, 4.0]}


def test_a_table_is_text(folder, log):
    (folder / "files" / "t.json").write_text(json.dumps({"columns": ["a", "b"], "data": [[1, "x|y"]]}))
    blocks.append(log, blocks.history({"t": {"_type": "table-file", "path": "t.json", "ncols": 2, "nrows": 1}}))
    (item,) = opened(folder).media("t")
    assert item.text == "| a | b |\n| --- | --- |\n| 1 | x\\|y |"


def test_a_log_without_a_folder_of_its_own_is_a_run_and_others_are_declined(tmp_path):
    blocks.append(tmp_path / "a.wandb", blocks.history({"loss": 1.0}))
    (tmp_path / "b.wandb").write_bytes(b"no log")
    finding = READER.find(tmp_path, ["a.wandb", "b.wandb", "c.csv"])
    assert (finding.runs, finding.claimed, list(finding.declined)) == ([tmp_path / "a.wandb"], ["a.wandb"], ["b.wandb"])


def test_a_folder_is_claimed_with_what_wandb_puts_there(folder, log):
    blocks.append(log, blocks.history({"loss": 1.0}))
    finding = READER.find(folder, [log.name, log.name + ".synced", "files", "logs", "other.csv"])
    assert finding.runs == [folder]
    assert finding.claimed == {log.name, log.name + ".synced", "files", "logs"}


def test_wandb_itself_writes_what_is_read(tmp_path, monkeypatch):
    wandb = pytest.importorskip("wandb", reason="wandb is not installed")
    monkeypatch.setenv("WANDB_SILENT", "true")
    with wandb.init(mode="offline", dir=tmp_path, project="p", config={"lr": 0.1}, tags=["a"], notes="n") as logged:
        for step in range(5):
            logged.log({"train/loss": 1 / (step + 1), "nested": {"a": step}})
        logged.log({"img": wandb.Image(np.zeros((4, 4, 3), np.uint8)), "h": wandb.Histogram([1.0, 2.0])})
    (folder,) = Path(tmp_path, "wandb").glob("offline-run-*")
    run = opened(folder)
    until(lambda: run.poll() and run.status(0).state is RunState.FINISHED)  # its service writes on by itself
    assert rows(run, "train/loss") == [(step, 1 / (step + 1)) for step in range(5)]
    assert run.facts["nested/a"].sum == 10
    assert (run.info.config, run.info.tags, run.info.notes) == ({"lr": 0.1}, ("a",), "n")
    assert [run.facts[tag].kind for tag in ("img", "h")] == ["image", "histogram"]
    assert all(run.media(tag) for tag in ("img", "h"))


def test_a_later_record_of_the_run_tells_all_its_tags_again(log):
    for tags in (["a", "b"], ["b", "late"]):
        blocks.append(log, blocks.run({}, name="brave-otter", notes="", tags=tags, began=BEGAN))
    assert opened(log.parent).info.tags == ("b", "late")
