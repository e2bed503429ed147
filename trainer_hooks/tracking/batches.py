"""What a tracker has to know of batches: how many samples one holds, and how it gets to another device."""

import sys
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from trainer_hooks.given import attempt

MAX_DEPTH = 3  # of tuples, lists and dictionaries in each other
MAX_PARTS = 8  # of one that are looked at: a list of texts has thousands


def samples_in(batch: Any, depth: int = 0) -> int:
    """Return how many samples a batch holds: the first dimension of the first array in it; 0 where there is none.

    Args:
        batch: arrays or tensors of any library, in tuples, lists and mappings; a graph batch that counts its graphs.
        depth: how deep it lies in others.
    """
    kind = type(batch)
    if kind is tuple or kind is list:
        return _samples_in_parts(batch, depth)
    shape = getattr(batch, "shape", None)
    if shape is not None:
        try:
            return int(shape[0])
        except (IndexError, TypeError, ValueError):  # a number, or a shape of another meaning
            return 0
    if isinstance(batch, Mapping):
        return _samples_in_parts(batch.values(), depth)
    graphs = getattr(batch, "num_graphs", 0)
    if type(graphs) is int and graphs:
        return graphs
    return _samples_in_parts(batch, depth) if isinstance(batch, tuple | list) else 0


def _samples_in_parts(parts: Iterable[Any], depth: int) -> int:
    if depth < MAX_DEPTH:
        for place, part in enumerate(parts):
            if samples := samples_in(part, depth + 1):
                return samples
            if place >= MAX_PARTS:
                break
    return 0


class SampleCount:
    """Counts the samples of batches alike: where the first has none to be found, nothing is looked for any more."""

    def __init__(self) -> None:
        """Expect samples."""
        self._found = True

    def __call__(self, batch: Any) -> int:
        """Return how many samples a batch holds, 0 where that is not known."""
        samples = (attempt(lambda: samples_in(batch)) or 0) if self._found else 0
        self._found = samples > 0
        return samples


def mover(device: Any) -> Callable[[Any], Any]:
    """Return what moves a batch to a device of torch, whatever its tensors are nested in.

    Tensors are copied without waiting, which takes effect where they are pinned. Anything else that has a `to` is asked
    for it; what has none stays as it is.
    """

    def move(value: Any) -> Any:
        if hasattr(value, "to"):
            moved = value.to(device, non_blocking=True) if _is_tensor(value) else value.to(device)
            return value if moved is None else moved
        if isinstance(value, Mapping):
            return {name: move(part) for name, part in value.items()}
        if isinstance(value, tuple) and hasattr(value, "_fields"):
            return type(value)(*map(move, value))
        if isinstance(value, tuple | list):
            return type(value)(map(move, value))
        return value

    return move


def _is_tensor(value: Any) -> bool:
    torch = sys.modules.get("torch")
    return torch is not None and isinstance(value, torch.Tensor)


def waiting_clock(clock_ns: Callable[[], int]) -> Callable[[], int]:
    """Return a clock that first waits until the accelerator has done all it was given; as it is where there is none."""
    import torch

    accelerator = getattr(torch, "accelerator", None)  # since torch 2.6
    there = accelerator.is_available() if accelerator else torch.cuda.is_available()
    if not there:
        return clock_ns
    synchronize = accelerator.synchronize if accelerator else torch.cuda.synchronize

    def wait_and_tell() -> int:
        synchronize()
        return clock_ns()

    return wait_and_tell


def set_epoch(iterable: Any, epoch: int) -> None:
    """Tell a loader and its samplers which epoch begins, as far as they ask for it; DistributedSampler does."""
    samplers = [getattr(iterable, name, None) for name in ("sampler", "batch_sampler")]
    for one in (iterable, *samplers):
        tell = getattr(one, "set_epoch", None)
        if callable(tell):
            tell(epoch)
