"""Beginning and ending runs: the one that the functions of the module mean, and the others."""

import os
import sys
from pathlib import Path
from typing import Any

import trainer_hooks
from trainer_hooks.disabled import DisabledRun
from trainer_hooks.wandb.absent import say_once
from trainer_hooks.wandb.asked import Asked
from trainer_hooks.wandb.run import Run

MEANINGLESS = {
    "sync_tensorboard": "logs of TensorBoard are read where they lie",
    "tensorboard": "logs of TensorBoard are read where they lie",
    "monitor_gym": "log films with wandb.Video",
    "fork_from": "a new run is begun",
    "resume_from": "a new run is begun; trainer_hooks.init(again_from=) goes back to a step",
}


class Session:
    """The runs of this process.

    Attributes:
        run: the newest that is not finished.
    """

    def __init__(self) -> None:
        self.run: Run | None = None
        self._earlier: list[Run] = []

    def begin(self, given: dict[str, Any]) -> Run:
        """Begin a run, or return the one that is active, as `reinit` says."""
        self.forget_finished()
        if self.run is not None:
            reinit = given.get("reinit")
            if _is_return(reinit):
                self.run.config.update(given.get("config"))
                return self.run
            if reinit == "create_new":
                self._earlier.append(self.run)
            else:
                self.finish(None)
        self.run = _new_run(given)
        return self.run

    def finish(self, exit_code: int | None) -> None:
        """End the newest run; the one before it, if there is one, is active again."""
        if self.run is not None:
            self.run.finish(exit_code)
        self.forget_finished()

    def forget_finished(self) -> None:
        """Let the newest run that is not finished be the active one."""
        while self.run is not None and self.run.ended:
            self.run = self._earlier.pop() if self._earlier else None


def _is_return(reinit: Any) -> bool:
    if reinit in (None, "default"):
        return "ipykernel" not in sys.modules
    return reinit in (False, "return_previous")


def _new_run(given: dict[str, Any]) -> Run:
    for name, advice in MEANINGLESS.items():
        if given.get(name):
            say_once(name, f"{name} has no meaning here: {advice}")
    asked = Asked({**given, "config": _chosen(given)}, given.get("settings"))
    if asked.resume in ("must", "auto", True) and not asked.resumes:
        say_once("resume", "resume needs the id of the run, so a new run is begun")
    if asked.disabled:
        return Run(DisabledRun(asked.path or Path(os.environ["TAILBOARD_RUN"])), asked)
    run = trainer_hooks.init(
        asked.path,
        config={"wandb": asked.about},
        tags=asked.tags,
        notes=asked.notes,
        name=asked.name,
        resume=asked.resumes,
    )
    return Run(run, asked)


def _chosen(given: dict[str, Any]) -> Any:
    """Return the config without the names that were to be left out."""
    config, without, only = given.get("config"), given.get("config_exclude_keys"), given.get("config_include_keys")
    if not isinstance(config, dict) or not (without or only):
        return config
    return {name: value for name, value in config.items() if name not in (without or ()) and name in (only or config)}
