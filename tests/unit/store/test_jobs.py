"""Maps of embeddings as jobs: real processes in a real folder."""

import os
import signal
import subprocess
import sys

import numpy as np
import pytest

from app.store.jobs import MOST_JOBS, Jobs, JobsFullError
from tests.logged import ROOT, until

MODULE = "app.store.map_job"
VECTORS = np.random.default_rng(0).normal(size=(60, 8)).astype(np.float32)
SHORT = {"method": "tsne", "parameters": {"iterations": 50, "perplexity": 5}}
LONG = {"method": "tsne", "parameters": {"iterations": 5000, "dims": 3, "perplexity": 19}}
MANY = np.random.default_rng(0).normal(size=(3000, 8)).astype(np.float32)  # minutes, if nobody ended it


@pytest.fixture
def jobs(tmp_path):
    jobs = Jobs(tmp_path / "maps", MODULE)
    yield jobs
    for folder in (tmp_path / "maps").glob("*/"):
        jobs.cancel(folder.name)


def process_of(tmp_path, key):
    return int((tmp_path / "maps" / key / "lock").read_text())


def is_alive(process):
    """A process that its parent has not asked after yet is dead, too."""
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True


def test_a_map_is_computed_once_and_outlives_its_server(jobs, tmp_path):
    assert jobs.state("a").state == "none"
    jobs.begin("a", SHORT, VECTORS)
    until(lambda: jobs.state("a").state not in ("waiting", "running"))
    state = jobs.state("a")
    assert (state.state, state.done, state.words) == ("done", 1.0, "")
    found = jobs.array("a")
    assert found.shape == (60, 2)
    assert np.isfinite(found).all()
    later = Jobs(tmp_path / "maps", MODULE)
    assert later.begin("a", SHORT, VECTORS).state == "done"
    assert later.array("a").tolist() == found.tolist()
    assert not (tmp_path / "maps" / "a" / "input.npy").exists()


def test_who_asks_the_same_joins_and_who_cancels_ends_the_process(jobs, tmp_path):
    assert jobs.begin("a", LONG, MANY).state in ("waiting", "running")
    process = process_of(tmp_path, "a")
    other = Jobs(tmp_path / "maps", MODULE)
    assert other.begin("a", LONG, MANY).state in ("waiting", "running")
    assert process_of(tmp_path, "a") == process
    assert other.cancel("a")
    until(lambda: not is_alive(process))
    until(lambda: not (tmp_path / "maps" / "a").exists())
    assert jobs.state("a").state == other.state("a").state == "none"
    assert not jobs.cancel("a")


def test_one_map_is_computed_at_a_time_and_tells_how_far_it_is(jobs):
    jobs.begin("first", LONG, MANY)
    until(lambda: jobs.state("first").pictures)
    jobs.begin("second", SHORT, VECTORS)
    state = jobs.state("first")
    assert state.state == "running"
    assert 0 < state.done < 1
    assert "iteration" in state.words
    assert jobs.array("first").shape == (3000, 3)
    assert jobs.state("second").state == "waiting"
    jobs.cancel("first")
    until(lambda: jobs.state("second").state == "done")


def test_too_many_are_refused(jobs):
    for number in range(MOST_JOBS):
        jobs.begin(f"job{number}", LONG, MANY)
    with pytest.raises(JobsFullError, match=f"{MOST_JOBS} jobs are under way"):
        jobs.begin("more", LONG, MANY)
    assert jobs.begin("job0", LONG, MANY).state in ("waiting", "running")


def test_a_map_ends_with_its_server(tmp_path):
    code = f"""
import sys, time
import numpy as np
from pathlib import Path
from app.store.jobs import Jobs
Jobs(Path(sys.argv[1]), {MODULE!r}).begin("a", {LONG!r}, np.random.default_rng(0).normal(size=(3000, 8)).astype("f4"))
print("begun", flush=True)
time.sleep(600)
"""
    server = subprocess.Popen(
        [sys.executable, "-c", code, str(tmp_path / "maps")], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    assert server.stdout.readline() == "begun\n"
    jobs = Jobs(tmp_path / "maps", MODULE)
    until(lambda: jobs.state("a").state == "running")
    server.send_signal(signal.SIGKILL)
    server.wait()
    server.stdout.close()
    until(lambda: jobs.state("a").state == "none")
    until(lambda: not (tmp_path / "maps" / "a" / "input.npy").exists())


def test_one_that_fails_says_why_and_may_be_tried_again(jobs):
    jobs.begin("a", SHORT, VECTORS[:3])
    until(lambda: jobs.state("a").state == "failed")
    assert jobs.state("a").words == "There are 3 points, and a map needs 5 at least."
    assert jobs.array("a") is None
    until(lambda: jobs.begin("a", SHORT, VECTORS).state != "failed")
    until(lambda: jobs.state("a").state == "done")


def test_umap_is_computed_too(jobs):
    jobs.begin("a", {"method": "umap", "parameters": {"iterations": 50, "dims": 3}}, VECTORS)
    until(lambda: jobs.state("a").state not in ("waiting", "running"))
    assert jobs.state("a").words == ""
    assert jobs.array("a").shape == (60, 3)
