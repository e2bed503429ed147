"""Which layer went non-finite first, found at every step without waiting for a GPU."""

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import torch
from torch import Tensor, nn
from torch._utils import _flatten_dense_tensors

from trainer_hooks.watching.layers import values_of
from trainer_hooks.watching.numbers import WIDE, norms

NEVER = 1 << 60
_FEW = 1 << 14  # values: to copy them side by side and add them up takes less than a norm of each tensor


class Broken:
    """At which step each of some tensors of one device was first not finite; kept there until somebody reads it.

    Args:
        names: of the tensors.
        device: theirs.
    """

    def __init__(self, names: Sequence[str], device: torch.device) -> None:
        self.names = names
        self.first = torch.full((len(names),), NEVER, dtype=torch.int64, device=device)

    def add(self, values: Tensor, step: int, skipped: Tensor | None = None) -> bool | None:
        """Take in which are not finite at this step; tell whether any is, None where that is not known without waiting.

        Args:
            values: shape (n,), of which those that are not finite are bad.
            step: which it is; steps only grow.
            skipped: 0-d, not 0 where this step does not count; or None.
        """
        is_here = bool(self.first.device.type == "cpu")
        if is_here and math.isfinite(values.sum().item()):
            return False
        bad = ~torch.isfinite(values)
        if skipped is not None:
            bad &= skipped.to(bad.device) == 0
        self.first = torch.where(bad, self.first.clamp(max=step), self.first)
        return bool(bad.any()) if is_here else None


class BrokenGradients:
    """Looks at the gradients of an optimizer at each step."""

    def __init__(self, parameters: Mapping[str, nn.Parameter]) -> None:
        groups: dict[torch.device, list[tuple[str, nn.Parameter]]] = {}
        for name, one in parameters.items():
            if one.numel() and not one.is_meta:
                groups.setdefault(one.device, []).append((name, one))
        self._is_plain = all(type(one) is nn.Parameter and one.dtype in WIDE for one in parameters.values())
        few = sum(one.numel() for one in parameters.values()) <= _FEW
        self._few = [*parameters.values()] if self._is_plain and few and [*groups] == [torch.device("cpu")] else []
        self._groups = [
            (Broken([name for name, _ in members], device), [one for _, one in members])
            for device, members in groups.items()
        ]

    @property
    def all(self) -> list[Broken]:
        """What was found, by device."""
        return [broken for broken, _ in self._groups]

    def look(self, step: int, skipped: Tensor | None) -> bool | None:
        """Look at the gradients that are there; tell whether any is broken, None where that is not known yet.

        Args:
            step: which this is.
            skipped: 0-d, not 0 where the optimizer will not make this step since a scale was too large; or None.
        """
        if self._few and self._is_all_finite():
            return False
        found: list[bool | None] = []
        for broken, parameters in self._groups:
            values = self._norms([one.grad for one in parameters], broken.first.device)
            found.append(None if values is None else broken.add(values, step, skipped))
        return True if True in found else None if None in found or not found else False

    def _is_all_finite(self) -> bool:
        try:
            return math.isfinite(_flatten_dense_tensors([one.grad for one in self._few]).sum().item())
        except (TypeError, RuntimeError):  # one is missing, sparse or elsewhere
            self._few = []
            return False

    def _norms(self, gradients: Sequence[Any], device: torch.device) -> Tensor | None:
        if self._is_plain:
            try:
                return torch.stack(torch._foreach_norm(gradients))  # noqa: SLF001
            except (TypeError, RuntimeError):  # one is missing, sparse or elsewhere: each is looked at from now on
                self._is_plain = False
        return _norms(gradients, device)


def _norms(gradients: Sequence[Tensor | None], device: torch.device) -> Tensor | None:
    """Return the norms of gradients, shape (n,), 0 where there is none; None without any."""
    held = [_held(one) for one in gradients if one is not None and one.device == device and one.numel()]
    if not held:
        return None
    found = norms(held)
    if len(held) == len(gradients):
        return found
    parts, none = iter(found.unbind()), torch.zeros((), dtype=found.dtype, device=device)
    present = [one is not None and one.device == device and one.numel() > 0 for one in gradients]
    return torch.stack([next(parts) if there else none for there in present])


def _held(gradient: Tensor) -> Tensor:
    return gradient._values() if gradient.is_sparse else values_of(gradient)  # noqa: SLF001 - finite if all of it is


def earliest(found: Iterable[tuple[Sequence[str], Sequence[int]]]) -> tuple[int, list[str]]:
    """Return the first step at which anything broke and the names of all that did then; of none `NEVER` and nothing.

    Args:
        found: names, and the step of each as in `Broken.first`, on the host.
    """
    steps = [(step, name) for names, steps in found for name, step in zip(names, steps, strict=True)]
    first = min((step for step, _ in steps), default=NEVER)
    return first, [name for step, name in steps if step == first and step != NEVER]
