import logging
import os
import shutil
import time

import pytest

from app.readers.contract import RunState
from app.readers.walk import all_readers
from app.settings import LogRoot, Settings
from app.store.memory import Store
from tests.run_files import BEGAN, RunFiles
from tests.unit.store.waiting import until

WAYS = [{}, {"poll": True, "poll_interval_s": 0.05}]


@pytest.fixture
def logs(tmp_path):
    folder = tmp_path / "logs"
    folder.mkdir()
    return folder


@pytest.fixture(params=WAYS, ids=["events", "polling"])
def store(request, tmp_path, logs):
    RunFiles(logs / "sweep/a").say().log({"loss": 1.0}, 0)
    settings = Settings(roots=(LogRoot("", logs),), cache_dir=tmp_path / "cache", **request.param)
    made = Store(settings, all_readers())
    made.start()
    until(lambda: made.ready, "the first sweep")
    yield made
    made.close()


def ids(store):
    return {run.id for run in store.runs()}


def test_a_line_is_taken_in_soon_after_it_was_written(store, logs):
    assert store.series("sweep/a", "loss").value.tolist() == [1.0]
    files = RunFiles(logs / "sweep/a")
    for step in range(1, 5):
        revision = store.revision
        files.log({"loss": step + 1.0}, step)
        until(lambda before=revision: store.revision > before, "a new revision")
        assert store.series("sweep/a", "loss").value.tolist() == [one + 1.0 for one in range(step + 1)]


def test_a_new_run_appears_wherever_it_is(store, logs):
    RunFiles(logs / "b").say()
    until(lambda: "b" in ids(store), "a run in the root")
    RunFiles(logs / "deep/er/c").log({"loss": 1.0}, 0)
    until(lambda: "deep/er/c" in ids(store), "a run in new folders")
    RunFiles(logs / "deep/er/c").log({"loss": 0.5}, 1)
    until(lambda: store.run("deep/er/c").facts["loss"].points == 2, "its second line")


def test_a_folder_becomes_a_run_when_its_first_file_is_written(store, logs):
    folder = logs / "sweep/later"
    folder.mkdir()
    until(lambda: store.ready)
    RunFiles(folder).say()
    until(lambda: "sweep/later" in ids(store), "the run")


def test_a_renamed_run_changes_its_id_and_goes_on_growing(store, logs):
    (logs / "sweep/a").rename(logs / "sweep/b")
    until(lambda: ids(store) == {"sweep/b"}, "the new name")
    RunFiles(logs / "sweep/b").log({"loss": 0.5}, 1)
    until(lambda: store.run("sweep/b").facts["loss"].points == 2, "its second line")


def test_a_deleted_run_goes(store, logs):
    shutil.rmtree(logs / "sweep")
    until(lambda: not ids(store), "the run to go")


def silent_run(logs, name, silence_s):
    """A run whose writer was heard of last so long ago; it appears whole."""
    heard = time.time() - silence_s
    files = RunFiles(logs.parent / name).say().status("running", heartbeat=heard)
    os.utime(files.folder / "status-host-1-0.json", (heard, heard))
    files.folder.rename(logs / name)


def test_a_run_whose_writer_falls_silent_is_shown_as_crashed_without_any_file_changing(store, logs):
    for silence_s in (9.5, 8.0, 4.0, 0.0):  # a slow machine may come too late to see it alive
        name = f"silent for {silence_s:g} s"
        silent_run(logs, name, silence_s)
        until(lambda name=name: name in ids(store), "the run")
        revision = store.revision
        if store.status(name).state is RunState.RUNNING:
            break
    until(lambda: store.status(name).state is RunState.CRASHED, "the crash")
    until(lambda: name in {run.id for run in store.changed_since(revision)[0]}, "a new revision")


class Stumbling:
    """A reader that fails as no reader should: twice to find anything, and always to read one run."""

    def __init__(self, reader):
        self.name, self.order, self.stamps = reader.name, reader.order, reader.stamps
        self._reader = reader
        self.failures = 2

    def find(self, folder, names, *, named=False):
        if self.failures:
            self.failures -= 1
            raise ZeroDivisionError("nobody foresaw this")
        return self._reader.find(folder, names)

    def open(self, path, choices=None):
        log = self._reader.open(path)
        if path.name == "broken":
            log.poll = lambda: int("nobody foresaw this either")
        return log


def test_the_tailer_goes_on_after_failures_that_nobody_foresaw_and_logs_each_once(tmp_path, logs, caplog):
    RunFiles(logs / "a").log({"loss": 1.0}, 0, BEGAN)
    RunFiles(logs / "broken").log({"loss": 1.0}, 0, BEGAN)
    settings = Settings(roots=(LogRoot("", logs),), cache_dir=tmp_path / "cache", poll=True, poll_interval_s=0.01)
    store = Store(settings, {"tailboard": Stumbling(all_readers()["tailboard"])})
    with caplog.at_level(logging.ERROR):
        store.start()
        until(lambda: store.ready, "the first sweep")
        RunFiles(logs / "a").log({"loss": 1.0}, 1, BEGAN)
        until(lambda: store.run("a").facts["loss"].points == 2, "the second line of the other run")
    store.close()
    assert ids(store) == {"a"}
    assert caplog.text.count("looking at the log folders failed") == 1
    assert caplog.text.count("broken failed") == 1
