"""Disks that are full, gone, read-only or hang: training goes on, and lines come when the disk does."""

import contextlib
import os
import shutil
import subprocess
import threading

import pytest

import trainer_hooks
from tests.logged import media, python, rows, run_json, statuses, until
from trainer_hooks.appender import Appender, Entry
from trainer_hooks.folder import RunFolder
from trainer_hooks.run import Run

FULL_DISK = """
import resource, signal, sys, time
import trainer_hooks
run = trainer_hooks.init(sys.argv[1])
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
_, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
resource.setrlimit(resource.RLIMIT_FSIZE, (5_000, hard))
for step in range(1_000):
    run.log({"loss": step})
while not run._notices._said:
    time.sleep(0.01)
resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))
run.log({"loss": 1_000})
run.finish()
"""


@pytest.fixture
def small_disk(tmp_path):
    """A file system of 900 KiB."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=900k", "tmpfs", folder], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip("only root may mount a small disk")
    yield folder
    subprocess.run(["umount", "--lazy", folder], check=True)


def test_a_file_that_may_not_grow_is_followed_by_the_next_and_no_row_is_lost(tmp_path):
    done = python(FULL_DISK, tmp_path / "run")
    assert [row["loss"] for row in rows(tmp_path / "run")] == list(range(1_001))
    assert "training goes on" in done.stderr


def test_a_full_disk_keeps_rows_in_memory_until_there_is_room(small_disk, caplog):
    run = trainer_hooks.init(small_disk / "run")
    until(lambda: run_json(run.path).get("environment", {}).get("platform"))
    filler = small_disk / "filler"
    with contextlib.suppress(OSError), filler.open("wb", buffering=0) as file:
        while True:
            file.write(bytes(4096))
    for step in range(5_000):
        run.log({"loss": step})
    until(lambda: "cannot be written" in caplog.text)
    assert run._writer.waiting > 0
    filler.unlink()
    run.log({"loss": 5_000})
    run.finish()
    assert [row["loss"] for row in rows(run.path)] == list(range(5_001))
    assert statuses(run.path)[0]["dropped"] == {}
    assert sum("cannot be written" in message for message in caplog.messages) == 1


def test_a_removed_folder_is_made_again_with_all_rows_since_it_was_last_seen(tmp_path):
    run = trainer_hooks.init(tmp_path / "run", config={"lr": 0.1})
    until(lambda: run_json(run.path).get("environment", {}).get("platform"))
    run.log({"loss": 0})
    until(lambda: run._writer.metrics._seen_bytes)
    until(lambda: shutil.rmtree(run.path, ignore_errors=True) or not run.path.exists())  # its thread may write just now
    for step in range(1, 10):
        run.log({"loss": step})
    run.finish()
    assert [row["loss"] for row in rows(run.path)] == list(range(1, 10))
    assert run_json(run.path)["config"] == {"lr": 0.1}
    assert statuses(run.path)[0]["state"] == "finished"


def test_a_moved_folder_is_followed(tmp_path):
    run = trainer_hooks.init(tmp_path / "run")
    run.log({"loss": 0})
    run.path.rename(tmp_path / "better name")
    run.log({"loss": 1})
    until(lambda: run.path == tmp_path / "better name")
    run.log_text("note", "after the move")
    run.finish()
    assert [row["loss"] for row in rows(tmp_path / "better name")] == [0, 1]
    assert len(media(tmp_path / "better name")) == 1
    assert not (tmp_path / "run").exists()


def test_a_path_that_cannot_be_made_costs_no_exception_and_no_row_once_it_can(tmp_path, caplog):
    (tmp_path / "file").write_text("in the way")
    run = trainer_hooks.init(tmp_path / "file" / "run")
    run.log({"loss": 0})
    run.log_text("note", "kept")
    (tmp_path / "file").unlink()
    run.finish()
    assert [row["loss"] for row in rows(tmp_path / "file" / "run")] == [0]
    assert [item["text"] for item in media(tmp_path / "file" / "run")] == ["kept"]
    assert "cannot be written" in caplog.text


def test_finish_says_what_a_dead_disk_did_not_take(tmp_path, caplog, monkeypatch):
    monkeypatch.setattr("trainer_hooks.run.FINISH_TIMEOUT_S", 0.2)
    (tmp_path / "file").write_text("in the way")
    run = trainer_hooks.init(tmp_path / "file" / "run")
    run.log({"loss": 0})
    run.finish()
    assert "1 lines could not be written" in caplog.text


def test_a_disk_that_hangs_from_the_start_delays_init_only_for_its_time_and_loses_nothing(tmp_path):
    folder = tmp_path / "run"
    folder.mkdir()
    os.mkfifo(folder / "run.json")  # opening it for reading hangs until somebody writes
    facts = {"name": "", "created": 0.0, "argv": [], "environment": {"host": ""}, "config": {}, "tags": [], "notes": ""}
    run = Run(RunFolder(folder, facts, resume=False, join=True), direct=None, timeout_s=0.05)
    for step in range(100):
        run.log({"loss": step})
    assert not rows(folder)
    with (folder / "run.json").open("w") as fifo:
        fifo.write("{}")
    run.finish()
    assert [row["loss"] for row in rows(folder)] == list(range(100))


class Pipe:
    """A file whose writes hang while nobody reads."""

    def __init__(self):
        self.read_end, self.write_end = os.pipe()

    def read_all(self):
        with os.fdopen(self.read_end, "rb") as file:
            return file.read()


def test_an_appender_that_does_not_write_itself_never_waits_for_a_hanging_file():
    pipe = Pipe()
    appender = Appender(
        lambda: pipe.write_end,
        direct=False,
        max_file_bytes=1 << 30,
        max_waiting_bytes=1 << 30,
        wake=lambda: None,
        ended=lambda: None,
    )
    lines = [b"%06d\n" % number for number in range(50_000)]
    for line in lines[:40_000]:
        appender.append(line)
    thread = threading.Thread(daemon=True, target=appender.drain)
    thread.start()
    until(lambda: appender._in_flight)
    for line in lines[40_000:]:
        with appender.lock:
            appender.append(line)
    assert thread.is_alive()
    reader = threading.Thread(daemon=True, target=lambda: setattr(pipe, "content", pipe.read_all()))
    reader.start()
    thread.join()
    appender.close()
    reader.join()
    assert pipe.content == b"".join(lines)


def test_more_than_the_bound_drops_the_oldest_and_counts_them():
    appender = Appender(
        lambda: (_ for _ in ()).throw(OSError("no disk")),
        direct=True,
        max_file_bytes=1 << 30,
        max_waiting_bytes=100,
        wake=lambda: None,
        ended=lambda: None,
    )
    for number in range(30):
        appender.append(b"%09d\n" % number)
    assert (appender.waiting, appender.dropped) == (10, 20)
    assert appender._waiting[0] == Entry(b"%09d\n" % 20)


def test_a_write_that_takes_too_long_is_the_last_one_inside_log(tmp_path, monkeypatch, caplog):
    monkeypatch.setattr("trainer_hooks.writer.SLOW_WRITE_S", 0.0)
    monkeypatch.setattr("trainer_hooks.background.TICK_S", 0.01)
    run = trainer_hooks.init(tmp_path / "run")
    appender, pipe = run._writer.metrics, Pipe()
    run.log({"loss": 0})
    file, appender._descriptor = appender._descriptor, pipe.write_end
    training = threading.Thread(daemon=True, target=lambda: run.log({"text of the size of a pipe" * 10_000: 1}))
    training.start()
    until(lambda: not appender._direct_allowed)
    reader = threading.Thread(daemon=True, target=pipe.read_all)
    reader.start()
    training.join()
    os.close(pipe.write_end)
    reader.join()
    appender._descriptor = file
    run.log({"loss": 1})
    assert not appender._direct
    run.finish()
    assert rows(run.path)[-1]["loss"] == 1
    assert "a thread does it now" in caplog.text
