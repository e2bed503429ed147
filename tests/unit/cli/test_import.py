import json
import math
import os
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import trainer_hooks
from app.__main__ import main
from app.commands.conversion.content import content_of
from app.commands.conversion.found import find
from app.commands.conversion.own import is_imported, place_of
from app.readers.contract import RunLog, RunState
from app.readers.tailboard import TailboardReader
from tests.logged import closed_rows, run_json
from tests.run_files import BEGAN, RunFiles
from tests.unit.readers.samples import SAMPLES


def logs(folder: Path) -> dict[str, RunLog]:
    """All runs at or below a folder, read to their ends."""
    found = {}
    for run in find(folder).runs:
        found[run.id] = log = run.reader.open(run.path)
        while log.poll().behind:
            pass
    return found


def import_(source: Path, target: Path) -> int:
    return main(["import", str(source), str(target)])


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def rest(folder: Path) -> None:
    for path in folder.rglob("*"):
        os.utime(path, (BEGAN, BEGAN))


def assert_same_scalars(source: RunLog, target: RunLog, unknown_time: float) -> None:
    tags = sorted(tag for tag, facts in source.facts.items() if facts.kind == "scalar")
    assert sorted(tag for tag, facts in target.facts.items() if facts.kind == "scalar") == tags
    before, after = source.load(tags), target.load(tags)
    for tag in tags:
        assert after[tag].step.tolist() == before[tag].step.tolist()
        np.testing.assert_array_equal(after[tag].value, before[tag].value)
        times = before[tag].wall_time
        np.testing.assert_array_equal(after[tag].wall_time, np.where(np.isnan(times), unknown_time, times))


@pytest.mark.parametrize("sample", SAMPLES.values(), ids=SAMPLES.keys())
def test_every_record_of_every_format_is_the_same_afterwards(sample: Any, tmp_path: Path):
    made = sample(tmp_path / "logs")
    made.grow(12)
    rest(made.root)
    before = contents(made.root)
    assert import_(made.root, tmp_path / "ours") == 0
    source, target = logs(made.root), logs(tmp_path / "ours")
    assert target.keys() == source.keys()
    for name, log in source.items():
        assert_same_scalars(log, target[name], BEGAN)
        assert target[name].info.config == log.info.config
        assert not target[name].problems
    assert contents(made.root) == before
    assert made.records.keys() <= {tag for log in target.values() for tag in log.facts}


@pytest.fixture
def rich_run(tmp_path: Path) -> Path:
    """A run with something of everything that our own format holds."""
    with trainer_hooks.init(
        tmp_path / "logs" / "rich", config={"lr": 0.1, "o": {"name": "adam"}}, tags=["a"], notes="**N**"
    ) as run:
        for step in range(50):
            run.log({"loss": math.nan if step == 3 else 1 / (step + 1), "big": 1e300 * step}, step=step)
            run.log({"lr": -math.inf}, step=step)
        run.log_images("gallery", [np.zeros((4, 5, 3)), np.ones((4, 5, 3))], step=9, captions=["black", "white"])
        run.log_text("words", "Größe", step=10, caption="a word")
    return run.path


def test_media_and_what_the_run_says_of_itself_come_along(rich_run: Path, tmp_path: Path):
    assert import_(rich_run.parent, tmp_path / "ours") == 0
    (source,), (target,) = logs(rich_run.parent).values(), logs(tmp_path / "ours").values()
    assert_same_scalars(source, target, math.nan)
    for tag in ("gallery", "words"):
        before, after = source.media(tag), target.media(tag)
        assert [content_of(item) for item in after] == [content_of(item) for item in before]
        for name in ("kind", "step", "wall_time", "media_type", "caption", "width_px", "index", "count"):
            assert [getattr(item, name) for item in after] == [getattr(item, name) for item in before]
    assert target.info == source.info
    assert target.status(0.0).state == RunState.FINISHED


def test_values_of_one_call_share_their_row(rich_run: Path, tmp_path: Path):
    assert import_(rich_run.parent, tmp_path / "ours") == 0
    (segment,) = (tmp_path / "ours" / "rich").glob("*.parquet")
    rows = closed_rows(segment)
    assert [sorted(row) for row in rows[:50]] == [["_step", "_time", "big", "loss"]] * 50
    assert [sorted(row) for row in rows[50:]] == [["_step", "_time", "lr"]] * 50


def test_a_failed_run_is_a_failed_run(tmp_path: Path):
    files = RunFiles(tmp_path / "logs" / "run").log({"loss": 1.0}, 0)
    files.status("failed", exit={"type": "ValueError", "message": "no: data", "traceback": "T"})
    assert import_(tmp_path / "logs", tmp_path / "ours") == 0
    (log,) = logs(tmp_path / "ours").values()
    status = log.status(0.0)
    assert (status.state, status.detail, status.traceback) == (RunState.FAILED, "ValueError: no: data", "T")


def test_what_cannot_be_read_is_counted_and_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    files = RunFiles(tmp_path / "logs" / "run").log({"loss": 1.0}, 0)
    for step in range(3):
        files.media(step, tag="weights", kind="histogram", media_type="application/json", text="{}")
    files.media(0, tag="lost", kind="image", media_type="image/png", file="media/ab/none.png")
    assert import_(tmp_path / "logs", tmp_path / "ours") == 0
    assert "left out: 3 histogram that cannot be read, 1 image that cannot be read\n" in capsys.readouterr().out
    assert run_json(tmp_path / "ours" / "run")["imported"]["left_out"] == {
        "histogram that cannot be read": 3,
        "image that cannot be read": 1,
    }


def test_points_that_a_restart_logged_again_are_counted_as_left_out(tmp_path: Path, capsys):
    files = RunFiles(tmp_path / "logs" / "run")
    for step in range(4):
        files.log({"loss": 1.0 + step}, step)
    RunFiles(files.folder, "host-2-0").resume(2, BEGAN + 9).log({"loss": 0.5}, 2, BEGAN + 9)
    assert import_(tmp_path / "logs", tmp_path / "ours") == 0
    assert "left out: 2 points that a restart logged again" in capsys.readouterr().out
    (log,) = logs(tmp_path / "ours").values()
    assert log.load(["loss"])["loss"].value.tolist() == [1.0, 2.0, 0.5]


def test_tags_that_do_not_fit_into_one_batch_are_all_there(rich_run: Path, tmp_path: Path, monkeypatch):
    monkeypatch.setattr("app.commands.conversion.series.BATCH_POINTS", 60)
    assert import_(rich_run.parent, tmp_path / "ours") == 0
    assert len(list((tmp_path / "ours" / "rich").glob("*.parquet"))) == 3
    (source,), (target,) = logs(rich_run.parent).values(), logs(tmp_path / "ours").values()
    assert_same_scalars(source, target, math.nan)


def test_what_is_there_and_unchanged_is_skipped_and_what_grew_is_replaced(tmp_path: Path, capsys):
    one = RunFiles(tmp_path / "logs" / "one").log({"loss": 1.0}, 0)
    RunFiles(tmp_path / "logs" / "two").log({"loss": 1.0}, 0)
    assert import_(tmp_path / "logs", tmp_path / "ours") == 0
    before = contents(tmp_path / "ours")
    capsys.readouterr()
    assert import_(tmp_path / "logs", tmp_path / "ours") == 0
    assert capsys.readouterr().out == "2 runs are imported already and unchanged\n"
    assert contents(tmp_path / "ours") == before
    one.log({"loss": 0.5}, 1)
    assert import_(tmp_path / "logs", tmp_path / "ours") == 0
    assert capsys.readouterr().out.splitlines() == [
        "1 run is imported already and unchanged",
        "one: imported from tailboard, 1 tags, 2 points",
    ]
    assert logs(tmp_path / "ours")["one"].load(["loss"])["loss"].value.tolist() == [1.0, 0.5]


def test_runs_inside_a_run_stay_when_it_is_replaced(tmp_path: Path):
    outer = RunFiles(tmp_path / "logs" / "outer").log({"loss": 1.0}, 0)
    RunFiles(tmp_path / "logs" / "outer" / "inner").log({"loss": 2.0}, 0)
    assert import_(tmp_path / "logs", tmp_path / "ours") == 0
    shutil.rmtree(tmp_path / "logs" / "outer" / "inner")
    outer.log({"loss": 0.5}, 1)
    assert import_(tmp_path / "logs", tmp_path / "ours") == 0
    found = logs(tmp_path / "ours")
    assert found["outer"].facts["loss"].points == 2
    assert found["outer/inner"].facts["loss"].points == 1
    assert not list((tmp_path / "ours").rglob(".*"))


@pytest.mark.parametrize("killed", ["before the new one came", "before the rest moved"])
def test_a_replacement_that_was_interrupted_is_ended_the_next_time(killed: str, tmp_path: Path):
    RunFiles(tmp_path / "logs" / "outer").log({"loss": 1.0}, 0)
    RunFiles(tmp_path / "logs" / "outer" / "inner").log({"loss": 2.0}, 0)
    ours = tmp_path / "ours"
    assert import_(tmp_path / "logs", ours) == 0
    before = contents(ours)
    (ours / "outer").rename(ours / ".outer.replaced")
    if killed == "before the rest moved":
        shutil.copytree(ours / ".outer.replaced", ours / "outer", ignore=shutil.ignore_patterns("inner"))
    assert import_(tmp_path / "logs", ours) == 0
    assert contents(ours) == before


def test_a_run_in_a_folder_called_media_is_no_blob(tmp_path: Path):
    RunFiles(tmp_path / "logs" / "media").log({"loss": 2.0}, 0)
    assert import_(tmp_path / "logs", tmp_path / "ours") == 0
    assert list(logs(tmp_path / "ours")) == ["media_"]


def test_a_run_that_was_not_imported_is_left_alone_and_the_others_are_imported(tmp_path: Path, capsys):
    for name in ("taken", "other"):
        RunFiles(tmp_path / "logs" / name).log({"loss": 1.0}, 0)
    RunFiles(tmp_path / "ours" / "taken").say().log({"accuracy": 1.0}, 0)
    before = contents(tmp_path / "ours" / "taken")
    assert import_(tmp_path / "logs", tmp_path / "ours") == 1
    assert contents(tmp_path / "ours" / "taken") == before
    assert "holds a run already, which was not imported; it is left alone" in capsys.readouterr().out
    assert "other" in logs(tmp_path / "ours")


def test_a_run_that_was_logged_into_since_is_left_alone(tmp_path: Path, capsys):
    source = RunFiles(tmp_path / "logs" / "run").log({"loss": 1.0}, 0)
    assert import_(tmp_path / "logs", tmp_path / "ours") == 0
    with trainer_hooks.init(tmp_path / "ours" / "run", resume=True) as run:
        run.log({"loss": 0.25}, step=1)
    source.log({"loss": 0.5}, 1)
    assert import_(tmp_path / "logs", tmp_path / "ours") == 1
    assert "was logged into since it was imported" in capsys.readouterr().out
    assert logs(tmp_path / "ours")["run"].load(["loss"])["loss"].value.tolist() == [1.0, 0.25]


@pytest.mark.parametrize("target", ["logs", "logs/ours", ".", "link/ours"])
def test_a_target_in_the_source_or_around_it_is_refused(target: str, tmp_path: Path, capsys):
    RunFiles(tmp_path / "logs" / "run").log({"loss": 1.0}, 0)
    (tmp_path / "link").symlink_to(tmp_path / "logs")
    before = contents(tmp_path / "logs")
    with pytest.raises(SystemExit, match="2"):
        import_(tmp_path / "logs", tmp_path / target)
    assert "lie in one another" in capsys.readouterr().err
    assert contents(tmp_path / "logs") == before


def test_a_second_import_into_the_same_folder_is_refused(tmp_path: Path, capsys):
    from app.commands.import_ import locked

    RunFiles(tmp_path / "logs" / "run").log({"loss": 1.0}, 0)
    (tmp_path / "ours").mkdir()
    with locked(tmp_path / "ours"), pytest.raises(SystemExit, match="2"):
        import_(tmp_path / "logs", tmp_path / "ours")
    assert "is under way" in capsys.readouterr().err


@pytest.mark.parametrize(("name", "complaint"), [("none", "does not exist"), ("empty", "holds no run of a format")])
def test_a_source_without_runs_ends_with_status_2(name: str, complaint: str, tmp_path: Path, capsys):
    (tmp_path / "empty").mkdir()
    with pytest.raises(SystemExit, match="2"):
        import_(tmp_path / name, tmp_path / "ours")
    assert complaint in capsys.readouterr().err
    assert not (tmp_path / "ours").exists()


def test_what_a_killed_import_left_behind_is_no_run_and_is_done_anew(tmp_path: Path):
    RunFiles(tmp_path / "logs" / "run").log({"loss": 1.0}, 0)
    left = RunFiles(tmp_path / "ours" / ".run.importing").say().log({"loss": 7.0}, 0)
    assert logs(tmp_path / "ours") == {}
    assert import_(tmp_path / "logs", tmp_path / "ours") == 0
    assert logs(tmp_path / "ours")["run"].load(["loss"])["loss"].value.tolist() == [1.0]
    assert not left.folder.exists()


def test_points_that_cannot_be_read_are_counted_and_tried_again(tmp_path: Path, capsys):
    files = RunFiles(tmp_path / "logs" / "run").log({"lost": 1.0}, 0).close().log({"kept": 2.0}, 1)
    (segment,) = files.folder.glob("*.parquet")
    whole = segment.read_bytes()
    segment.write_bytes(whole[:4] + bytes(100) + whole[104:])  # the footer stays, the records are gone
    assert import_(tmp_path / "logs", tmp_path / "ours") == 0
    stamp = segment.stat()
    assert "left out: 1 points that cannot be read any more" in capsys.readouterr().out
    assert logs(tmp_path / "ours")["run"].facts.keys() == {"kept"}
    segment.write_bytes(whole)
    os.utime(segment, ns=(stamp.st_atime_ns, stamp.st_mtime_ns))  # as before: a disk that works again
    assert import_(tmp_path / "logs", tmp_path / "ours") == 0
    assert logs(tmp_path / "ours")["run"].facts.keys() == {"kept", "lost"}


def test_a_run_that_vanishes_is_not_imported_as_an_empty_one(tmp_path: Path, capsys, monkeypatch):
    source = RunFiles(tmp_path / "logs" / "run").log({"loss": 1.0}, 0)
    opened = TailboardReader.open

    def remove_and_open(reader: TailboardReader, path: Path) -> RunLog:
        shutil.rmtree(source.folder)
        return opened(reader, path)

    monkeypatch.setattr(TailboardReader, "open", remove_and_open)
    assert import_(tmp_path / "logs", tmp_path / "ours") == 1
    assert "run: not imported:" in capsys.readouterr().out
    assert logs(tmp_path / "ours") == {}


def test_an_imported_run_knows_where_it_came_from(tmp_path: Path):
    source = RunFiles(tmp_path / "logs" / "run").log({"loss": 1.0}, 0)
    assert import_(tmp_path / "logs", tmp_path / "ours") == 0
    facts = run_json(tmp_path / "ours" / "run")
    assert facts["imported"]["source"]["path"] == str(source.folder)
    assert facts["imported"]["source"]["format"] == "tailboard"
    assert facts["created"] == BEGAN
    (run,) = find(tmp_path / "logs").runs
    assert is_imported(run, place_of(run, tmp_path / "ours"))
    assert json.loads((tmp_path / "ours" / "run" / "run.json").read_text()) == facts
