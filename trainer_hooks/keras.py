"""Logs what Keras 3 trains: `model.fit(..., callbacks=[TailboardCallback("runs/x")])`, whichever its backend."""

import os
from collections.abc import Mapping
from typing import Any, Literal

import keras

from trainer_hooks.given import attempt
from trainer_hooks.integration.holder import RunHolder
from trainer_hooks.job import rank
from trainer_hooks.run import Run


class TailboardCallback(keras.callbacks.Callback):
    """A callback for `fit`, and for `evaluate` on its own.

    Logs the measures of each epoch by Keras's own names, `loss` and `val_loss`, with `learning_rate`; the steps are
    epochs as Keras counts them, from 0. With `update_freq` it logs the measures so far as `batch/loss`; then
    all steps are batches, and `epoch` is logged too. The config holds optimizer, losses and size of the model. A file
    `STOP` in the run folder ends the training after its batch. The first process of a distributed training logs.
    """

    def __init__(
        self,
        path: str | os.PathLike[str] | None = None,
        *,
        run: Run | None = None,
        update_freq: Literal["epoch", "batch"] | int = "epoch",
        summary: bool = True,
        **options: Any,
    ) -> None:
        """Take a run that is open, or what `trainer_hooks.init` takes.

        Args:
            path: the run folder.
            run: an open run, in place of all else.
            update_freq: "epoch", "batch", or the number of batches after which measures are logged.
            summary: log the model's summary as text.
            options: further keywords of `trainer_hooks.init`.

        Raises:
            TypeError: a run was given and what to open as well.
            ValueError: `update_freq` is nothing of this.
        """
        super().__init__()
        if update_freq not in ("epoch", "batch") and (not isinstance(update_freq, int) or update_freq < 1):
            raise ValueError(f"update_freq is 'epoch', 'batch' or a number of batches, got {update_freq!r}")
        self._summary = summary
        self._holder = RunHolder(path, run, options)
        self._every = 0 if update_freq == "epoch" else 1 if update_freq == "batch" else int(update_freq)
        self._logs = rank(os.environ) in (None, 0)
        self._is_training = self._has_begun = False
        self._batches = self._last = self._epoch = 0  # batches of the training, the last of this epoch, the epoch

    @property
    def run(self) -> Run | None:
        """The run, None where it is not begun yet, has ended, or is another process's."""
        return self._holder.run

    def on_train_begin(self, logs: Any = None) -> None:
        """Count from where the optimizer is; the first epoch opens the run."""
        del logs
        self._is_training, self._has_begun = True, False
        iterations = getattr(self.model.optimizer, "iterations", 0)
        self._batches = int(keras.ops.convert_to_numpy(iterations))

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        """Open the run where this is the first epoch; a training that does not begin at the first one goes on."""
        del logs
        self._epoch, self._last = epoch, -1
        if self._logs and not self._has_begun:
            self._has_begun = True
            self._begin(epoch)

    def on_train_batch_end(self, batch: int, logs: Mapping[str, Any] | None = None) -> None:
        """Log the measures so far where they are wanted; end the training where somebody asked for it."""
        before, self._batches = self._batches, self._batches + batch - self._last
        self._last = batch  # of several that are executed as one, the last is told
        run = self.run
        if run is None:
            return
        if self._every and self._batches // self._every > before // self._every:
            row = {f"batch/{name}": value for name, value in (logs or {}).items()}
            run.log({**row, "epoch": self._epoch}, step=self._batches - 1)
        steps, epochs = self.params.get("steps"), self.params.get("epochs")
        if steps and epochs:
            run.progress(self._epoch * steps + batch + 1, epochs * steps)
        if run.stop_requested:
            self.model.stop_training = True

    def on_epoch_end(self, epoch: int, logs: Mapping[str, Any] | None = None) -> None:
        """Log the measures of an epoch."""
        run = self.run
        if run is None:
            return
        row = {**(logs or {}), **learning_rates(self.model.optimizer)}
        if self._every:
            run.log({**row, "epoch": epoch}, step=self._batches - 1)
        else:
            run.log(row, step=epoch)

    def on_train_end(self, logs: Any = None) -> None:
        """End a run of our own; an evaluation later goes on with it."""
        del logs
        self._is_training = False
        self._holder.pause()

    def on_test_end(self, logs: Mapping[str, Any] | None = None) -> None:
        """Log an evaluation that is not one of a training, as `test/loss` and the like."""
        if self._is_training or not self._logs or not logs:
            return
        run = self._holder.begin()
        step = self._batches - 1 if self._every else self._epoch
        run.log({f"test/{name}": value for name, value in logs.items()}, step=max(step, 0))
        self._holder.pause()

    def _begin(self, epoch: int) -> None:
        step = self._batches if self._every else epoch
        self._holder.renew(step if epoch else None)
        run = self._holder.begin(attempt(lambda: model_facts(self.model)))
        if self._summary:
            run.log_text("model", attempt(lambda: summary_of(self.model)) or "It has none.", step=step)


def learning_rates(optimizer: Any) -> dict[str, Any]:
    """Return what an optimizer learns at now: `learning_rate`, or one for each of several by their names."""
    inner = getattr(optimizer, "inner_optimizer", optimizer)  # of one that scales the loss
    several = getattr(inner, "optimizers", None)
    if several:
        return {f"learning_rate_{one.name}": _number(one.learning_rate) for one in several}
    rate = getattr(inner, "learning_rate", None)
    return {} if rate is None else {"learning_rate": _number(rate)}


def model_facts(model: Any) -> dict[str, Any]:
    """Return the config of a compiled model: optimizer, loss, measures and size."""
    compiled = model.get_compile_config() or {}
    optimizer = getattr(model, "optimizer", None)
    facts = {
        "model": {"name": model.name, "class": type(model).__name__},
        "optimizer": {"class": type(optimizer).__name__, **_plain(optimizer.get_config())}
        if optimizer is not None
        else None,
        "loss": _named(compiled.get("loss")),
        "metrics": _named(compiled.get("metrics")),
        "parameters": {"total": model.count_params()} if model.built else None,
    }
    return {name: value for name, value in facts.items() if value}


def summary_of(model: Any) -> str:
    """Return the summary of a model as Markdown."""
    lines: list[str] = []
    model.summary(print_fn=lambda text, **_: lines.append(str(text)))
    return "\n".join(["```", *lines, "```"])


def _named(value: Any) -> Any:
    """Return what a serialised loss or measure is called: of an object, its class."""
    if isinstance(value, Mapping) and "class_name" in value:
        return value["class_name"]
    if isinstance(value, Mapping):
        return {name: _named(one) for name, one in value.items()}
    return [_named(one) for one in value] if isinstance(value, list | tuple) else value


def _plain(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Return settings with 0.001 in place of the 0.0010000000474974513 that it is in 32 bits."""
    return {name: float(f"{value:.7g}") if isinstance(value, float) else value for name, value in settings.items()}


def _number(value: Any) -> float:
    return float(keras.ops.convert_to_numpy(value))
