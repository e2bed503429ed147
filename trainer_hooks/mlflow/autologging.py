"""`autolog`: logs PyTorch trainings that log nothing themselves, by what every one of them calls."""

import os
import sys
from collections.abc import Callable
from functools import wraps
from typing import Any

from trainer_hooks.job import rank
from trainer_hooks.mlflow.absent import say_once
from trainer_hooks.mlflow.loops import LoopWatch
from trainer_hooks.mlflow.session import session

EVERY_STEPS = 10
PACKAGES = ("lightning.pytorch", "pytorch_lightning")

_loops = LoopWatch(session)


def autolog(
    log_every_n_epoch: int = 1,  # noqa: ARG001 - a loop of one's own has no epochs that could be seen
    log_every_n_step: int | None = None,
    *_: Any,
    disable: bool = False,
    **__: Any,
) -> None:
    """Log what trains from now on into the active run, or into one that is begun for it.

    A Trainer of PyTorch Lightning is given Tailboard's logger and callback with each `fit`. In a loop of one's own,
    `loss` is what backward() was called on, unscaled, and `lr` what the optimizer's step was made with; step is the
    number of the optimizer's steps. Of a second optimizer they are `loss_2` and `lr_2`. Models are not saved. Only the
    first process of a distributed job logs.

    Args:
        log_every_n_epoch: has no meaning here.
        log_every_n_step: for loops of one's own, 10 by default: reading a loss waits for the GPU.
        disable: log no longer.
    """
    if disable:
        _loops.stop()
        return
    _loops.start(log_every_n_step or EVERY_STEPS)
    for package in PACKAGES:
        if package in sys.modules:
            _watch_trainer(sys.modules[package].Trainer)


def _watch_trainer(trainer_class: Any) -> None:
    if getattr(trainer_class.fit, "watched_by_tailboard", False):
        return
    fit = trainer_class.fit

    @wraps(fit)
    def watched(trainer: Any, *args: Any, **kwargs: Any) -> Any:
        if not _loops.on or rank(os.environ):
            return fit(trainer, *args, **kwargs)
        return _log_fit(trainer, lambda: fit(trainer, *args, **kwargs))

    watched.watched_by_tailboard = True  # type: ignore[attr-defined]
    trainer_class.fit = watched


def _log_fit(trainer: Any, fit: Callable[[], Any]) -> Any:
    from trainer_hooks.lightning import TailboardCallback  # imports Lightning

    is_ours = session.active is None
    run = session.started()
    loggers, callback = list(trainer.loggers), TailboardCallback(run=run.tailboard)
    trainer.callbacks.append(callback)
    try:
        with _loops.silent():
            result = fit()
    except BaseException as error:
        if is_ours:
            session.end(run, "FAILED", error)
        raise
    if is_ours:
        trainer.loggers = loggers
        trainer.callbacks.remove(callback)
        session.end(run)
        say_once(
            "autolog run",
            "the run that autolog began has ended with fit(); start_run() around fit() and test() keeps it",
        )
    return result
