"""Logs training runs into plain files that Tailboard shows live.

import trainer_hooks

with trainer_hooks.init("runs/digits/lr-0.1", config={"lr": 0.1}) as run:
    for step, batch in enumerate(loader):
        run.log({"train/loss": loss, "lr": lr}, step=step)
"""

from trainer_hooks.notebook import live, plot
from trainer_hooks.run import Run
from trainer_hooks.start import init

__all__ = ["Run", "__version__", "init", "live", "plot"]
__version__ = "0.1.0"
