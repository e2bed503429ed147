import os
import time

import numpy as np
import pytest

from app.readers.contract import Columns, Stamp
from app.readers.walk import all_readers
from app.settings import LogRoot, Settings
from app.store.discovery import FoundRun
from app.store.memory import Store
from app.store.parsed import ParsedColumns
from tests.run_files import BEGAN, RunFiles

STAMPS = {"log": Stamp(1, 2, 3)}


class Foreign:
    """The reader of our own format in the place of another one, so that its columns are worth keeping."""

    name, order = "foreign", 20

    def __init__(self):
        ours = all_readers()["tailboard"]
        self.find, self.stamps, self._open = ours.find, ours.stamps, ours.open
        self.opened = []

    def open(self, path, choices=None):
        self.opened.append(path.name)
        self._log = self._open(path)
        return self._log

    def forbid_loading(self):
        self._log.load = None


def columns(values):
    steps = np.arange(len(values))
    return Columns(steps, steps + BEGAN, np.array(values, dtype=np.float64))


def run_at(path):
    return FoundRun(path.name, Foreign(), path, (path,), 0.0)


def values(found):
    return {tag: one.value.tolist() for tag, one in found.items()}


@pytest.fixture
def logs(tmp_path):
    folder = tmp_path / "logs"
    files = RunFiles(folder / "a")
    for step in range(3):
        files.log({"loss": 1.0 / (step + 1), "accuracy": 0.5}, step, BEGAN + step)
    rest(files.folder)
    return folder


def rest(folder):
    """Make all files an hour old: what still changes is not kept."""
    for file in folder.iterdir():
        os.utime(file, (time.time() - 3600,) * 2)


@pytest.fixture
def start(tmp_path, logs):
    stores = []

    def started():
        reader = Foreign()
        store = Store(Settings(roots=(LogRoot("", logs),), cache_dir=tmp_path / "cache"), {"foreign": reader})
        store.refresh()
        stores.append(store)
        return store, reader

    yield started
    for store in stores:
        store.close()


def test_a_second_start_has_the_series_without_parsing_them_again(start):
    first, reader = start()
    assert reader.opened == ["a"]
    known = first.series("a", "loss")
    second, reader = start()
    again = second.series("a", "loss")
    assert [again.step.tolist(), again.wall_time.tolist(), again.value.tolist()] == [
        known.step.tolist(),
        known.wall_time.tolist(),
        known.value.tolist(),
    ]
    assert values(second.records("a", ["accuracy", "loss"], "all"))["accuracy"] == [0.5] * 3
    assert reader.opened == []


def test_the_first_look_at_a_series_takes_what_was_parsed_already(start):
    store, reader = start()
    reader.forbid_loading()
    assert store.series("a", "loss").value.tolist() == [1.0, 0.5, 1 / 3]


def test_what_came_since_it_was_kept_is_there_too(start, logs):
    store, _ = start()
    RunFiles(logs / "a").log({"loss": 0.25, "accuracy": 0.5}, 3, BEGAN + 3)
    store.refresh()
    assert store.series("a", "loss").value.tolist() == [1.0, 0.5, 1 / 3, 0.25]


def test_a_log_that_grew_is_parsed_anew_and_kept_again(start, logs):
    start()
    RunFiles(logs / "a").log({"loss": 0.25, "accuracy": 0.5}, 3, BEGAN + 3)
    rest(logs / "a")
    store, reader = start()
    assert reader.opened == ["a"]
    assert store.series("a", "loss").value[-1] == 0.25
    store, reader = start()
    assert store.series("a", "loss").value[-1] == 0.25
    assert reader.opened == []


def test_what_was_thrown_away_is_parsed_again(start, tmp_path):
    start()
    for file in (tmp_path / "cache" / "columns").iterdir():
        file.unlink()
    store, reader = start()
    assert len(store.series("a", "loss")) == 3
    assert reader.opened == ["a"]
    store, reader = start()
    assert len(store.series("a", "loss")) == 3
    assert reader.opened == []


def test_a_log_that_may_still_grow_is_not_kept(start, logs, tmp_path):
    tomorrow = time.time() + 24 * 3600  # it does not come to rest while the test runs
    os.utime(next((logs / "a").iterdir()), (tomorrow, tomorrow))
    start()
    assert not (tmp_path / "cache" / "columns").exists()


def test_pieces_are_put_together_in_order(tmp_path):
    parsed = ParsedColumns(tmp_path / "columns")
    keeping = parsed.begin(run_at(tmp_path / "a"), STAMPS)
    keeping.add({"x": columns([1, 2]), "y": columns([])})
    keeping.add({"x": columns([float("nan"), -3])})
    assert parsed.recall(run_at(tmp_path / "a"), STAMPS, ["x"]) is None
    keeping.finish()
    found = parsed.recall(run_at(tmp_path / "a"), STAMPS, ["x", "y", "z"])
    assert repr(values(found)) == "{'x': [1.0, 2.0, nan, -3.0], 'y': []}"
    assert parsed.recall(run_at(tmp_path / "a"), {"log": Stamp(1, 2, 4)}, ["x"]) is None
    assert parsed.recall(run_at(tmp_path / "b"), STAMPS, ["x"]) is None


@pytest.mark.parametrize(
    "damage", [lambda whole: whole[: len(whole) // 2], lambda _: b"", lambda whole: whole[:-9] + b"\xff" * 9]
)
def test_a_damaged_file_is_as_none(tmp_path, damage):
    parsed = ParsedColumns(tmp_path / "columns")
    keeping = parsed.begin(run_at(tmp_path / "a"), STAMPS)
    keeping.add({"x": columns(range(100))})
    keeping.finish()
    (file,) = (tmp_path / "columns").iterdir()
    file.write_bytes(damage(file.read_bytes()))
    assert parsed.recall(run_at(tmp_path / "a"), STAMPS, ["x"]) is None


def test_the_oldest_go_first_where_there_is_no_more_room(tmp_path):
    parsed = ParsedColumns(tmp_path / "columns", max_bytes=2 * 24 * 100 + 1000)
    for number, name in enumerate("abc"):
        keeping = parsed.begin(run_at(tmp_path / name), STAMPS)
        keeping.add({"x": columns(range(100))})
        keeping.finish()
        for file in (tmp_path / "columns").iterdir():
            if file.stat().st_mtime > 1000:
                os.utime(file, (number, number))
    kept = [name for name in "abc" if parsed.recall(run_at(tmp_path / name), STAMPS, ["x"])]
    assert kept == ["b", "c"]


def test_a_run_given_up_leaves_nothing(tmp_path):
    parsed = ParsedColumns(tmp_path / "columns")
    keeping = parsed.begin(run_at(tmp_path / "a"), STAMPS)
    keeping.add({"x": columns([1])})
    keeping.drop()
    assert list((tmp_path / "columns").iterdir()) == []


def test_a_folder_that_cannot_be_written_costs_the_next_start_time_alone(tmp_path, caplog):
    (tmp_path / "columns").write_text("a file where the folder should be")
    assert ParsedColumns(tmp_path / "columns").begin(run_at(tmp_path / "a"), STAMPS) is None
    assert "parsed again" in caplog.text
