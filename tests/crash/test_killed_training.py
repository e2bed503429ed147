"""A training is killed at random moments: what log() returned for is there, once and whole."""

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.logged import PATIENT, ROOT, rows, until

# Prints nothing but the process ids of its children; each child logs and says through a pipe what log() returned for.
NURSERY = """
import os, sys
import trainer_hooks, trainer_hooks.writer
for module in sys.argv[2].split():
    __import__(module)
trainer_hooks.writer.SEGMENT_BYTES = 4_000
done = os.fdopen(1, "wb", buffering=0)
for line in sys.stdin.buffer:
    if pid := os.fork():
        done.write(b"%d\\n" % pid)
        os.waitpid(pid, 0)
        done.write(b"dead\\n")
        continue
    run = trainer_hooks.init(sys.argv[1] + "/" + line.decode().strip())
    step = 0
    while True:
        run.log({"train/loss": 1 / (step + 1), "square": step * step}, step=step)
        done.write(b"%d\\n" % step)
        step += 1
"""


@pytest.mark.parametrize(
    ("kills", "sign", "modules"),
    [(160, "metrics-*", ""), (40, "*.parquet", "orjson numpy pyarrow.parquet trainer_hooks.parquet")],
    ids=["while lines are written", "while segments are closed"],
)
def test_no_row_is_lost_doubled_or_torn(tmp_path, kills, sign, modules):
    delays = random.Random(kills)
    with subprocess.Popen(
        [sys.executable, "-c", PATIENT + NURSERY, tmp_path, modules],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as nursery:
        logged = []
        for kill in range(kills):
            folder = tmp_path / f"run-{kill}"
            waits_for = sign if kill % 4 else "."  # every fourth dies while it begins, the next perhaps before it logs
            logged.append(_kill_one(nursery, folder, waits_for, kill % 4 > 1, delays.uniform(0, 0.04)))
        nursery.stdin.close()
    assert sum(step >= 0 for step in logged) >= kills // 2
    for kill, last in enumerate(logged):
        _check(tmp_path / f"run-{kill}", last)


def _kill_one(nursery: subprocess.Popen[bytes], folder: Path, waits_for: str, logs_first: bool, delay_s: float) -> int:
    """Start a training and kill it a moment after a file is there, and a step if wished.

    Returns:
        The last step that log() returned for, -1 for none.
    """
    nursery.stdin.write(f"{folder.name}\n".encode())
    nursery.stdin.flush()
    pid = int(nursery.stdout.readline())
    until(lambda: waits_for == "." or any(folder.glob(waits_for)))
    last = int(nursery.stdout.readline()) if logs_first else -1
    time.sleep(delay_s)  # the random moment
    os.kill(pid, signal.SIGKILL)
    for line in iter(nursery.stdout.readline, b"dead\n"):
        last = int(line)
    return last


def _check(folder: Path, last: int) -> None:
    found = rows(folder)
    steps = [row["_step"] for row in found]
    assert steps == list(range(len(steps)))
    assert len(steps) in (last + 1, last + 2), f"log() returned up to step {last}, {len(steps)} rows are there"
    assert all(row["square"] == row["_step"] ** 2 and "train/loss" in row for row in found)
