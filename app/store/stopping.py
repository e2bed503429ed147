"""Asking a training to end: the one file that the app ever makes or removes in a log folder, and only with --write."""

import os
from contextlib import suppress
from pathlib import Path

from app.readers.contract import RunState, RunStatus
from trainer_hooks.stopping import STOP_FILE

OWN_FORMAT = "tailboard"
ALIVE = frozenset({RunState.RUNNING, RunState.STALLED})


class NotStoppableError(Exception):
    """A run that cannot be asked to end, or whose request cannot be taken back."""


def check(run_id: str, run_format: str, status: RunStatus, *, take_back: bool) -> None:
    """Raise NotStoppableError, in words, where asking would come to nothing."""
    if run_format != OWN_FORMAT:
        raise NotStoppableError(
            f"{run_id} is of {run_format} format; only a training that logs with trainer_hooks looks for a request."
        )
    if status.state not in ALIVE:
        raise NotStoppableError(f"The training of {run_id} does not run: there is nothing to stop.")
    if take_back and status.stop_seen:
        raise NotStoppableError(f"The training of {run_id} has seen the request already and ends.")


def ask(folder: Path) -> None:
    """Put an empty file STOP into a run folder, unless there is one. Raises OSError."""
    with suppress(FileExistsError):
        os.close(os.open(folder / STOP_FILE, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_CLOEXEC, 0o666))


def take_back(folder: Path) -> None:
    """Remove the file STOP from a run folder, if there is one. Raises OSError."""
    (folder / STOP_FILE).unlink(missing_ok=True)
