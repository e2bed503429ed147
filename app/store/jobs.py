"""Work in processes of their own, that is shared, told of, cancelled, and remembered: all of it as files.

A job is a folder named by a hash of its question, so whoever asks the same, of whichever server process, joins it.

| File | Holds |
| --- | --- |
| `lock` | locked for as long as the job's process lives; in it the process id |
| `question.json`, `input.npy` | what to do; the array goes when it was read |
| `state.json` | how far it is; replaced as a whole |
| `partial.npy`, `result.npy` | the answer so far, and the answer |
| `cancelled` | that somebody does not want it any more |

A job's process ends with the server that began it: its standard input is a pipe that the server alone holds open. What
lies there without a process and without a result is removed.
"""

import fcntl
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import orjson

import app

MOST_JOBS = 8  # under way or waiting
MOST_BYTES = 256 << 20  # of results that are kept

_PATIENCE_S = 5.0
_Array = npt.NDArray[np.float32]


class JobsFullError(RuntimeError):
    """So many jobs are under way that no other one is begun."""


@dataclass(frozen=True, slots=True)
class JobState:
    """How far a job is.

    Attributes:
        state: "none" where nobody asked for it, or it was cancelled.
        done: share that is done, in [0, 1].
        words: what is done now, or why it failed.
        taken_s: seconds from its begin, queue left out, to its end.
        pictures: how often the answer so far was replaced.
    """

    state: Literal["none", "waiting", "running", "done", "failed"] = "none"
    done: float = 0.0
    words: str = ""
    taken_s: float = 0.0
    pictures: int = 0


NONE = JobState()


class Jobs:
    """The jobs of one folder.

    Args:
        folder: of this user alone; made when the first job begins.
        module: what a job's process runs, with the job's folder as its argument.
    """

    def __init__(self, folder: Path, module: str) -> None:
        self._folder = folder.absolute()
        self._module = module

    def state(self, key: str) -> JobState:
        """Return how far a job is."""
        folder = self._folder / key
        state = read_state(folder)
        if state.state in ("waiting", "running") and not _is_held(folder):
            state = read_state(folder)  # it may have ended in between
            return state if state.state in ("done", "failed") else NONE
        return state

    def begin(self, key: str, question: Mapping[str, Any], array: _Array) -> JobState:
        """Begin a job, or join it where it is under way or done.

        Raises:
            JobsFullError: there are too many.
            OSError: its folder cannot be written.
        """
        if (state := self.state(key)).state in ("waiting", "running", "done"):
            return state
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        if sum(1 for folder in self._folders() if _is_held(folder)) >= MOST_JOBS:
            raise JobsFullError(f"{MOST_JOBS} jobs are under way or wait; cancel one, or ask again when one is done.")
        folder = self._folder / key
        folder.mkdir(exist_ok=True)
        with _held(folder) as lock:
            if lock is not None:
                self._start(folder, lock, question, array)
        return self.state(key)

    def _start(self, folder: Path, lock: int, question: Mapping[str, Any], array: _Array) -> None:
        for name in ("cancelled", "partial.npy"):
            (folder / name).unlink(missing_ok=True)
        os.ftruncate(lock, 0)
        write_array(folder / "input.npy", array)
        _replace(folder / "question.json", orjson.dumps(dict(question)))
        write_state(folder, JobState("waiting", words="waiting for its turn"))
        path = os.pathsep.join(filter(None, (str(Path(app.__file__).parents[1]), os.environ.get("PYTHONPATH"))))
        process = subprocess.Popen(
            [sys.executable, "-m", self._module, str(folder)],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd=folder,
            # Passive: threads that wait for others must not take the cores of a training beside them.
            env={**os.environ, "PYTHONPATH": path, "PYTHONSAFEPATH": "1", "OMP_WAIT_POLICY": "passive"},
            pass_fds=(lock,),
            start_new_session=True,  # Ctrl-C reaches the server alone, and the job ends and clears up after it
        )
        os.pwrite(lock, str(process.pid).encode(), 0)
        threading.Thread(target=self._wait, args=(process, folder), name="job", daemon=True).start()

    def _wait(self, process: "subprocess.Popen[bytes]", folder: Path) -> None:
        """Wait for the end of a job's process, and clear up what it could not."""
        code = process.wait()
        if process.stdin:
            process.stdin.close()
        with _held(folder) as lock:
            if lock is None:
                return  # it was begun anew
            state = read_state(folder)
            if (folder / "cancelled").exists():
                shutil.rmtree(folder, ignore_errors=True)
            elif state.state in ("waiting", "running"):
                words = f"Its process ended with {code}" + (", perhaps for want of memory." if code == -9 else ".")
                write_state(folder, replace(state, state="failed", words=words))
        self._sweep()

    def cancel(self, key: str) -> bool:
        """End a job at once, whichever server began it; tell whether it was under way."""
        folder = self._folder / key
        if self.state(key).state not in ("waiting", "running"):
            return False  # what is done stays, also while its process has not ended yet
        deadline = time.monotonic() + _PATIENCE_S
        with suppress(FileNotFoundError):  # it ended in between
            (folder / "cancelled").touch()
            while _is_held(folder) and time.monotonic() < deadline:
                # While the lock is held by another one, the id in it is that of a living process.
                if pid := int((folder / "lock").read_bytes() or 0):
                    with suppress(ProcessLookupError):
                        os.kill(pid, signal.SIGKILL)
                time.sleep(0.01)
            with _held(folder) as lock:
                if lock is not None:
                    shutil.rmtree(folder, ignore_errors=True)
        return True

    def array(self, key: str) -> _Array | None:
        """Return the answer, or as far as it is; None where there is none yet."""
        for name in ("result.npy", "partial.npy"):
            with suppress(OSError, ValueError):
                path = self._folder / key / name
                found: _Array = np.load(path, allow_pickle=False)
                os.utime(path.parent)
                return found
        return None

    def _folders(self) -> list[Path]:
        with suppress(FileNotFoundError):
            return [path for path in self._folder.iterdir() if path.is_dir()]
        return []

    def _sweep(self) -> None:
        """Remove what ended without a result, and the results that were not looked at for longest."""
        kept_bytes = 0
        for folder in sorted(self._folders(), key=_looked_at, reverse=True):
            kept_bytes += sum(_size(path) for path in folder.glob("*.npy"))
            if kept_bytes <= MOST_BYTES and _has_ended(folder):
                continue
            with _held(folder) as lock:
                if lock is not None and not (kept_bytes <= MOST_BYTES and _has_ended(folder)):
                    shutil.rmtree(folder, ignore_errors=True)


def read_state(folder: Path) -> JobState:
    """Return what a job's process said last."""
    try:
        return JobState(**orjson.loads((folder / "state.json").read_bytes()))
    except (OSError, orjson.JSONDecodeError, TypeError):
        return NONE


def write_state(folder: Path, state: JobState) -> None:
    """Say how far a job is. Raises OSError."""
    _replace(folder / "state.json", orjson.dumps(asdict(state)))


def write_array(path: Path, array: _Array) -> None:
    """Write an array so that nobody reads half of it. Raises OSError."""
    with path.with_suffix(".part").open("wb") as file:
        np.save(file, array, allow_pickle=False)
    path.with_suffix(".part").replace(path)


def _replace(path: Path, content: bytes) -> None:
    path.with_suffix(".part").write_bytes(content)
    path.with_suffix(".part").replace(path)


@contextmanager
def _held(folder: Path) -> Iterator[int | None]:
    """Hold a job's lock; None where somebody else does, or the folder is gone."""
    try:
        lock = os.open(folder / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    except FileNotFoundError:
        yield None
        return
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        same = os.fstat(lock).st_ino == _inode(folder / "lock")  # not of a folder that was removed meanwhile
        yield lock if same else None
    except BlockingIOError:
        yield None
    finally:
        os.close(lock)


def _has_ended(folder: Path) -> bool:
    return read_state(folder).state in ("done", "failed")


def _is_held(folder: Path) -> bool:
    try:
        lock = os.open(folder / "lock", os.O_RDWR)
    except FileNotFoundError:
        return False
    try:
        fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(lock)
    return False


def _inode(path: Path) -> int:
    try:
        return path.stat().st_ino
    except FileNotFoundError:
        return -1


def _looked_at(folder: Path) -> float:
    try:
        return folder.stat().st_mtime
    except FileNotFoundError:
        return 0.0


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0
