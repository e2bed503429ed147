import errno
import logging

import pytest

from app.store import watch as watching
from app.store.watch import Touch, Watch
from tests.unit.store.waiting import until


@pytest.fixture
def watch(tmp_path):
    made = Watch([tmp_path], poll=False)
    yield made
    made.close()


def follow(watch, *folders):
    """Follow these folders from a moment at which nothing is left to tell."""
    watch.follow(folders)
    until(lambda: not watch.wait(0.05), "silence")


def until_touched(watch, folder, expected):
    """Wait until this is told of a folder; what is left to tell of its past may come first."""
    until(lambda: watch.wait(0.1).get(folder) is expected, f"{expected} in {folder}")


def test_a_file_that_grows_touches_its_folder(watch, tmp_path):
    path = tmp_path / "metrics.jsonl"
    path.write_bytes(b"one\n")
    follow(watch, tmp_path)
    with path.open("ab") as file:
        file.write(b"two\n")
    until_touched(watch, tmp_path, Touch.GREW)


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (lambda folder: (folder / "new").write_text("x"), Touch.FILES),
        (lambda folder: (folder / "old").unlink(), Touch.FILES),
        (lambda folder: (folder / "old").rename(folder / "renamed"), Touch.FILES),
        (lambda folder: (folder / "run").mkdir(), Touch.FOLDERS),
        (lambda folder: (folder / "here").rmdir(), Touch.FOLDERS),
        (lambda folder: (folder / "here").rename(folder / "there"), Touch.FOLDERS),
    ],
)
def test_what_comes_and_goes_is_told_apart(watch, tmp_path, change, expected):
    (tmp_path / "old").write_text("x")
    (tmp_path / "here").mkdir()
    follow(watch, tmp_path)
    change(tmp_path)
    until_touched(watch, tmp_path, expected)


def test_reading_a_file_is_no_event(watch, tmp_path):
    path = tmp_path / "metrics.jsonl"
    path.write_bytes(b"one\n")
    follow(watch, tmp_path)
    path.read_bytes()
    list(tmp_path.iterdir())
    assert watch.wait(0.2) == {}


def test_a_folder_that_is_no_longer_followed_is_silent(watch, tmp_path):
    one, two = tmp_path / "one", tmp_path / "two"
    one.mkdir()
    two.mkdir()
    follow(watch, one, two)
    follow(watch, two)
    assert (watch.sees(one), watch.sees(two)) == (False, True)
    (one / "new").write_text("x")
    (two / "new").write_text("x")
    until_touched(watch, two, Touch.FILES)
    assert one not in watch.wait(0.1)


@pytest.mark.parametrize("leave", [lambda folder: folder.rmdir(), lambda folder: folder.rename(folder.parent / "away")])
def test_a_new_folder_in_the_place_of_a_followed_one_is_followed(watch, tmp_path, leave):
    folder = tmp_path / "run"
    folder.mkdir()
    follow(watch, folder)
    leave(folder)
    folder.mkdir()
    until(lambda: watch.wait(0.05) or (tmp_path / "away").exists(), "the end of the old folder")
    follow(watch, folder)
    (folder / "new").write_text("x")
    until_touched(watch, folder, Touch.FILES)


def test_a_folder_counts_as_touched_when_it_is_first_watched_and_not_again(watch, tmp_path):
    watch.follow([tmp_path])
    assert tmp_path in watch.wait(0)
    watch.follow([tmp_path])
    assert watch.wait(0.05) == {}


def test_when_polling_is_asked_for_nothing_is_watched(tmp_path):
    watch = Watch([tmp_path], poll=True)
    watch.follow([tmp_path])
    assert watch.is_blind
    assert not watch.sees(tmp_path)
    watch.close()


def test_only_so_many_folders_are_watched_and_the_first_named_ones_win(watch, tmp_path, monkeypatch):
    monkeypatch.setattr(watching, "MAX_WATCHES", 2)
    folders = [tmp_path / name for name in "abc"]
    for folder in folders:
        folder.mkdir()
    watch.follow(folders)
    assert [watch.sees(folder) for folder in folders] == [True, True, False]
    watch.follow(folders[::-1])
    assert [watch.sees(folder) for folder in folders] == [False, True, True]


def test_watches_used_up_are_said_once_and_the_rest_is_polled(watch, tmp_path, monkeypatch, caplog):
    def refuse(*_args, **_kwargs):
        raise OSError(errno.ENOSPC, "inotify watch limit reached")

    monkeypatch.setattr(watching.Observer, "schedule", refuse)
    with caplog.at_level(logging.WARNING):
        watch.follow([tmp_path, tmp_path.parent])
        watch.follow([tmp_path])
    assert watch.is_blind
    assert len(caplog.records) == 1
    assert "max_user_watches" in caplog.text


def test_a_waiting_thread_can_be_woken(watch):
    watch.wake()
    assert watch.wait(0) == {}
