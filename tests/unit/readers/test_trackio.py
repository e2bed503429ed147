import shutil
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest

from app.readers import trackio as trackio_reader
from app.readers.trackio import READER
from tests.trackio_files import configure, connected, log, log_old, log_system

BEGAN = 1_700_000_000.25


@pytest.fixture
def database(tmp_path):
    return tmp_path / "digits.db"


def opened(path):
    run = READER.open(path)
    while run.poll().behind:
        pass
    return run


def rows(run, tag):
    columns = run.load([tag])[tag]
    return list(zip(columns.step.tolist(), columns.wall_time.tolist(), columns.value.tolist(), strict=True))


def found(database):
    return READER.find(database.parent, [path.name for path in database.parent.iterdir()])


def files(database):
    """Everything that a reader could leave behind: names, sizes and times."""
    stats = {path.name: path.stat() for path in database.parent.iterdir()}
    return {name: (stat.st_size, stat.st_mtime_ns) for name, stat in stats.items()}


def test_each_run_of_a_database_has_a_path_below_it(database):
    with closing(connected(database)) as connection:
        for run in ("brave-otter", "a/b", ".."):
            log(connection, {"loss": 0.5}, 1, BEGAN, run)
        log(connection, {"loss": 0.25}, 2, BEGAN, "brave-otter", run_id="zzzzzzzz-second")
    names = {path.name for path in found(database).runs}
    assert names == {"brave-otter", "a_b", "..-id of ..", "brave-otter-zzzzzzzz"}
    assert rows(opened(database / "a_b"), "loss") == [(1, BEGAN, 0.5)]
    assert rows(opened(database / "brave-otter"), "loss") == [(1, BEGAN, 0.5)]
    assert rows(opened(database / "brave-otter-zzzzzzzz"), "loss") == [(2, BEGAN, 0.25)]


def test_settings_system_load_and_other_values_are_read(database):
    (database.parent / "media").mkdir()
    (database.parent / "media" / "a.png").write_bytes(b"png")
    values = {
        "n": {"a": 1}, "inf": float("inf"), "text": "x", "flag": True,
        "img": {"_type": "trackio.image", "file_path": "a.png", "caption": "cap", "width": 3},
        "h": {"_type": "trackio.histogram", "bins": [0.0, 0.5, 1.0], "values": [3, 4]},
        "md": {"_type": "trackio.markdown", "_value": "# hello"},
    }  # fmt: skip
    with closing(connected(database)) as connection:
        configure(connection, {"lr": 0.1, "opt": {"name": "sgd"}}, BEGAN)
        log(connection, values, 7, BEGAN)
        log_system(connection, {"gpu": 40.0}, BEGAN)
        log_system(connection, {"gpu": 50.0}, BEGAN + 10)
    run = opened(database / "brave-otter")
    assert {tag: facts.kind for tag, facts in run.facts.items()} == {
        "n/a": "scalar", "inf": "scalar", "system/gpu": "scalar", "img": "image", "h": "histogram", "md": "text",
    }  # fmt: skip
    assert rows(run, "system/gpu") == [(0, BEGAN, 40.0), (1, BEGAN + 10, 50.0)]
    (image,), (histogram,), (text,) = (run.media(tag) for tag in ("img", "h", "md"))
    assert (image.path, image.caption, image.step) == (database.parent / "media" / "a.png", "cap", 7)
    assert histogram.meta == {"edges": [0.0, 0.5, 1.0], "counts": [3.0, 4.0]}
    assert text.text == "# hello"
    assert (run.info.config, run.info.created) == ({"lr": 0.1, "opt": {"name": "sgd"}}, BEGAN)
    assert run.info.environment == {"user": "ann"}


def test_databases_of_the_first_versions_are_read(database):
    with closing(connected(database, "delete", old=True)) as connection:
        log_old(connection, {"loss": 0.5}, 3, BEGAN, "brave-otter")
    (path,) = found(database).runs
    assert rows(opened(path), "loss") == [(3, BEGAN, 0.5)]


@pytest.mark.parametrize("journal", ["wal", "delete"])
def test_a_database_that_is_open_elsewhere_is_followed_and_nothing_is_left_in_its_folder(database, journal):
    with closing(connected(database, journal)) as connection:
        log(connection, {"loss": 1.0}, 0, BEGAN)
        before = files(database)
        (path,) = found(database).runs
        run = opened(path)
        assert rows(run, "loss") == [(0, BEGAN, 1.0)]
        assert files(database) == before
        for step in range(1, 50):
            log(connection, {"loss": float(step)}, step, BEGAN)
            log(connection, {"loss": -1.0}, step, BEGAN, "another")
        before = files(database)
        news = run.poll()
        assert news.appended["loss"].step.tolist() == list(range(1, 50))
        assert not run.poll().changed
        assert files(database) == before
    before = files(database)
    run = opened(path)
    assert run.facts["loss"].points == 50
    assert files(database) == before


def test_rows_of_a_writer_that_was_killed_are_read_from_its_log(database):
    code = (
        "import os, sys; from pathlib import Path; from tests.trackio_files import connected, log;"
        "log(connected(Path(sys.argv[1])), {'loss': 0.5}, 1, 1.7e9); os._exit(9)"
    )
    root = Path(__file__).parents[3]
    subprocess.run([sys.executable, "-c", code, str(database)], check=False, cwd=root)
    before = files(database)
    (path,) = found(database).runs
    run = opened(path)
    assert (rows(run, "loss"), list(run.problems)) == ([(1, 1.7e9, 0.5)], [])
    assert files(database) == before


def test_a_log_that_was_copied_without_its_index_is_named_as_a_problem(database, tmp_path):
    with closing(connected(database)) as connection:
        log(connection, {"loss": 1.0}, 0, BEGAN)
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        log(connection, {"loss": 2.0}, 1, BEGAN)
        copied = tmp_path / "copy" / "digits.db"
        copied.parent.mkdir()
        for ending in ("", "-wal"):
            shutil.copy(f"{database}{ending}", f"{copied}{ending}")
    before = files(copied)
    run = opened(copied / "brave-otter")
    assert rows(run, "loss") == [(0, BEGAN, 1.0)]
    (problem,) = run.problems
    assert "-shm" in problem.what
    assert files(copied) == before


def test_a_change_that_a_killed_writer_left_half_done_is_not_waited_for_for_ever(database, monkeypatch):
    monkeypatch.setattr(trackio_reader, "_PATIENCE_S", 0.1)
    with closing(connected(database, "delete")) as connection:
        log(connection, {"loss": 1.0}, 0, BEGAN)
    journal = database.with_name(database.name + "-journal")
    journal.write_bytes(b"half a change")
    run = opened(database / "brave-otter")
    assert not run.facts
    (problem,) = run.problems
    assert "not at rest" in problem.what
    assert not run.poll().changed
    journal.unlink()
    assert run.poll().changed
    assert (rows(run, "loss"), list(run.problems)) == ([(0, BEGAN, 1.0)], [])


def test_a_run_deleted_from_its_database_is_gone_and_the_others_stay(database):
    with closing(connected(database)) as connection:
        for name in ("brave-otter", "another"):
            log(connection, {"loss": 1.0}, 0, BEGAN, name)
        run, other = opened(database / "brave-otter"), opened(database / "another")
        connection.execute("DELETE FROM metrics WHERE run_name = 'brave-otter'")
        connection.commit()
        assert run.poll().gone
        assert not other.poll().gone
        assert rows(other, "loss") == [(0, BEGAN, 1.0)]


def test_other_databases_and_broken_ones_are_no_runs(database):
    with closing(connected(database)) as connection:
        log(connection, {"loss": 1.0}, 0, BEGAN)
        connection.execute("ALTER TABLE metrics RENAME TO others")
    assert not found(database).runs
    database.write_bytes(b"SQLite format 3\0" + bytes(5_000))
    assert not found(database).runs


def test_cells_that_hold_no_object_are_passed_over(database):
    with closing(connected(database)) as connection:
        log(connection, {"loss": 1.0}, 0, BEGAN)
        connection.execute("UPDATE metrics SET metrics = 'no json'")
        connection.commit()
        log(connection, {"loss": 2.0}, 1, BEGAN)
    assert rows(opened(database / "brave-otter"), "loss") == [(1, BEGAN, 2.0)]


def test_trackio_itself_writes_what_is_read(tmp_path, monkeypatch):
    monkeypatch.setenv("TRACKIO_DIR", str(tmp_path))
    trackio = pytest.importorskip("trackio", reason="trackio is not installed")
    run = trackio.init(project="digits", name="brave-otter", config={"lr": 0.1})
    for step in range(5):
        run.log({"train/loss": 1 / (step + 1)}, step=step)
    run.finish()
    log_of_run = opened(tmp_path / "digits.db" / "brave-otter")
    assert [(step, value) for step, _, value in rows(log_of_run, "train/loss")] == [
        (step, 1 / (step + 1)) for step in range(5)
    ]
    assert log_of_run.info.config == {"lr": 0.1}


@pytest.fixture
def new_york(monkeypatch):
    with monkeypatch.context() as patch:
        patch.setenv("TZ", "America/New_York")
        time.tzset()
        yield
    time.tzset()


@pytest.mark.usefixtures("new_york")
def test_times_without_a_zone_are_those_of_this_machine_and_others_keep_theirs(database):
    with closing(connected(database)) as connection:
        log(connection, {"loss": 0.5}, 1, BEGAN)
        log(connection, {"loss": 0.25}, 2, BEGAN)
        connection.execute("UPDATE metrics SET timestamp = '2023-11-14T17:13:20.250000' WHERE step = 1")
        connection.execute("UPDATE metrics SET timestamp = '2023-11-14T22:13:20.250000+00:00' WHERE step = 2")
        connection.commit()
    (path,) = found(database).runs
    assert rows(opened(path), "loss") == [(1, BEGAN, 0.5), (2, BEGAN, 0.25)]
