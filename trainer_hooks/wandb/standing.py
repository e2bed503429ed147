"""Lets libraries that import wandb by themselves log here."""

import sys
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any

import trainer_hooks.run as tailboard
from trainer_hooks.integration.stand_in import stand_in
from trainer_hooks.wandb import errors, plot, util
from trainer_hooks.wandb.artifacts import Artifact
from trainer_hooks.wandb.run import Run

HERE = "trainer_hooks.wandb"


class RunDisabled:
    """A class that nothing is of: libraries ask whether a run is of it."""


CONTENT: dict[str, dict[str, Any]] = {  # of modules within wandb, by what libraries take from them
    "sdk": {"Artifact": Artifact},
    "sdk.lib": {"RunDisabled": RunDisabled},
    "sdk.lib.config_util": {"ConfigError": errors.ConfigError},
    "sdk.wandb_run": {"Run": Run},
    "wandb_run": {"Run": Run},
}


def active_run() -> tailboard.Run | None:
    """Return what the active run is logged with; None where no run is active."""
    run = sys.modules[HERE].run
    return None if run is None else run.tailboard


def install() -> None:
    """Let `import wandb` mean this module, for all modules that are imported from now on.

    To be called before the first library that imports wandb. Nothing is installed on disk.

    Raises:
        RuntimeError: W&B itself was imported already.
    """
    ours = sys.modules[HERE]
    modules = {name: ModuleType(f"wandb.{name}") for name in CONTENT}
    for name, content in CONTENT.items():
        modules[name].__spec__ = ModuleSpec(f"wandb.{name}", None, is_package=True)
        modules[name].__path__ = []
        modules[name].__dict__.update(content)
    modules["sdk"].__dict__["lib"] = modules["sdk.lib"]
    stand_in("wandb", ours, {**modules, "errors": errors, "plot": plot, "util": util})
    ours.__dict__.update(sdk=modules["sdk"], wandb_run=modules["wandb_run"])
