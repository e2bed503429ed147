"""Logs what Ignite's engines train: a logger with the interface of Ignite's own."""

import os
from typing import Any, Self

import ignite.distributed as idist
import torch
from ignite.engine import Engine, Events
from ignite.handlers.base_logger import (
    BaseLogger,
    BaseOptimizerParamsHandler,
    BaseOutputHandler,
    BaseWeightsHandler,
    BaseWeightsScalarHandler,
)
from ignite.handlers.utils import global_step_from_engine

from trainer_hooks.integration.holder import RunHolder
from trainer_hooks.integration.rows import log_row
from trainer_hooks.run import Run

__all__ = [
    "GradsHistHandler",
    "GradsScalarHandler",
    "OptimizerParamsHandler",
    "OutputHandler",
    "TailboardLogger",
    "WeightsHistHandler",
    "WeightsScalarHandler",
    "global_step_from_engine",
]
AGREE_EVERY = 50  # iterations, where several processes must end at the same one


class TailboardLogger(BaseLogger):
    """Logs into a run whatever its handlers are attached for; used like Ignite's TensorboardLogger.

    Attributes:
        run: what is logged with; None in all but the first process of a distributed job, which log nothing.
    """

    def __init__(self, path: str | os.PathLike[str] | None = None, *, run: Run | None = None, **options: Any) -> None:
        """Begin a run, unless one is given.

        Args:
            path: the run folder.
            run: an open run, in place of all else; it stays open.
            options: further keywords of `trainer_hooks.init`.

        Raises:
            TypeError: a run was given and what to open as well.
        """
        self._holder = RunHolder(path, run, options)
        self.run = self._holder.begin() if idist.get_rank() == 0 else None

    def follow(self, trainer: Engine) -> None:
        """Tell how far the training engine is, end it when a file STOP asks for it, note the exception that ends it."""
        trainer.add_event_handler(Events.ITERATION_COMPLETED, self._after_iteration)
        trainer.add_event_handler(Events.EXCEPTION_RAISED, self._after_exception)

    def close(self) -> None:
        """End the run, unless it was given."""
        self._holder.finish()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, _kind: Any, error: BaseException | None, _trace: Any) -> None:
        self._holder.finish(error)

    def _after_iteration(self, engine: Engine) -> None:
        state = engine.state
        if self.run is not None and state.epoch_length and state.max_epochs:
            self.run.progress(state.iteration / state.epoch_length, state.max_epochs)
        if self._is_asked_to_stop(state.iteration):
            engine.terminate()

    def _is_asked_to_stop(self, iteration: int) -> bool:
        """Ask all processes, but not at every iteration: they would wait for each other."""
        asked = self.run is not None and self.run.stop_requested
        if idist.get_world_size() == 1:
            return asked
        if iteration % AGREE_EVERY:
            return False
        return bool(idist.all_reduce(int(asked), "MAX"))

    def _after_exception(self, engine: Engine, error: BaseException) -> None:
        """Note the exception; raise it as Ignite would, were it not for this handler."""
        self._holder.finish(error)
        others = getattr(engine, "_event_handlers", {}).get(Events.EXCEPTION_RAISED, ())
        if len(others) <= 1:
            raise error

    def _create_output_handler(self, *args: Any, **kwargs: Any) -> "OutputHandler":
        return OutputHandler(*args, **kwargs)

    def _create_opt_params_handler(self, *args: Any, **kwargs: Any) -> "OptimizerParamsHandler":
        return OptimizerParamsHandler(*args, **kwargs)


class OutputHandler(BaseOutputHandler):
    """Logs an engine's output, metrics or state as `<tag>/<name>`; texts are logged as texts."""

    def __call__(self, engine: Engine, logger: Any, event_name: Any) -> None:
        """Log at the step that `global_step_transform` says, by default how often the event happened."""
        values = self._setup_output_metrics_state_attrs(engine, log_text=True, key_tuple=False)
        if logger.run is None:
            return
        log_row(logger.run, values, self.global_step_transform(engine, event_name))


class OptimizerParamsHandler(BaseOptimizerParamsHandler):
    """Logs a parameter of each group of an optimizer as `lr/group_0`."""

    def __call__(self, engine: Engine, logger: Any, event_name: Any) -> None:
        """Log at the number of times that the event happened."""
        prefix = _prefix(self.tag, self.param_name)
        groups = enumerate(self.optimizer.param_groups)
        _log(logger, {f"{prefix}/group_{place}": group[self.param_name] for place, group in groups}, engine, event_name)


class WeightsScalarHandler(BaseWeightsScalarHandler):
    """Logs one number for each weight, by default its norm, as `weights_norm/<name>`."""

    def __call__(self, engine: Engine, logger: Any, event_name: Any) -> None:
        """Log at the number of times that the event happened."""
        if logger.run is not None:
            prefix = _prefix(self.tag, f"weights_{self.reduction.__name__}")
            row = {f"{prefix}/{_path(name)}": self.reduction(one.data) for name, one in self.weights}
            _log(logger, row, engine, event_name)


class GradsScalarHandler(BaseWeightsScalarHandler):
    """Logs one number for each gradient, by default its norm, as `grads_norm/<name>`."""

    def __call__(self, engine: Engine, logger: Any, event_name: Any) -> None:
        """Log at the number of times that the event happened."""
        if logger.run is not None:
            prefix = _prefix(self.tag, f"grads_{self.reduction.__name__}")
            grads = [(name, one.grad) for name, one in self.weights if one.grad is not None]
            _log(logger, {f"{prefix}/{_path(name)}": self.reduction(one) for name, one in grads}, engine, event_name)


class WeightsHistHandler(BaseWeightsHandler):
    """Logs a histogram of each weight as `weights/<name>`."""

    def __call__(self, engine: Engine, logger: Any, event_name: Any) -> None:
        """Log at the number of times that the event happened."""
        values = [(name, one.data) for name, one in self.weights]
        _log_histograms(logger, _prefix(self.tag, "weights"), values, engine, event_name)


class GradsHistHandler(BaseWeightsHandler):
    """Logs a histogram of each gradient as `grads/<name>`."""

    def __call__(self, engine: Engine, logger: Any, event_name: Any) -> None:
        """Log at the number of times that the event happened."""
        values = [(name, one.grad) for name, one in self.weights if one.grad is not None]
        _log_histograms(logger, _prefix(self.tag, "grads"), values, engine, event_name)


def _log(logger: TailboardLogger, row: dict[str, Any], engine: Engine, event_name: Any) -> None:
    if logger.run is not None:
        logger.run.log(row, engine.state.get_event_attrib_value(event_name))


def _log_histograms(
    logger: TailboardLogger, prefix: str, values: list[tuple[str, torch.Tensor]], engine: Engine, event_name: Any
) -> None:
    if logger.run is not None:
        for name, value in values:
            step = engine.state.get_event_attrib_value(event_name)
            logger.run.log_histogram(f"{prefix}/{_path(name)}", value, step)


def _prefix(tag: str | None, what: str) -> str:
    return f"{tag}/{what}" if tag else what


def _path(name: str) -> str:
    return name.replace(".", "/")
