"""W&B's callback for LightGBM: logs into the active run what Tailboard's own does, as `train/l2`."""

from typing import Any

from trainer_hooks.lightgbm import TailboardCallback
from trainer_hooks.wandb.standing import active_run


def wandb_callback(*_: Any, **__: Any) -> TailboardCallback:
    """Return a callback for `lightgbm.train` and the estimators; W&B's options have no meaning here."""
    return TailboardCallback(run=active_run())


def log_summary(*_: Any, **__: Any) -> None:
    """Do nothing: the callback logs the importances and the best round."""
