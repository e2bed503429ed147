"""The process of one map: `python -m app.store.map_job FOLDER`, begun by `jobs.Jobs`.

It waits for its turn, reads its question, tells how far it is, and writes the answer.
"""

import fcntl
import os
import shutil
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import numpy as np
import orjson

from app.store.jobs import JobState, write_array, write_state
from app.transforms.maps import MissingPackageError, Parameters, embed
from app.transforms.projection import FloatArray

_TOLD_EVERY_S = 0.25
_NICE = 10  # the server and a training on the same machine go first


def main(folder: Path) -> None:
    """Do the work of one job's folder."""
    threading.Thread(target=_end_with_the_server, args=(folder,), daemon=True).start()
    os.nice(_NICE)
    with _turn(folder.parent / "turn"):
        begun = time.monotonic()
        write_state(folder, JobState("running", words="reading the vectors"))
        try:
            state = _answer(folder)
        except MemoryError:
            state = JobState("failed", words="There is not enough memory for so many points.")
        except (ValueError, MissingPackageError) as error:
            state = JobState("failed", words=str(error))
        (folder / "partial.npy").unlink(missing_ok=True)
        taken = time.monotonic() - begun
        write_state(folder, JobState(state.state, state.done, state.words, taken, state.pictures))


def _answer(folder: Path) -> JobState:
    question = orjson.loads((folder / "question.json").read_bytes())
    vectors = np.load(folder / "input.npy", allow_pickle=False)
    (folder / "input.npy").unlink()
    teller = _Teller(folder)
    result = embed(vectors, question["method"], Parameters(**question["parameters"]), teller)
    if not np.isfinite(result).all():
        raise ValueError("The map did not converge: some of its points have no place. Other parameters may help.")
    write_array(folder / "result.npy", result)
    return JobState("done", 1.0, "", pictures=teller.pictures + 1)


class _Teller:
    """Writes how far it is, but not more often than anybody looks."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._begun = self._told = time.monotonic()
        self.pictures = 0

    def __call__(self, done: float, words: str, coordinates: FloatArray | None) -> None:
        now = time.monotonic()
        if now - self._told < _TOLD_EVERY_S and done < 1:
            return
        self._told = now
        if coordinates is not None:
            write_array(self._folder / "partial.npy", coordinates)
            self.pictures += 1
        write_state(self._folder, JobState("running", done, words, now - self._begun, self.pictures))


@contextmanager
def _turn(path: Path) -> Iterator[None]:
    """Wait until no other map is computed: each takes all cores."""
    with path.open("ab") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _end_with_the_server(folder: Path) -> None:
    """Wait for the end of standard input, which comes when the server ends, however it does."""
    with suppress(OSError):
        while os.read(0, 1):
            pass
    shutil.rmtree(folder, ignore_errors=True)
    os._exit(1)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
