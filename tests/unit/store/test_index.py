import shutil
import sys
from pathlib import Path

import pytest

from app.readers.walk import all_readers
from app.settings import LogRoot, Settings
from app.store.memory import Store
from tests.run_files import RunFiles

opened: list[str] | None = None


def _note(event, args):
    if opened is not None and event == "open" and isinstance(args[0], str | Path):
        opened.append(str(args[0]))


sys.addaudithook(_note)


@pytest.fixture
def logs(tmp_path):
    folder = tmp_path / "logs"
    for name in ("a", "b"):
        files = RunFiles(folder / name).say(config={"lr": 0.1}, tags=["x"]).status("finished", dropped={"disk full": 2})
        files.log({"loss": 3.0, "nan": float("nan")}, 0).log({"loss": 2.0}, 1).append(b"oops\n")
    return folder


@pytest.fixture
def started(tmp_path, logs):
    """A store that was started and looked at all runs, and what it opened of the logs."""

    def start():
        global opened
        opened = []
        store = Store(Settings(roots=(LogRoot("", logs),), cache_dir=tmp_path / "cache"), all_readers())
        store.refresh()
        files, opened = [path for path in opened if path.startswith(str(logs))], None
        return store, files

    return start


def seen(store):
    return {run.id: repr((run.info, run.facts, run.problems, run.slot, store.status(run.id))) for run in store.runs()}


def test_a_second_start_shows_the_same_and_opens_no_file_of_the_logs(started):
    first, files = started()
    assert files
    known = seen(first)
    first.close()
    second, files = started()
    assert files == []
    assert seen(second) == known
    assert second.series("a", "loss").value.tolist() == [3.0, 2.0]
    second.close()


def test_what_changed_since_the_last_start_is_read_again(started, logs):
    started()[0].close()
    RunFiles(logs / "a").log({"loss": 1.0}, 2)
    store, files = started()
    assert {Path(path).parent.name for path in files} == {"a"}
    assert store.run("a").facts["loss"].points == 3
    store.close()


def test_a_run_that_grows_after_it_was_recalled_is_followed(started, logs):
    started()[0].close()
    store, _ = started()
    assert store.series("b", "loss").value.tolist() == [3.0, 2.0]
    for run in ("a", "b"):
        RunFiles(logs / run).log({"loss": 1.0}, 2)
    store.refresh()
    for run in ("a", "b"):
        assert store.run(run).facts["loss"].points == 3
        assert store.series(run, "loss").value.tolist() == [3.0, 2.0, 1.0]
    store.close()


def test_a_recalled_run_that_changed_before_it_was_looked_at_is_published_anew(started, logs):
    started()[0].close()
    store, _ = started()
    RunFiles(logs / "a").log({"loss": 1.0}, 2)
    assert store.series("a", "loss").value.tolist() == [3.0, 2.0, 1.0]
    store.refresh()
    assert store.run("a").facts["loss"].points == 3
    store.close()


def test_a_run_that_still_grows_is_never_remembered(started, logs):
    RunFiles(logs / "a").status("running")
    started()[0].close()
    store, files = started()
    assert {Path(path).parent.name for path in files} == {"a"}
    store.close()


def test_a_lost_cache_costs_a_read_and_nothing_else(started, tmp_path):
    first, _ = started()
    known = seen(first)
    first.close()
    shutil.rmtree(tmp_path / "cache")
    again, files = started()
    assert files
    assert seen(again) == known
    again.close()
