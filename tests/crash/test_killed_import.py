"""An import is killed at random moments: no half run is ever seen, and started again it goes on to the same end."""

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

from app.commands.conversion.content import content_of
from app.commands.conversion.found import find
from tests.logged import ROOT
from tests.run_files import RunFiles

KILLS = 20
RUNS = ("a", "a/inner", "a/inner/most", "b")
# Prints nothing but the process id of each child, and how it ended; a child is one import.
NURSERY = """
import os, sys
import app.commands.conversion.own, app.commands.conversion.progress
from app.__main__ import all_commands, main
from app.readers.walk import all_readers
all_commands(), all_readers()
out = os.fdopen(os.dup(1), "wb", buffering=0)
os.dup2(2, 1)
for _ in sys.stdin.buffer:
    if pid := os.fork():
        out.write(b"%d\\n" % pid)
        sys.stdin.buffer.readline()  # until then its process id is its own
        out.write(b"%d\\n" % os.waitpid(pid, 0)[1])
    else:
        os._exit(main(["import", sys.argv[1], sys.argv[2]]))
"""


class Nursery:
    """Starts imports without the half second that Python needs to import everything."""

    def __init__(self, source: Path, target: Path) -> None:
        command = [sys.executable, "-c", NURSERY, source, target]
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL}
        self._process = subprocess.Popen(command, cwd=ROOT, **pipes)

    def import_(self, killed_after_s: float | None = None) -> int:
        """Run one import, to its end or until it is killed; return its wait status."""
        self._process.stdin.write(b"\n")
        self._process.stdin.flush()
        pid = int(self._process.stdout.readline())
        if killed_after_s is not None:
            time.sleep(killed_after_s)  # the random moment
            os.kill(pid, signal.SIGKILL)
        self._process.stdin.write(b"\n")
        self._process.stdin.flush()
        return int(self._process.stdout.readline())

    def end(self) -> None:
        self._process.stdin.close()
        self._process.stdout.close()
        self._process.wait()


def grow(source: Path, version: int) -> None:
    """Bring every run to a version: as many records and pictures as its number, and the number in its config."""
    for name in RUNS:
        files = RunFiles(source / name).say(config={"version": version}).log({"loss": 1.0 / version}, version)
        (files.folder / "media" / f"{version:02}").mkdir(parents=True)
        (files.folder / "media" / f"{version:02}" / "x.png").write_bytes(f"{name} {version}".encode())
        files.media(version, tag="picture", kind="image", media_type="image/png", file=f"media/{version:02}/x.png")


def versions(target: Path) -> dict[str, int]:
    """The version of every run that is seen, each checked to be that version and nothing less."""
    found = {}
    for run in find(target).runs:
        log = run.reader.open(run.path)
        while log.poll().behind:
            pass
        found[run.id] = version = log.info.config["version"]
        steps = list(range(1, version + 1))
        loss = log.load(["loss"])["loss"]
        assert (loss.step.tolist(), loss.value.tolist()) == (steps, [1.0 / step for step in steps])
        pictures = [content_of(item).decode() for item in log.media("picture")]
        assert pictures == [f"{run.id} {step}" for step in steps]
        assert not log.problems
    return found


def test_no_half_run_is_seen_and_nothing_is_lost(tmp_path: Path):
    source, target = tmp_path / "logs", tmp_path / "ours"
    nursery, random_moment = Nursery(source, target), random.Random(7)
    try:
        grow(source, 1)
        began = time.monotonic()
        assert nursery.import_() == 0
        whole_s = time.monotonic() - began
        before = versions(target)
        assert before == dict.fromkeys(RUNS, 1)
        for version in range(2, KILLS + 2):
            grow(source, version)
            ended = nursery.import_(random_moment.uniform(0, min(1.2 * whole_s, 0.5)))
            seen = versions(target)
            assert ended in (0, signal.SIGKILL)
            assert ended or seen == dict.fromkeys(RUNS, version)
            assert all(before.get(name, 0) <= number <= version for name, number in seen.items())
            before |= seen
        assert nursery.import_() == 0
    finally:
        nursery.end()
    assert versions(target) == dict.fromkeys(RUNS, KILLS + 1)
    assert not list(target.rglob(".*"))
