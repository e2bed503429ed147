"""Lets libraries that import wandb by themselves log here."""

import sys
import types
from importlib.machinery import ModuleSpec
from typing import Any

from trainer_hooks.integration.distribution import stand_for
from trainer_hooks.wandb import errors, plot, util
from trainer_hooks.wandb.artifacts import Artifact
from trainer_hooks.wandb.run import Run

HERE = "trainer_hooks.wandb"


class RunDisabled:
    """A class that nothing is of: libraries ask whether a run is of it."""


def install() -> None:
    """Let `import wandb` mean this module, for all modules that are imported from now on.

    To be called before the first library that imports wandb. Nothing is installed on disk.

    Raises:
        RuntimeError: W&B itself was imported already.
    """
    ours = sys.modules[HERE]
    if sys.modules.get("wandb", ours) is not ours:
        raise RuntimeError("wandb itself was imported already; call trainer_hooks.wandb.install() before that")
    modules: dict[str, dict[str, Any]] = {
        "wandb.sdk": {"Artifact": Artifact},
        "wandb.sdk.lib": {"RunDisabled": RunDisabled},
        "wandb.sdk.lib.config_util": {"ConfigError": errors.ConfigError},
        "wandb.sdk.wandb_run": {"Run": Run},
        "wandb.wandb_run": {"Run": Run},
    }
    sys.modules["wandb"] = ours
    stand_for("wandb", ours.__version__)
    sys.modules |= {"wandb.errors": errors, "wandb.plot": plot, "wandb.util": util}
    for name, content in modules.items():
        module = types.ModuleType(name)
        module.__spec__ = ModuleSpec(name, None, is_package=True)
        module.__path__ = []
        module.__dict__.update(content)
        sys.modules[name] = module
    ours.__dict__["sdk"], ours.__dict__["wandb_run"] = sys.modules["wandb.sdk"], sys.modules["wandb.wandb_run"]
    sys.modules["wandb.sdk"].__dict__["lib"] = sys.modules["wandb.sdk.lib"]
