"""What `init` is asked for: by its arguments, else by its settings, else by the variables of W&B."""

import os
import time
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from trainer_hooks.integration.folders import run_folder
from trainer_hooks.wandb.util import generate_id

VARIABLES = {
    "project": "WANDB_PROJECT",
    "entity": "WANDB_ENTITY",
    "name": "WANDB_NAME",
    "id": "WANDB_RUN_ID",
    "group": "WANDB_RUN_GROUP",
    "job_type": "WANDB_JOB_TYPE",
    "notes": "WANDB_NOTES",
    "dir": "WANDB_DIR",
    "mode": "WANDB_MODE",
    "resume": "WANDB_RESUME",
    "tags": "WANDB_TAGS",
}
SETTINGS = {"name": "run_name", "id": "run_id", "group": "run_group", "job_type": "run_job_type", "dir": "root_dir"} | {
    "notes": "run_notes",
    "tags": "run_tags",
}


class Asked:
    """The arguments of `init` that mean something here, all of them text but for config and tags."""

    def __init__(self, given: Mapping[str, Any], settings: Any) -> None:
        """Take what was given by name; what is None is looked for in `settings`, then in the environment."""
        told = settings if isinstance(settings, Mapping) else vars(settings) if settings is not None else {}
        found: dict[str, Any] = {}
        for name, variable in VARIABLES.items():
            choices = (given.get(name), told.get(SETTINGS.get(name, name)), os.environ.get(variable) or None)
            found[name] = next((choice for choice in choices if choice is not None), None)
        self.given_id = found["id"]
        self.id: str = str(found["id"] or generate_id())
        self.project, self.entity, self.name = found["project"], found["entity"], found["name"]
        self.group, self.job_type, self.notes = found["group"], found["job_type"], found["notes"] or ""
        self.dir = found["dir"]
        self.mode = str(found["mode"] or "online")
        self.resume = found["resume"]
        self.tags = _words(found["tags"])
        self.config = given.get("config")

    @property
    def disabled(self) -> bool:
        """Whether nothing is to be logged."""
        no = os.environ.get("WANDB_DISABLED", "").lower() in ("true", "1", "yes")
        return self.mode == "disabled" or (no and self.mode == "online")

    @property
    def resumes(self) -> bool:
        """Whether the run of the id that was given is to go on."""
        return self.given_id is not None and self.resume not in (None, False, "never")

    @property
    def about(self) -> dict[str, str]:
        """What W&B knows of a run that has no place of its own here."""
        named = {"project": self.project, "entity": self.entity, "group": self.group, "job_type": self.job_type}
        return {"id": self.id, **{name: str(value) for name, value in named.items() if value}}

    @property
    def path(self) -> Path | None:
        """The run folder, `<dir>/runs/<project>/<given id, or name, or date>`; see `run_folder`."""
        name = self.given_id or self.name or time.strftime("%Y%m%d-%H%M%S")
        return run_folder(Path(self.dir or "", "runs"), self.project, name)


def _words(tags: Any) -> list[str]:
    if isinstance(tags, str):
        return [tag.strip() for tag in tags.split(",") if tag.strip()]
    return [str(tag) for tag in tags] if isinstance(tags, Iterable) else []
