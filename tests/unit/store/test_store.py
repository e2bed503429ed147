import shutil
import threading
import time

import numpy as np
import pytest

from app.readers.contract import RunState
from app.readers.walk import all_readers
from app.settings import LogRoot, Settings
from app.store.memory import Store, UnknownRunError
from tests.run_files import BEGAN, RunFiles


@pytest.fixture
def logs(tmp_path):
    folder = tmp_path / "logs"
    folder.mkdir()
    return folder


@pytest.fixture
def make_store(tmp_path, logs):
    made = []

    def make(**options):
        settings = Settings(roots=(LogRoot("", logs),), cache_dir=tmp_path / "cache", **options)
        made.append(Store(settings, all_readers()))
        return made[-1]

    yield make
    for store in made:
        store.close()


@pytest.fixture
def store(make_store):
    return make_store()


def a_run(logs, name, losses=(1.0,), created=BEGAN):
    files = RunFiles(logs / name).say(created=created)
    for step, loss in enumerate(losses):
        files.log({"loss": loss}, step)
    return files


def ids(store):
    return [run.id for run in store.runs()]


def values(store, run_id, tag="loss", overlap="latest"):
    return store.series(run_id, tag, overlap).value.tolist()


def test_runs_come_newest_first(store, logs):
    for name, created in (("old", BEGAN), ("new", BEGAN + 20), ("between", BEGAN + 10)):
        a_run(logs, name, created=created)
    store.refresh()
    assert ids(store) == ["new", "between", "old"]


def test_a_run_shows_how_far_it_is(store, logs):
    a_run(logs, "a", [3.0, 2.0, 1.0])
    store.refresh()
    run = store.run("a")
    assert (run.format, run.folder, run.last_step, run.last_time) == ("tailboard", str(logs / "a"), 2, BEGAN + 2)
    assert run.facts["loss"].points == 3


def test_a_run_that_is_not_there_is_named_with_what_to_do(store, logs):
    a_run(logs, "a")
    store.refresh()
    for ask in (
        store.run,
        store.status,
        lambda run_id: store.series(run_id, "loss"),
        lambda run_id: store.media(run_id, "x"),
    ):
        with pytest.raises(UnknownRunError, match=r"no run 'b' among the 1 runs.*Pick a run"):
            ask("b")


def test_a_tag_that_a_run_does_not_have_is_empty(store, logs):
    a_run(logs, "a").media(1, tag="text", kind="text", media_type="text/plain", text="hello")
    store.refresh()
    assert len(store.series("a", "no such tag")) == 0
    assert len(store.series("a", "text")) == 0
    assert list(store.media("a", "loss")) == []
    assert [item.text for item in store.media("a", "text")] == ["hello"]


def test_a_series_in_memory_grows_with_its_file(store, logs):
    files = a_run(logs, "a", [3.0])
    store.refresh()
    before = store.series("a", "loss")
    files.log({"loss": 2.0}, 1)
    store.refresh()
    assert values(store, "a") == [3.0, 2.0]
    assert values(store, "a", overlap="all") == [3.0, 2.0]
    assert before.value.tolist() == [3.0]


def test_a_resumed_run_is_loaded_anew_in_both_views(store, logs):
    a_run(logs, "a", [3.0, 2.0])
    store.refresh()
    assert values(store, "a") == values(store, "a", overlap="all") == [3.0, 2.0]
    RunFiles(logs / "a", "host-2-0").resume(1, BEGAN + 9).log({"loss": 1.5}, 1, BEGAN + 9)
    store.refresh()
    assert values(store, "a") == [3.0, 1.5]
    assert values(store, "a", overlap="all") == [3.0, 2.0, 1.5]


def test_the_revision_goes_up_with_every_change_and_only_then(store, logs):
    seen = [store.revision]
    files = a_run(logs, "a")
    for change in (
        lambda: None,
        lambda: files.log({"loss": 1.0}, 9),
        lambda: files.say(notes="new"),
        lambda: files.status("finished"),
        lambda: a_run(logs, "b"),
        lambda: shutil.rmtree(logs / "a"),
    ):
        change()
        store.refresh()
        seen.append(store.revision)
    assert seen == sorted(set(seen))
    store.refresh()
    assert store.revision == seen[-1]


def test_only_what_changed_since_a_revision_is_listed(store, logs):
    a_run(logs, "a")
    files = a_run(logs, "b")
    gone = a_run(logs, "c")
    store.refresh()
    revision = store.revision
    files.log({"loss": 1.0}, 9)
    shutil.rmtree(gone.folder)
    store.refresh()
    changed, vanished = store.changed_since(revision)
    assert ([run.id for run in changed], list(vanished)) == (["b"], ["c"])
    assert store.changed_since(store.revision) == ([], [])
    assert {run.id for run in store.changed_since(store.first_revision)[0]} == {"a", "b"}


def test_a_renamed_run_goes_and_comes_and_keeps_its_slot(store, logs):
    for name, created in (("a", BEGAN), ("b", BEGAN + 1), ("c", BEGAN + 2)):
        a_run(logs, name, created=created)
    store.refresh()
    revision = store.revision
    (logs / "b").rename(logs / "renamed")
    store.refresh()
    assert {run.id: run.slot for run in store.runs()} == {"a": 0, "renamed": 1, "c": 2}
    changed, vanished = store.changed_since(revision)
    assert ([run.id for run in changed], list(vanished)) == (["renamed"], ["b"])


def test_a_run_that_comes_back_is_no_longer_gone(store, logs):
    a_run(logs, "a")
    store.refresh()
    revision = store.revision
    (logs / "a").rename(logs / "away")
    store.refresh()
    (logs / "away").rename(logs / "a")
    store.refresh()
    assert "a" not in store.changed_since(revision)[1]
    assert ids(store) == ["a"]


def test_a_run_deleted_and_logged_again_under_its_name_shows_only_the_new_records(store, logs):
    a_run(logs, "a", [3.0, 2.0])
    store.refresh()
    assert values(store, "a") == [3.0, 2.0]
    shutil.rmtree(logs / "a")
    RunFiles(logs / "a", "host-2-0").log({"loss": 9.0}, 0)
    store.refresh()
    assert values(store, "a") == [9.0]


def test_a_log_root_that_fails_for_a_moment_takes_no_run_off_the_list(store, logs):
    files = a_run(logs, "sweep/a", [3.0])
    store.refresh()
    logs.rename(logs.parent / "away")
    logs.symlink_to(logs)  # "too many levels of symbolic links": there, but it cannot be looked into
    store.refresh()
    store.refresh()
    (problem,) = store.run("sweep/a").problems
    assert (problem.path, problem.count) == (files.folder, 1)
    logs.unlink()
    (logs.parent / "away").rename(logs)
    store.refresh()
    assert not store.run("sweep/a").problems
    files.log({"loss": 2.0}, 1)
    store.refresh()
    assert values(store, "sweep/a") == [3.0, 2.0]


def test_slots_follow_the_creation_and_stay_over_restarts(make_store, logs):
    for name, created in (("b", BEGAN + 1), ("a", BEGAN + 2), ("c", BEGAN)):
        a_run(logs, name, created=created)
    first = make_store()
    first.refresh()
    slots = {run.id: run.slot for run in first.runs()}
    assert slots == {"c": 0, "b": 1, "a": 2}
    first.close()
    a_run(logs, "oldest", created=BEGAN - 100)
    again = make_store()
    again.refresh()
    assert {run.id: run.slot for run in again.runs()} == {**slots, "oldest": 3}


def test_the_slot_of_a_run_that_is_gone_goes_to_the_next_new_one(store, logs):
    for name, created in (("a", BEGAN), ("b", BEGAN + 1)):
        a_run(logs, name, created=created)
    store.refresh()
    shutil.rmtree(logs / "a")
    store.refresh()
    a_run(logs, "c")
    store.refresh()
    assert {run.id: run.slot for run in store.runs()} == {"b": 1, "c": 0}


def test_memory_stays_under_its_bound_and_dropped_series_are_read_again(make_store, logs):
    names = [f"run-{number}" for number in range(8)]
    for name in names:
        a_run(logs, name, [float(step) for step in range(100)])
    store = make_store(memory_bytes=3 * 100 * 24)
    store.refresh()
    for name in names * 2:
        assert values(store, name) == [float(step) for step in range(100)]
        assert store.resident_bytes <= 3 * 100 * 24


def test_records_are_read_without_being_held(store, logs):
    a_run(logs, "a", [3.0, 2.0])
    store.refresh()
    assert store.records("a", ["loss", "no such tag"])["loss"].value.tolist() == [3.0, 2.0]
    assert store.resident_bytes == 0


def test_problems_are_shown_on_the_run(store, logs):
    a_run(logs, "a").append(b"oops\n")
    store.refresh()
    (problem,) = store.run("a").problems
    assert (problem.where, problem.path.name) == ("line 2", "metrics-host-1-0-0.jsonl")


def test_the_status_is_judged_by_the_clock(store, logs):
    a_run(logs, "a").status("failed", exit={"type": "ValueError", "message": "nan"})
    a_run(logs, "b").status("running")
    store.refresh()
    assert (store.status("a").state, store.status("a").detail) == (RunState.FAILED, "ValueError: nan")
    assert store.status("b").state is RunState.RUNNING


def test_a_store_is_ready_once_all_was_looked_at(store, logs):
    assert not store.ready
    store.refresh()
    assert store.ready


def test_sixteen_threads_read_whole_series_while_the_run_grows(store, logs):
    files = a_run(logs, "a", [0.0])
    a_run(logs, "b", [5.0])
    store.refresh()
    wrong, done = [], threading.Event()

    def read():
        longest = 0
        while not done.is_set():
            seen = store.series("a", "loss")
            rows = len(seen.step)
            whole = len(seen.wall_time) == len(seen.value) == rows and np.array_equal(seen.value, np.arange(rows))
            if not whole or rows < longest or values(store, "b") != [5.0]:
                wrong.append(rows)
            longest = rows

    threads = [threading.Thread(target=read) for _ in range(16)]
    for thread in threads:
        thread.start()
    for step in range(1, 200):
        files.log({"loss": float(step)}, step)
        if step == 100:
            files.close()
        store.refresh()
    done.set()
    for thread in threads:
        thread.join()
    assert not wrong
    assert values(store, "a") == [float(step) for step in range(200)]


def test_a_load_of_one_run_does_not_hold_up_another(make_store, logs, tmp_path):
    a_run(logs, "quick")
    slow = RunFiles(logs / "slow").say()
    entered, release = threading.Event(), threading.Event()
    readers = {"tailboard": SlowReader(all_readers()["tailboard"], "slow", entered, release)}
    slow.log({"loss": 1.0}, 0)
    store = Store(Settings(roots=(LogRoot("", logs),), cache_dir=tmp_path / "other cache"), readers)
    store.refresh()
    loading = threading.Thread(target=lambda: store.series("slow", "loss"))
    loading.start()
    assert entered.wait(120)
    try:
        assert values(store, "quick") == [1.0]
        assert store.run("slow").facts["loss"].points == 1
        assert store.status("slow").state is RunState.UNKNOWN
    finally:
        release.set()
        loading.join()
        store.close()


class SlowReader:
    """A reader whose runs of one name take as long to load as the test likes."""

    def __init__(self, reader, name, entered, release):
        self._reader, self._name, self._entered, self._release = reader, name, entered, release
        self.name, self.order, self.find, self.stamps = reader.name, reader.order, reader.find, reader.stamps

    def open(self, path, choices=None):
        log = self._reader.open(path)
        if path.name == self._name:
            load = log.load

            def wait(tags, overlap="latest"):
                self._entered.set()
                assert self._release.wait(120)
                return load(tags, overlap)

            log.load = wait
        return log


def test_a_revision_is_higher_than_any_of_an_earlier_server(make_store):
    first = make_store()
    for _ in range(3):
        first.refresh()
    time.sleep(0.002)
    assert make_store().first_revision > first.first_revision
