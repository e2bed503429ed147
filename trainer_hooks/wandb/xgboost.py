"""W&B's callback for XGBoost: logs into the active run what Tailboard's own does, as `train/rmse`."""

from typing import Any

from trainer_hooks.wandb.standing import active_run
from trainer_hooks.xgboost import TailboardCallback


class WandbCallback(TailboardCallback):
    """A callback for `xgboost.train` and the estimators; parameters and importances are always logged."""

    def __init__(self, *_: Any, **__: Any) -> None:
        """Take W&B's options, of which none has a meaning here."""
        super().__init__(run=active_run())


wandb_callback = WandbCallback
