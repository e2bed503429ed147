"""Beginning to watch a model: what was asked for is looked at here."""

import os
from collections.abc import Callable
from typing import Any

from torch import nn

from trainer_hooks.job import rank
from trainer_hooks.watching.handle import Watching
from trainer_hooks.watching.layers import unwrapped
from trainer_hooks.watching.sink import Sink
from trainer_hooks.watching.steps import Wanted
from trainer_hooks.watching.watch import Watch

DEFAULT_EVERY = 100

__all__ = ["Sink", "begin"]


def begin(
    run: Sink,
    watches: list[Watching],
    model: Any,
    optimizer: Any,
    *,
    every: int,
    activations: bool,
    gradients: bool,
    updates: bool,
    trace: bool,
    layers: str | None,
    name: str,
    step: Callable[[], int] | None,
) -> Watching:
    """Begin to watch a model, see `Run.watch`; `watches` are those of the run so far, and this one is added."""
    if not isinstance(model, nn.Module):
        run.refuse("watch model", f"watch() takes a torch.nn.Module, got {type(model).__name__}")
        return Watching()
    if not is_first_process():
        return Watching()
    if type(every) is not int or every < 1:
        run.refuse("watch every", f"watch() measures every so many steps, got {every!r}; it is every {DEFAULT_EVERY}th")
        every = DEFAULT_EVERY
    name = _free_name(watches, model, name)
    optimizers = list(optimizer) if isinstance(optimizer, list | tuple) else [] if optimizer is None else [optimizer]
    wanted = Wanted(every, gradients, updates, trace)
    watch: Watch | None = None
    try:
        watch = Watch(run, model, optimizers, wanted, activations=activations, layers=layers, name=name, step=step)
        watch.begin()
    except Exception as error:  # noqa: BLE001 - a model is the training's own code
        run.refuse("watch", f"the model is not watched: {type(error).__name__}: {error}")
        if watch is not None:
            watch.remove()
        return Watching()
    watches.append(watch)
    return watch


def _free_name(watches: list[Watching], model: nn.Module, name: str) -> str:
    """End what watched the same model, so that nothing is logged twice; find a name of its own for another one."""
    for one in [one for one in watches if isinstance(one, Watch) and one.model is unwrapped(model)]:
        one.remove()
        watches.remove(one)
    taken = {one.name for one in watches if isinstance(one, Watch)}
    return name if name not in taken else f"{name or 'model'}_{len(watches) + 1}"


def is_first_process() -> bool:
    """Tell whether this process logs: a process on its own, or the first of a job. Nothing is sent to find that out."""
    return rank(os.environ) in (None, 0)
