"""Where the runs lie that programs of other loggers name by a project or an experiment."""

import os
import re
from pathlib import Path

from trainer_hooks.job import rank

MAX_NAME_CHARS = 200


def run_folder(root: str | os.PathLike[str], group: object, name: str) -> Path | None:
    """Return `<root>/<group>/<name>`, without a group `<root>/<name>`; None where TAILBOARD_RUN names it.

    Processes of a job other than the first get folders of their own, since with W&B and MLflow each has its own run.
    """
    number = rank(os.environ)
    suffix = f"-rank{number}" if number else ""
    named = os.environ.get("TAILBOARD_RUN")
    if named:
        return Path(named + suffix) if suffix else None
    return Path(root, folder_name(group), folder_name(name) + suffix)


def folder_name(name: object) -> str:
    """Return a name as one folder can have it; empty for None."""
    return re.sub(r"[/\\\0:]+", "-", str(name or "")).strip().lstrip(".")[:MAX_NAME_CHARS]
