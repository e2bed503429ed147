"""W&B's callbacks for Keras 3: log into the active run what Tailboard's own does, as `loss` and `batch/loss`."""

from typing import Any, Literal

import keras

from trainer_hooks.keras import TailboardCallback
from trainer_hooks.wandb.standing import active_run

WandbModelCheckpoint = keras.callbacks.ModelCheckpoint


class WandbMetricsLogger(TailboardCallback):
    """A callback for `fit`; rates, optimizer and summary of the model are always logged."""

    def __init__(self, log_freq: Literal["epoch", "batch"] | int = "epoch", *_: Any, **__: Any) -> None:
        """Log each epoch, each batch or each `log_freq`-th batch; W&B's other options have no meaning here."""
        super().__init__(run=active_run(), update_freq=log_freq)


class WandbCallback(TailboardCallback):
    """The callback of earlier versions of W&B."""

    def __init__(self, *_: Any, **__: Any) -> None:
        """Take W&B's options, of which none has a meaning here."""
        super().__init__(run=active_run())
