"""What can be measured of a training from outside: learning rates, gradients, pace, how far it is."""

import math
import time
from typing import Any

import torch

from trainer_hooks.tracking.batches import samples_in
from trainer_hooks.tracking.stopwatch import Stopwatch
from trainer_hooks.tracking.timesheet import SECOND_NS, STEP


def optimizer_names(trainer: Any) -> list[str]:
    """Return a name for each optimizer, as LearningRateMonitor makes them: `lr-Adam`, `lr-Adam-1`, ...

    A scheduler that was configured with a name of its own gives it to its optimizer.
    """
    own = {id(config.scheduler.optimizer): config.name for config in trainer.lr_scheduler_configs if config.name}
    names: list[str] = []
    seen: dict[str, int] = {}
    for optimizer in trainer.optimizers:
        inner = getattr(optimizer, "optimizer", optimizer)  # DeepSpeed wraps it
        name = own.get(id(inner)) or f"lr-{type(inner).__name__}"
        count = seen[name] = seen.get(name, 0) + 1
        names.append(name if count == 1 else f"{name}-{count - 1}")
    return names


def learning_rates(trainer: Any, *, momentum: bool) -> dict[str, Any]:
    """Return the learning rate of each parameter group: `lr-Adam`, or `lr-Adam/pg1` and on where there are several.

    Args:
        trainer: its optimizers are looked at.
        momentum: add the momentum of each as `lr-Adam-momentum`; the first beta for the Adams.
    """
    found = {}
    for name, optimizer in zip(optimizer_names(trainer), trainer.optimizers, strict=True):
        groups = optimizer.param_groups
        for place, group in enumerate(groups, start=1):
            label = group.get("name") or (f"pg{place}" if len(groups) > 1 else "")
            tag = f"{name}/{label}" if label else name
            found[tag] = group["lr"]
            if momentum:
                found[f"{tag}-momentum"] = group["betas"][0] if "betas" in group else group.get("momentum", 0)
    return found


def gradient_norm(optimizer: Any) -> float | None:
    """Return the Euclidean norm of all gradients that an optimizer is about to use; None where there are none.

    Of sharded parameters those of this process count.
    """
    grads = [one.grad for group in optimizer.param_groups for one in group["params"] if one.grad is not None]
    if not grads:
        return None
    norms = [torch.linalg.vector_norm(_local(grad).float()) for grad in grads]
    return float(torch.linalg.vector_norm(torch.stack([norm.to(norms[0].device) for norm in norms])))


def batch_size(batch: Any, loader: Any) -> int | None:
    """Return how many samples a batch has, or what the loader says; None if neither tells."""
    size = samples_in(batch) or getattr(loader, "batch_size", None)
    return size if isinstance(size, int) else None


def progress(trainer: Any, batch_idx: int) -> tuple[float, float] | None:
    """Return (done, total) after a batch: in epochs, or in steps where their bound is nearer; None without bounds."""
    bounds = []
    if trainer.max_epochs is not None and trainer.max_epochs > 0:
        share = (batch_idx + 1) / (trainer.num_training_batches or math.inf)
        bounds.append((min(trainer.current_epoch + share, trainer.max_epochs), trainer.max_epochs))
    if trainer.max_steps > 0:
        bounds.append((min(trainer.global_step, trainer.max_steps), trainer.max_steps))
    return max(bounds, key=lambda bound: bound[0] / bound[1], default=None)


class Throughput:
    """Steps and samples per second, the time of validation left out."""

    def __init__(self) -> None:
        """Begin to measure."""
        self._watch = Stopwatch(time.perf_counter_ns)
        self._begin()

    def _begin(self) -> None:
        self._steps = 0
        self._samples: int | None = 0
        self.go_on()

    def count(self, samples: int | None) -> None:
        """Add one step of so many samples; None: of unknown size."""
        self._steps += 1
        self._samples = None if samples is None or self._samples is None else self._samples + samples

    def pause(self) -> None:
        """Stop the clock."""
        self._watch.switch(None)

    def go_on(self) -> None:
        """Start the clock again."""
        self._watch.switch(STEP)

    def take(self) -> dict[str, float]:
        """Return steps and, where they are known, samples per second since the last call, and begin anew."""
        self.pause()
        spent_s = max(self._watch.take().get(STEP, 0), 1) / SECOND_NS
        steps, samples = self._steps, self._samples
        self._begin()
        found = {"time/steps_per_s": steps / spent_s}
        if samples:
            found["time/samples_per_s"] = samples / spent_s
        return found if steps else {}


def _local(grad: torch.Tensor) -> torch.Tensor:
    """Return what of a gradient lies in this process."""
    local = getattr(grad, "to_local", None)
    grad = grad if local is None else local()
    return grad.coalesce().values() if grad.is_sparse else grad
