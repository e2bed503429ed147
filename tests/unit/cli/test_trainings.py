import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from app.commands.trainings import Training, Trainings, last_line

DEADLINE_S = 120


def wait_until(condition):
    deadline = time.monotonic() + DEADLINE_S
    while not condition():
        assert time.monotonic() < deadline, f"still not so after {DEADLINE_S} s"
        time.sleep(0.02)


def training(folder: Path, name: str, code: str) -> Training:
    return Training(name, [sys.executable, "-c", code, str(folder), name], folder / "output" / f"{name}.log")


# Each says that it is there by a file with its pid, and by another that it is done.
MARK = "import os, pathlib, sys; folder, name = pathlib.Path(sys.argv[1]), sys.argv[2]; "
WORK = MARK + "(folder / f'{name}.begun').write_text(str(os.getpid())); (folder / f'{name}.done').touch()"
HANG = (
    "import subprocess, sys, time; child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)']); "
    + MARK
    + "part = folder / f'{name}.part'; part.write_text(f'{os.getpid()} {child.pid}'); part.rename(folder / name); "
)


def gone(pid: int) -> bool:
    """A process that has ended; one that its parent has not waited for yet counts."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except FileNotFoundError:
        return True


def test_trainings_run_in_order_a_few_at_a_time(tmp_path: Path):
    names = ["a", "b", "c", "d"]
    with Trainings([training(tmp_path, name, WORK) for name in names], at_once=1, environ=os.environ):
        wait_until((tmp_path / "d.done").exists)
    begun = [(tmp_path / f"{name}.begun").stat().st_mtime_ns for name in names]
    done = [(tmp_path / f"{name}.done").stat().st_mtime_ns for name in names]
    assert all(end <= begin for end, begin in zip(done, begun[1:], strict=False))


@pytest.mark.parametrize(
    "then",
    [
        pytest.param("time.sleep(600)", id="one that ends when asked"),
        pytest.param(
            "import signal; signal.signal(signal.SIGINT, signal.SIG_IGN); time.sleep(600)", id="one that will not"
        ),
    ],
)
def test_leaving_ends_every_process_and_what_it_started(tmp_path: Path, then: str):
    waiting = [training(tmp_path, name, HANG + then) for name in ("a", "b", "never")]
    with Trainings(waiting, at_once=2, environ=os.environ):
        wait_until(lambda: (tmp_path / "a").exists() and (tmp_path / "b").exists())
    pids = [int(pid) for name in "ab" for pid in (tmp_path / name).read_text().split()]
    wait_until(lambda: all(map(gone, pids)))
    assert len(pids) == 4
    assert not (tmp_path / "never").exists()


def test_trainings_give_way_to_the_app(tmp_path: Path):
    with Trainings([training(tmp_path, "a", HANG + "time.sleep(600)")], at_once=1, environ=os.environ):
        wait_until((tmp_path / "a").exists)
        pid = int((tmp_path / "a").read_text().split()[0])
        assert os.getpriority(os.PRIO_PROCESS, pid) > os.getpriority(os.PRIO_PROCESS, 0)


def test_a_training_that_fails_is_told_with_its_last_words(tmp_path: Path, capfd: pytest.CaptureFixture[str]):
    failing = training(tmp_path, "a", "raise FloatingPointError('loss is nan')")
    with Trainings([failing], at_once=1, environ=os.environ) as trainings:
        trainings._thread.join(DEADLINE_S)
    output, errors = capfd.readouterr()
    assert f"ended    a: FloatingPointError: loss is nan (see {failing.output})" in errors
    assert "All trainings have ended; the app goes on until Ctrl-C." in output


def test_a_process_without_a_word_is_told_as_such(tmp_path: Path):
    (tmp_path / "a.log").touch()
    assert last_line(tmp_path / "a.log").startswith("ended without a word")


def test_ctrl_c_in_the_terminal_does_not_reach_the_trainings_themselves(tmp_path: Path):
    with Trainings([training(tmp_path, "a", HANG + "time.sleep(600)")], at_once=1, environ=os.environ):
        wait_until((tmp_path / "a").exists)
        pid = int((tmp_path / "a").read_text().split()[0])
        assert os.getsid(pid) != os.getsid(0)


def test_the_example_of_the_demo_is_found_from_any_folder(tmp_path: Path):
    root = Path(__file__).parents[3]
    code = "from app.commands.demo import find_example; print(find_example('train_digits.py'))"
    environ = {**os.environ, "PYTHONPATH": str(root)}
    found = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, env=environ, capture_output=True, text=True, check=True
    )
    assert found.stdout.strip() == str(root / "examples" / "train_digits.py")
