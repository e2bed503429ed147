"""What an optimizer got and what it did: gradients, weights before and after, measured around its `step`."""

from collections.abc import Iterable, Mapping
from typing import Any

import torch
from torch import Tensor, nn

from trainer_hooks.watching.layers import local, values_of
from trainer_hooks.watching.numbers import nonfinite, norms, zeros

Columns = dict[str, Tensor]  # statistic -> shape (n,), of the names in their order
Measured = list[tuple[list[str], list[int], Columns]]  # for each device: names, how many values each has, columns


def grouped(tensors: Iterable[tuple[str, Tensor]]) -> list[tuple[list[str], list[Tensor]]]:
    """Return names and tensors by device; empty ones, as of a shard that another process holds, are left out."""
    groups: dict[torch.device, tuple[list[str], list[Tensor]]] = {}
    for name, tensor in tensors:
        if tensor.numel() and not tensor.is_meta:
            names, members = groups.setdefault(tensor.device, ([], []))
            names.append(name)
            members.append(tensor)
    return list(groups.values())


def measure_gradients(parameters: Mapping[str, nn.Parameter], scale: Any) -> Measured:
    """Measure the gradients that are there.

    Args:
        parameters: by name.
        scale: what the gradients are still multiplied with, a number or 0-d tensor; None: nothing.
    """
    found: Measured = []
    gradients = [(name, values_of(one.grad)) for name, one in parameters.items() if one.grad is not None]
    for names, tensors in grouped(gradients):
        measured = norms(tensors)
        columns = {"grad_norm": measured, "grad_zeros": zeros(tensors), "grad_nonfinite": nonfinite(tensors, measured)}
        if scale is not None:
            columns["grad_norm"] = measured / torch.as_tensor(scale, device=measured.device)
        found.append((names, [tensor.numel() for tensor in tensors], columns))
    return found


def copies_of(parameters: Mapping[str, nn.Parameter]) -> dict[str, Tensor]:
    """Copy the weights as they are before a step."""
    return {name: local(one).clone() for name, one in parameters.items()}


def measure_weights(parameters: Mapping[str, nn.Parameter], before: Mapping[str, Tensor]) -> Measured:
    """Measure the weights after a step and, of those that were copied before it, how far they moved."""
    found: Measured = []
    for names, after in grouped((name, values_of(one)) for name, one in parameters.items()):
        measured = norms(after)
        columns = {"weight_norm": measured, "weight_nonfinite": nonfinite(after, measured)}
        found.append((names, [tensor.numel() for tensor in after], columns))
    moved = [(name, values_of(parameters[name])) for name in before if name in parameters]
    for names, after in grouped(moved):
        old = [values_of(before[name]) for name in names]
        changes = torch._foreach_sub(after, old)  # noqa: SLF001
        columns = {"update_norm": norms(changes), "before_norm": norms(old)}
        found.append((names, [tensor.numel() for tensor in after], columns))
    return found
