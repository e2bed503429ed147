import os
import socket
import subprocess
import time

import pytest

from app.readers.contract import RunState
from app.readers.tailboard import TailboardReader
from tests.run_files import RunFiles

NOW = 0.0


@pytest.fixture(autouse=True)
def _now():
    """The moment at which a test begins: the files that it writes are as new."""
    global NOW
    NOW = time.time()


@pytest.fixture
def files(tmp_path):
    return RunFiles(tmp_path / "run").say()


def opened(files):
    log = TailboardReader().open(files.folder)
    log.poll()
    return log


def date_back(files, seconds, writer="host-1-0"):
    """Let a status file look as if it had been written so long before the test began."""
    os.utime(files.folder / f"status-{writer}.json", (NOW - seconds,) * 2)


def heard(files, **members):
    """Open a run whose writer was heard of last when the test began."""
    files.status(heartbeat=NOW, **members)
    date_back(files, 0)
    return opened(files)


def test_a_run_without_a_status_file_is_unknown(files):
    assert opened(files).status(NOW).state is RunState.UNKNOWN


def test_a_run_with_a_fresh_heartbeat_is_running(files):
    status = heard(files, progress={"done": 30, "total": 120}).status(NOW)
    assert (status.state, status.progress) == (RunState.RUNNING, 0.25)


def test_a_run_whose_heartbeat_stopped_has_crashed(files):
    log = heard(files, heartbeat_interval_s=5.0)
    assert log.status(NOW + 14).state is RunState.RUNNING
    crashed = log.status(NOW + 16)
    assert crashed.state is RunState.CRASHED
    assert "16 s" in crashed.detail


def test_a_short_interval_still_allows_ten_seconds_of_silence(files):
    log = heard(files, heartbeat_interval_s=0.5)
    assert log.status(NOW + 9).state is RunState.RUNNING
    assert log.status(NOW + 11).state is RunState.CRASHED


def test_a_clock_that_is_slow_on_the_training_host_does_not_look_like_a_crash(files):
    files.status(heartbeat=NOW - 3600)
    assert opened(files).status(NOW).state is RunState.RUNNING


def test_a_clock_that_is_fast_on_the_training_host_does_not_hide_a_crash(files):
    files.status(heartbeat=NOW + 3600)
    os.utime(files.folder / "status-host-1-0.json", (NOW + 3600,) * 2)
    assert opened(files).status(time.time() + 30).state is RunState.CRASHED


def test_an_old_status_file_means_a_crash_at_first_sight(files):
    files.status(heartbeat=NOW - 500)
    date_back(files, 500)
    assert opened(files).status(time.time()).state is RunState.CRASHED


def test_a_status_file_that_changes_is_a_sign_of_life_whatever_the_clocks_say(files):
    files.status(heartbeat=NOW - 500)
    date_back(files, 500)
    log = opened(files)
    files.status(heartbeat=NOW - 498)
    date_back(files, 498)
    log.poll()
    assert log.status(NOW).state is RunState.RUNNING


def test_a_dead_process_of_this_host_has_crashed_before_three_heartbeats_are_missing(files):
    child = subprocess.Popen(["/bin/true"])
    child.wait()
    files.status(host=socket.gethostname(), pid=child.pid, heartbeat_interval_s=2.0)
    assert opened(files).status(time.time() + 4).state is RunState.CRASHED
    log = heard(files, host=socket.gethostname(), pid=os.getpid(), heartbeat_interval_s=2.0)
    assert log.status(NOW + 4).state is RunState.RUNNING


def test_a_run_that_logs_nothing_for_ten_times_its_rhythm_has_stalled(files):
    files.status(last_log=NOW - 330, log_interval_s=20.0, heartbeat=NOW)
    stalled = opened(files).status(NOW)
    assert stalled.state is RunState.STALLED
    assert "5 min" in stalled.detail
    files.status(last_log=NOW - 330, log_interval_s=100.0, heartbeat=NOW)
    assert opened(files).status(NOW).state is RunState.RUNNING


def test_a_quick_rhythm_still_allows_a_minute_of_silence(files):
    files.status(last_log=NOW - 50, log_interval_s=0.01, heartbeat=NOW)
    assert opened(files).status(NOW).state is RunState.RUNNING


def test_a_failed_run_names_its_exception(files):
    files.status("failed", exit={"type": "ValueError", "message": "no such layer", "traceback": "..."})
    status = opened(files).status(NOW)
    assert (status.state, status.detail) == (RunState.FAILED, "ValueError: no such layer")


def test_a_finished_run_stays_finished(files):
    files.status("finished", dropped={"disk full": 2, "refused": 1})
    status = opened(files).status(NOW + 1e6)
    assert (status.state, status.dropped) == (RunState.FINISHED, 3)


@pytest.mark.parametrize(
    ("states", "expected"),
    [
        (["finished", "finished"], RunState.FINISHED),
        (["finished", "failed"], RunState.FAILED),
        (["failed", "running"], RunState.RUNNING),
        (["finished", "running"], RunState.RUNNING),
    ],
)
def test_several_writers_make_one_state(files, states, expected):
    for rank, state in enumerate(states):
        RunFiles(files.folder, f"host-{rank}-0").status(state, last_log=NOW)
    assert opened(files).status(NOW).state is expected


def test_a_running_job_says_which_share_of_its_writers_failed(files):
    files.status("running", last_log=NOW)
    RunFiles(files.folder, "host-2-0").status("failed", exit={"type": "OSError", "message": "gone"})
    assert "1 of 2 writers failed: OSError: gone" in opened(files).status(NOW).detail


def test_a_rank_that_never_logs_does_not_hide_that_the_one_that_does_has_stalled(files):
    files.status(last_log=NOW - 900, log_interval_s=1.0)
    RunFiles(files.folder, "host-2-0").status()
    assert opened(files).status(NOW).state is RunState.STALLED


def test_a_writer_that_crashed_before_the_run_was_resumed_counts_no_more(files):
    files.log({"loss": 1.0}, 0, NOW - 600).status("running", heartbeat=NOW - 500)
    date_back(files, 500)
    again = RunFiles(files.folder, "host-2-0").resume(0, NOW - 400).log({"loss": 1.0}, 0, NOW - 400)
    again.status("finished", heartbeat=NOW - 100)
    assert opened(files).status(NOW).state is RunState.FINISHED


@pytest.mark.parametrize(
    ("started", "last_step", "expected"),
    [(-50.0, 20, RunState.FINISHED), (-50.0, 10, RunState.CRASHED), (-100.0, 20, RunState.CRASHED)],
    ids=["it went on", "it only looked again", "it ran beside it"],
)
def test_a_writer_that_crashed_before_another_went_on_in_its_folder_counts_no_more(files, started, last_step, expected):
    files.status(heartbeat=NOW - 60, started=NOW - 200, last_step=10)
    date_back(files, 60)
    other = RunFiles(files.folder, writer="host-2-0")
    other.status("finished", heartbeat=NOW - 1, started=NOW + started, last_step=last_step)
    assert opened(files).status(NOW).state is expected


@pytest.mark.parametrize(
    "content", ["", "[]", '{"state": 3, "heartbeat": "x", "progress": [], "dropped": 7, "pid": "a"}']
)
def test_a_damaged_status_file_raises_nothing(files, content):
    (files.folder / "status-host-1-0.json").write_text(content)
    assert opened(files).status(time.time()).state in set(RunState)


def asked(files, reason="", *, seen=True):
    """Make the file that asks a training to end; return what its writer says of it."""
    (files.folder / "STOP").write_text(reason)
    return {"time": NOW - 3, "reason": reason, "seen": seen}


def test_a_request_to_stop_shows_at_once_and_then_that_the_training_knows(files):
    (files.folder / "STOP").touch()
    os.utime(files.folder / "STOP", (NOW - 1, NOW - 1))
    status = heard(files).status(NOW)
    assert (status.stop_time, status.stop_seen) == (pytest.approx(NOW - 1), False)
    status = heard(files, stop_requested=asked(files, "why")).status(NOW)
    assert (status.stop_time, status.stop_reason, status.stop_seen) == (NOW - 3, "why", True)


def test_a_request_that_was_taken_back_is_gone_at_once(files):
    status = heard(files, stop_requested={"time": NOW, "reason": "", "seen": False}).status(NOW)
    assert status.stop_time is None


def test_a_run_that_ended_was_stopped_only_where_it_knew(files):
    knew = heard(files, state="finished", stop_requested=asked(files, "enough")).status(NOW)
    assert (knew.state, knew.detail, knew.stop_seen) == (RunState.FINISHED, "stopped on request: enough", True)
    did_not = heard(files, state="finished", stop_requested=asked(files, seen=False)).status(NOW)
    assert (did_not.detail, did_not.stop_time) == ("", None)


def test_the_time_left_is_that_of_a_run_that_goes_on(files):
    assert heard(files, left_s=12.5).status(NOW).left_s == 12.5
    assert heard(files, state="failed", left_s=12.5).status(NOW).left_s is None
