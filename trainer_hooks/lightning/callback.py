"""The callback that logs what a LightningModule does not log by itself."""

import os
import time
from typing import TYPE_CHECKING, Any

from trainer_hooks.lightning.logger import TailboardLogger
from trainer_hooks.lightning.measures import (
    Throughput,
    batch_size,
    gradient_norm,
    learning_rates,
    optimizer_names,
    progress,
)
from trainer_hooks.lightning.packages import base
from trainer_hooks.run import Run

if TYPE_CHECKING:
    from pytorch_lightning.callbacks import Callback
else:
    Callback = base("callbacks", "Callback")

STOP_EVERY = 50  # steps, where processes must agree and the trainer logs nothing


class TailboardCallback(Callback):
    """Logs learning rates, gradient norms, throughput and epochs, tells progress, and ends a training that is asked to.

    It logs into the TailboardLogger of the Trainer; where there is none, it adds one, so that what the module logs is
    in the same run. Rows are logged every `log_every_n_steps`, at the steps that the Trainer logs at.
    """

    def __init__(
        self,
        path: str | os.PathLike[str] | None = None,
        *,
        run: Run | None = None,
        log_momentum: bool = False,
        log_grad_norm: bool = True,
        **init: Any,
    ) -> None:
        """Choose what to log.

        Args:
            path: the folder of a run to log into, in place of the trainer's.
            run: an open run to log into, in place of the trainer's; it stays open.
            log_momentum: log the momentum, or the first beta, of each parameter group too.
            log_grad_norm: log `grad_norm`: of all gradients together, unscaled and before they are clipped.
            init: what else TailboardLogger takes, for the run that this callback opens.
        """
        super().__init__()
        self._momentum, self._norm = log_momentum, log_grad_norm
        self._takes_any = run is None and path is None
        self._own = TailboardLogger(run=run, path=path, **init)
        self._logger: TailboardLogger | None = None
        self._row: dict[str, Any] = {}
        self._throughput = Throughput()
        self._epoch_began = 0.0
        self._steps_in_batch = 0

    def on_fit_start(self, trainer: Any, pl_module: Any) -> None:  # noqa: ARG002
        """Find the logger before hyper-parameters are logged, after it was decided where checkpoints go."""
        self._find_logger(trainer)

    def on_validation_start(self, trainer: Any, pl_module: Any) -> None:  # noqa: ARG002
        """Stop the clock; find the logger where nothing is trained."""
        self._find_logger(trainer)
        self._throughput.pause()

    def on_validation_end(self, trainer: Any, pl_module: Any) -> None:  # noqa: ARG002
        """Let the clock run again."""
        self._throughput.go_on()

    def on_test_start(self, trainer: Any, pl_module: Any) -> None:  # noqa: ARG002
        """Find the logger."""
        self._find_logger(trainer)

    def on_train_epoch_start(self, trainer: Any, pl_module: Any) -> None:  # noqa: ARG002
        """Log which epoch begins."""
        self._epoch_began = time.perf_counter()
        self._throughput = Throughput()
        self._log({"epoch": trainer.current_epoch}, _step(trainer))

    def on_train_batch_start(self, trainer: Any, pl_module: Any, batch: Any, batch_idx: int) -> None:  # noqa: ARG002
        """Note the learning rates that this step is made with."""
        self._steps_in_batch = 0
        self._row = learning_rates(trainer, momentum=self._momentum) if self._is_due(trainer) else {}

    def on_before_optimizer_step(self, trainer: Any, pl_module: Any, optimizer: Any) -> None:  # noqa: ARG002
        """Note the norm of the gradients: unscaled by now, clipped after this."""
        self._steps_in_batch += 1
        if not (self._norm and self._is_due(trainer)):
            return
        norm = gradient_norm(optimizer)
        if norm is not None:
            self._row[_norm_tag(trainer, optimizer)] = norm

    def on_train_batch_end(self, trainer: Any, pl_module: Any, outputs: Any, batch: Any, batch_idx: int) -> None:  # noqa: ARG002
        """Log the row of this step, tell progress, end if that was asked for."""
        size = batch_size(batch, trainer.train_dataloader)
        self._throughput.count(None if size is None else size * trainer.world_size)
        stepped = self._steps_in_batch or not pl_module.automatic_optimization
        if self._is_due(trainer) and stepped:
            self._log({**self._row, **self._throughput.take()}, _step(trainer))
        if self._logger is not None and trainer.is_global_zero:
            share = progress(trainer, batch_idx)
            if share is not None:
                self._logger.experiment.progress(*share)
        self._obey(trainer, batch_idx)

    def on_train_epoch_end(self, trainer: Any, pl_module: Any) -> None:  # noqa: ARG002
        """Log which epoch ended and how long it took, in seconds, with its validation."""
        seconds = time.perf_counter() - self._epoch_began
        self._log({"epoch": trainer.current_epoch, "time/epoch_seconds": seconds}, max(_step(trainer) - 1, 0))

    def _find_logger(self, trainer: Any) -> None:
        if trainer.fast_dev_run or trainer.sanity_checking:  # the former is to leave no trace
            return
        found = [one for one in trainer.loggers if isinstance(one, TailboardLogger)]
        self._logger = found[0] if found and self._takes_any else self._own
        if self._logger not in trainer.loggers:
            trainer.loggers = [*trainer.loggers, self._logger]

    def _log(self, row: dict[str, Any], step: int) -> None:
        if self._logger is not None:
            self._logger.log_metrics(row, step)

    def _is_due(self, trainer: Any) -> bool:
        """Whether the trainer logs the step that is being made; `+ 1`, as it counts them."""
        every = trainer.log_every_n_steps
        return self._logger is not None and every > 0 and (_step(trainer) + 1) % every == 0

    def _obey(self, trainer: Any, batch_idx: int) -> None:
        """Let the trainer end as EarlyStopping does, in all processes at the same step."""
        alone = trainer.world_size == 1
        if not alone and (batch_idx + 1) % (trainer.log_every_n_steps or STOP_EVERY):
            return
        is_asked = self._logger is not None and trainer.is_global_zero and self._logger.experiment.stop_requested
        if is_asked if alone else trainer.strategy.reduce_boolean_decision(is_asked, all=False):
            trainer.should_stop = True


def _step(trainer: Any) -> int:
    """Return the step that the trainer logs at; it differs from `global_step` where there are several optimizers."""
    return int(trainer.fit_loop.epoch_loop._batches_that_stepped)  # noqa: SLF001 - as LearningRateMonitor does


def _norm_tag(trainer: Any, optimizer: Any) -> str:
    if len(trainer.optimizers) == 1:
        return "grad_norm"
    inner = [getattr(one, "optimizer", one) for one in trainer.optimizers]
    place = next((place for place, one in enumerate(inner) if one is getattr(optimizer, "optimizer", optimizer)), 0)
    return f"grad_norm/{optimizer_names(trainer)[place].removeprefix('lr-')}"
