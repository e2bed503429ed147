"""A training is killed while a thread encodes: what is listed is whole, and no small item is missing."""

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
from PIL import Image

from tests.logged import PATIENT, ROOT, media, until

TRAINING = """
import os, sys
import numpy as np
import trainer_hooks
done = os.fdopen(1, "wb", buffering=0)
for line in sys.stdin.buffer:
    if pid := os.fork():
        done.write(b"%d\\n" % pid)
        os.waitpid(pid, 0)
        done.write(b"dead\\n")
        continue
    run = trainer_hooks.init(sys.argv[1] + "/" + line.decode().strip())
    large = np.zeros((200, 200, 3), np.uint8)
    step = 0
    while True:
        large[:] = step % 256
        run.log_image("large", large, step=step)
        run.log_text("small", str(step), step=step)
        done.write(b"%d\\n" % step)
        step += 1
"""


def test_a_killed_training_leaves_whole_items_in_order_and_all_small_ones(tmp_path):
    delays = random.Random(0)
    with subprocess.Popen(
        [sys.executable, "-c", PATIENT + TRAINING, tmp_path], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as nursery:
        last = [_kill_one(nursery, tmp_path / f"run-{kill}", delays.uniform(0, 0.1)) for kill in range(6)]
        nursery.stdin.close()
    found = [_check(tmp_path / f"run-{kill}", step) for kill, step in enumerate(last)]
    assert sum(found)


def _kill_one(nursery: subprocess.Popen[bytes], folder: Path, delay_s: float) -> int:
    """Kill a training a moment after its first large image is stored; return the step that it came to."""
    nursery.stdin.write(f"{folder.name}\n".encode())
    nursery.stdin.flush()
    pid = int(nursery.stdout.readline())
    until(lambda: any(folder.glob("media/*/*.png")))
    time.sleep(delay_s)  # the random moment
    os.kill(pid, signal.SIGKILL)
    return max((int(line) for line in iter(nursery.stdout.readline, b"dead\n")), default=-1)


def _check(folder: Path, last: int) -> int:
    """Return how many large images are listed."""
    items = media(folder)
    small = [item["_step"] for item in items if item["tag"] == "small"]
    assert small[: last + 1] == list(range(last + 1))
    large = [item for item in items if item["tag"] == "large"]
    assert [item["_step"] for item in large] == list(range(len(large)))
    for item in large:
        assert (np.asarray(Image.open(folder / item["file"])) == item["_step"] % 256).all()
    return len(large)
