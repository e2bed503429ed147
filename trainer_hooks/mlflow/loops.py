"""Sees the losses and learning rates of a training loop through torch's own backward() and optimizers."""

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from weakref import WeakKeyDictionary

from trainer_hooks.config import to_json
from trainer_hooks.job import rank
from trainer_hooks.mlflow.runs import ActiveRun
from trainer_hooks.mlflow.session import Session


class LoopWatch:
    """Patches Tensor.backward and GradScaler.scale, and hooks into the steps of all optimizers, while it is on."""

    def __init__(self, session: Session) -> None:
        self.on = False
        self._session = session
        self._every = 1
        self._known: WeakKeyDictionary[ActiveRun, _Optimizers] = WeakKeyDictionary()
        self._seen = threading.local()  # the last loss of each thread
        self._silent = 0
        self._undo: list[Any] = []

    def start(self, every: int) -> None:
        """Log each `every`-th step of each optimizer from now on, the first included."""
        self._every = max(1, every)
        if self.on:
            return
        from torch import Tensor
        from torch.amp import GradScaler
        from torch.optim.optimizer import register_optimizer_step_post_hook

        self.on = True
        backward, scale = Tensor.backward, GradScaler.scale
        Tensor.backward = self._noting(backward)
        GradScaler.scale = self._noting_scale(scale)
        handle = register_optimizer_step_post_hook(self._after_step)

        def undo() -> None:
            Tensor.backward, GradScaler.scale = backward, scale
            handle.remove()

        self._undo = [undo]

    def stop(self) -> None:
        """Log no longer, and leave torch as it was."""
        self.on = False
        while self._undo:
            self._undo.pop()()

    @contextmanager
    def silent(self) -> Iterator[None]:
        """Log nothing meanwhile: somebody else does."""
        self._silent += 1
        try:
            yield
        finally:
            self._silent -= 1

    def _noting(self, backward: Any) -> Any:
        def noting(tensor: Any, *args: Any, **kwargs: Any) -> Any:
            scaled, self._seen.scaled = getattr(self._seen, "scaled", None), None
            if scaled is not None and scaled[0] is tensor:
                self._seen.loss = scaled[1]
            elif tensor.numel() == 1:
                self._seen.loss = tensor.detach()
            return backward(tensor, *args, **kwargs)

        return noting

    def _noting_scale(self, scale: Any) -> Any:
        def noting(scaler: Any, outputs: Any) -> Any:
            scaled = scale(scaler, outputs)
            if hasattr(outputs, "numel") and outputs.numel() == 1:
                self._seen.scaled = scaled, outputs.detach()
            return scaled

        return noting

    def _after_step(self, optimizer: Any, _args: Any, _kwargs: Any) -> None:
        if self._silent or rank(os.environ):
            return
        run = self._session.started()
        known = self._known.setdefault(run, _Optimizers())
        number, step = known.count(optimizer)
        if step == 0:
            _tell(run, optimizer, number)
        if step % self._every:
            return
        suffix = f"_{number}" if number > 1 else ""
        row = {f"lr{suffix}": optimizer.param_groups[0]["lr"]}
        loss = getattr(self._seen, "loss", None)
        if loss is not None:
            row[f"loss{suffix}"] = loss
        run.log_metrics(row, step=step)


class _Optimizers:
    """The optimizers of one run, by the order of their first steps."""

    def __init__(self) -> None:
        self._number = 0
        self._steps: WeakKeyDictionary[Any, list[int]] = WeakKeyDictionary()  # number of the optimizer, steps so far

    def count(self, optimizer: Any) -> tuple[int, int]:
        """Return the number of the optimizer, from 1, and of the step that it made, from 0."""
        if optimizer not in self._steps:
            self._number += 1
            self._steps[optimizer] = [self._number, 0]
        number, step = self._steps[optimizer]
        self._steps[optimizer][1] += 1
        return number, step


def _tell(run: ActiveRun, optimizer: Any, number: int) -> None:
    settings = {name: value for name, value in optimizer.defaults.items() if value is not None}
    name = f"optimizer_{number}" if number > 1 else "optimizer"
    run.set_params({name: {"name": type(optimizer).__name__, **to_json(settings)}})
