"""Begins a run with what Hydra knows of a job: `with init(cfg) as run:` within its main function."""

import os
import sys
from collections.abc import Iterable
from typing import Any

from hydra.core.hydra_config import HydraConfig
from hydra.types import RunMode

import trainer_hooks.start
from trainer_hooks.run import Run

MAX_NAME = 80  # characters; what is left out of a longer name is among the tags


def init(
    config: Any = None,
    path: str | os.PathLike[str] | None = None,
    *,
    tags: Iterable[str] = (),
    name: str | None = None,
    **options: Any,
) -> Run:
    """Begin the run of one job; of a multirun each job has its own. Without Hydra it is `trainer_hooks.init`.

    Args:
        config: what the main function is called with; it is stored resolved, nested as it is.
        path: the run folder; if None the output folder of the job, beside Hydra's own files.
        tags: beside the overrides of the command line, which become tags too: `lr=0.1`.
        name: shown instead of the folder's name, which is a time or a number; if None the name of the job and its
            overrides, of a multirun those that tell its jobs apart.
        options: further keywords of `trainer_hooks.init`.

    Returns:
        The run. Hydra catches what a job raises, so only `with` tells the run of it.
    """
    words = [tags] if isinstance(tags, str) else list(tags)
    if not HydraConfig.initialized():
        return trainer_hooks.start.init(path, config=config, tags=words, name=name, **options)
    job = HydraConfig.get()
    overrides = list(job.overrides.task)
    return trainer_hooks.start.init(
        path if path is not None else job.runtime.output_dir,
        config=config,
        tags=[*words, *overrides],
        name=name if name is not None else _name(job, overrides),
        **options,
    )


def _name(job: Any, overrides: list[str]) -> str:
    """Return the name of the job and as many of its overrides as have room."""
    told = set(sys.argv) if job.mode == RunMode.MULTIRUN else set()  # as they were given, so they are every job's
    words = [override for override in overrides if override not in told] or overrides
    name: str = job.job.name
    for word in words:
        if len(name) + len(word) >= MAX_NAME:
            return f"{name} …"
        name = f"{name} {word}"
    return name
