"""Fixtures for more than one folder of tests."""

import math
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import settings

# A slow machine is no failure. CI tries the same examples each time; new ones are found where people work.
# The same examples in every run; `--hypothesis-profile=explore` looks for new ones.
settings.register_profile("tailboard", deadline=None, derandomize=True)
settings.register_profile("explore", deadline=None)
settings.load_profile("tailboard")

ROOT = Path(__file__).parents[1]
URL = re.compile(r"http://\S+")
READY = re.compile("Ctrl-C stops it")
PATIENCE_S = 120.0


@dataclass
class AppProcess:
    """The app as a process of its own, as a person starts it. What it prints goes to two files."""

    process: subprocess.Popen[bytes]
    output: Path
    errors: Path
    url: str = ""

    def wait_for(self, pattern: re.Pattern[str]) -> str:
        """Return what first matches on its standard output."""
        deadline = time.monotonic() + PATIENCE_S
        while not (found := pattern.search(self.output.read_text())):
            assert self.process.poll() is None, f"ended with {self.process.returncode}: {self.errors.read_text()}"
            assert time.monotonic() < deadline, f"printed only {self.output.read_text()!r} in {PATIENCE_S:g} s"
            time.sleep(0.02)
        return found.group()

    def stop(self, number: signal.Signals = signal.SIGINT) -> tuple[int, str, str]:
        """Signal it and return its exit status and all that it printed, to standard output and error."""
        self.process.send_signal(number)
        self.process.wait(PATIENCE_S)
        return self.process.returncode, self.output.read_text(), self.errors.read_text()


@pytest.fixture(scope="session", autouse=True)
def _own_folders(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """What the app keeps for its user is kept elsewhere: what earlier tests said of a run of this path is not said."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ("XDG_CACHE_HOME", "XDG_STATE_HOME"):
            patch.setenv(name, str(tmp_path_factory.mktemp("home")))
        yield


@pytest.fixture(autouse=True)
def _patient_trainings(monkeypatch: pytest.MonkeyPatch) -> None:
    """On a slow machine a run of this process neither gives up waiting, nor logs the load, which comes by the clock."""
    monkeypatch.setattr("trainer_hooks.start.INIT_TIMEOUT_S", PATIENCE_S)
    monkeypatch.setattr("trainer_hooks.run.FINISH_TIMEOUT_S", PATIENCE_S)
    monkeypatch.setattr("trainer_hooks.writer.SLOW_WRITE_S", PATIENCE_S)
    monkeypatch.setattr("trainer_hooks.load.INTERVAL_S", math.inf)


@pytest.fixture
def start_app(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., AppProcess]]:
    """Starts the app by a command line in a folder of its own, on a free port, and waits for its address."""
    cache = tmp_path_factory.mktemp("cache")
    with ExitStack() as running:

        def start(*words: str, program: Sequence[str] = (sys.executable, "-m", "app"), **environ: str) -> AppProcess:
            environ = {**os.environ, "PYTHONPATH": str(ROOT), "TAILBOARD_CACHE_DIR": str(cache), **environ}
            number = len(list(tmp_path.glob("app-*")))
            output, errors = tmp_path / f"app-{number}.out", tmp_path / f"app-{number}.err"
            with output.open("wb") as out, errors.open("wb") as err:
                command = [*program, *words, "--port", "0"]
                process = subprocess.Popen(command, cwd=tmp_path, env=environ, stdout=out, stderr=err)
            running.callback(process.wait)
            running.callback(process.kill)
            app = AppProcess(process, output, errors)
            app.wait_for(READY)
            app.url = app.wait_for(URL)
            return app

        yield start
