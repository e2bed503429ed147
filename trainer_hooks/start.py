"""Beginning a run: `trainer_hooks.init`."""

import os
import sys
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from trainer_hooks import exits
from trainer_hooks.config import to_json
from trainer_hooks.disabled import DisabledRun
from trainer_hooks.folder import RunFolder
from trainer_hooks.host import host_name
from trainer_hooks.job import job_key
from trainer_hooks.notices import warn
from trainer_hooks.record import FORMAT
from trainer_hooks.run import Run

INIT_TIMEOUT_S = 10.0
WRITE_MODES = {"direct": True, "queued": False}


def init(
    path: str | os.PathLike[str] | None = None,
    *,
    config: Any = None,
    tags: Iterable[str] = (),
    notes: str = "",
    name: str | None = None,
    resume: bool = False,
    join: bool = False,
    again_from: int | None = None,
) -> Run:
    """Begin a run, and return what it is logged with.

    Args:
        path: the run folder, made if needed. Without it the environment variable TAILBOARD_RUN names it, and
            without that it is `runs/<date>-<time>`. If a run is there already, the new one is put beside it
            (`lr-0.1-2`), so two runs are never mixed and nothing is overwritten; `Run.path` tells.
        config: what the run was started with: nested dictionaries, `argparse.Namespace`, a dataclass.
        tags: words to find the run by.
        notes: Markdown.
        name: shown instead of the folder's name.
        resume: go on with the run in `path`. Where steps overlap, what is logged now counts.
        again_from: with `resume`, the step from which on the run is logged again: what was logged earlier at and
            after it no longer counts. None: each tag from the step on at which it is logged first.
        join: log into the run in `path` beside the process that began it. Processes started together by torchrun,
            srun or mpirun find each other without it.

    Returns:
        The run. It works even while the disk does not: lines are kept in memory meanwhile. With
        TAILBOARD_DISABLED=1 it does nothing at all.

    Raises:
        TypeError: `path` is no path. Nothing else is raised, and nothing at all once the run has begun.
    """
    folder = Path(path if path is not None else os.environ.get("TAILBOARD_RUN") or _dated_path()).absolute()
    if switched_on("TAILBOARD_DISABLED"):
        return DisabledRun(folder)
    facts = _facts(config, tags, notes, name)
    place = RunFolder(folder, facts, resume=resume, join=join)
    direct = WRITE_MODES.get(os.environ.get("TAILBOARD_WRITE", ""))
    run = Run(place, direct=direct, timeout_s=INIT_TIMEOUT_S, again_from=again_from)
    if run.path != folder:
        warn(
            f"there is a run in {folder} already, so this one is logged in {run.path}; resume=True would go on with it"
        )
    exits.watch(run)
    return run


def switched_on(variable: str) -> bool:
    """Tell whether an environment variable says yes: anything but nothing, 0, false and no."""
    return os.environ.get(variable, "").lower() not in ("", "0", "false", "no")


def _dated_path() -> str:
    return f"runs/{time.strftime('%Y%m%d-%H%M%S')}"


def _facts(config: Any, tags: Iterable[str], notes: str, name: str | None) -> dict[str, Any]:
    """Return what run.json says at first: all that is known without looking around."""
    return {
        "format": FORMAT,
        "id": os.urandom(16).hex(),
        "name": name or "",
        "created": time.time(),
        "config": to_json(config) if config is not None else {},
        "tags": [tags] if isinstance(tags, str) else [str(tag) for tag in tags],
        "notes": str(notes),
        "argv": list(sys.argv),
        "environment": {"python": sys.version.split()[0], "host": host_name(), "cwd": _working_folder()},
        "git": {},
        "job": job_key(os.environ),
    }


def _working_folder() -> str:
    try:
        return str(Path.cwd())
    except OSError:  # it was removed
        return ""
