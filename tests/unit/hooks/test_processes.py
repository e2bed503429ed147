"""Threads, forks and many processes in one run: nothing interleaves, nothing is lost."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import trainer_hooks
from tests.logged import PATIENT, ROOT, media, python, rows, statuses


def test_threads_share_a_run(tmp_path):
    with trainer_hooks.init(tmp_path / "run") as run, ThreadPoolExecutor(8) as pool:
        for thread in range(8):
            pool.submit(lambda thread=thread: [run.log({f"t{thread}": n}, step=n) for n in range(500)])
    found = rows(run.path)
    assert [[row[f"t{t}"] for row in found if f"t{t}" in row] for t in range(8)] == [list(range(500))] * 8


def test_eight_processes_share_a_run(tmp_path):
    code = """
import sys, trainer_hooks
with trainer_hooks.init(sys.argv[1], join=True) as run:
    for step in range(500):
        run.log({f"rank{sys.argv[2]}": step}, step=step)
        run.log_text("note", f"{sys.argv[2]} {step}") if step % 100 == 0 else None
"""
    command = [sys.executable, "-c", PATIENT + code, tmp_path / "run"]
    ranks = [subprocess.Popen([*command, str(rank)], cwd=ROOT) for rank in range(8)]
    assert [rank.wait() for rank in ranks] == [0] * 8
    found = rows(tmp_path / "run")
    assert [[row[f"rank{r}"] for row in found if f"rank{r}" in row] for r in range(8)] == [list(range(500))] * 8
    assert len(media(tmp_path / "run")) == 40
    assert [status["state"] for status in statuses(tmp_path / "run")] == ["finished"] * 8


FORKED = """
import os, sys, trainer_hooks
run = trainer_hooks.init(sys.argv[1])
run.log({"parent": 0}, step=0)
children = []
for number in range(4):
    pid = os.fork()
    if pid == 0:
        if number:
            for step in range(100):
                run.log({f"child{number}": step}, step=step)
            run.finish()
        os._exit(0)
    children.append(pid)
for step in range(1, 100):
    run.log({"parent": step}, step=step)
for pid in children:
    assert os.waitpid(pid, 0)[1] == 0
run.finish()
"""


def test_a_forked_child_that_logs_gets_files_of_its_own_and_one_that_does_not_writes_none(tmp_path):
    python(FORKED, tmp_path / "run")
    found = rows(tmp_path / "run")
    for name in ("parent", "child1", "child2", "child3"):
        assert [row[name] for row in found if name in row] == list(range(100))
    assert [status["state"] for status in statuses(tmp_path / "run")] == ["finished"] * 4
    assert len(list(tmp_path.glob("run/metrics-*"))) == 4


def test_a_fork_while_other_threads_log_does_not_hang_the_child(tmp_path):
    code = """
import os, sys, threading, trainer_hooks
run = trainer_hooks.init(sys.argv[1])
stop = threading.Event()
def work():
    while not stop.is_set():
        run.log({"thread": 1})
threads = [threading.Thread(target=work) for _ in range(3)]
for thread in threads: thread.start()
for number in range(30):
    pid = os.fork()
    if pid == 0:
        run.log({"child": number})
        run.finish()
        os._exit(0)
    assert os.waitpid(pid, 0)[1] == 0
stop.set()
for thread in threads: thread.join()
run.finish()
"""
    python(code, tmp_path / "run")
    assert sorted(row["child"] for row in rows(tmp_path / "run") if "child" in row) == list(range(30))


def test_what_waits_in_memory_when_a_process_forks_is_written_once_by_the_parent(tmp_path):
    code = """
import os, sys, trainer_hooks
run = trainer_hooks.init(sys.argv[1])
run._writer.metrics.stop_direct()
for step in range(100):
    run.log({"parent": step})
pid = os.fork()
if pid == 0:
    run.log({"child": 1})
    run.finish()
    os._exit(0)
os.waitpid(pid, 0)
run.finish()
"""
    python(code, tmp_path / "run", env=None)
    found = rows(tmp_path / "run")
    assert [row["parent"] for row in found if "parent" in row] == list(range(100))
    assert sum("child" in row for row in found) == 1


def test_children_of_multiprocessing_end_finished_or_failed(tmp_path):
    code = """
import multiprocessing, sys, trainer_hooks
def work(run, number):
    run.log({f"child{number}": 1})
    if number == 1:
        raise ValueError("too much")
if __name__ == "__main__":
    run = trainer_hooks.init(sys.argv[1])
    context = multiprocessing.get_context("fork")
    children = [context.Process(target=work, args=(run, number)) for number in range(2)]
    for child in children: child.start()
    for child in children: child.join()
"""
    python(code, tmp_path / "run")
    assert sorted(status["state"] for status in statuses(tmp_path / "run")) == ["failed", "finished", "finished"]
