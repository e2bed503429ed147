"""What the modules of a model return, by forward hooks that `torch.compile` traces into its graphs.

A hook has no state of Python that changes while a graph runs: it adds to tensors that are there already, so that no
graph is broken. The one switch that it looks at makes two graphs of one: of steps that are measured, and of the others.
"""

import math
from contextlib import nullcontext
from typing import Any

import torch
from torch import Tensor, nn
from torch.utils.hooks import RemovableHandle

from trainer_hooks.watching.layers import Choice, first_tensor, local
from trainer_hooks.watching.numbers import moments, precise, total

_SMALL, _MOST_KEPT = 1 << 16, 64  # values, and outputs that are kept till the end of a step: 16 MB
_SAFE = (  # finite in, finite out: looked at in measured steps alone
    *(nn.ReLU, nn.ReLU6, nn.LeakyReLU, nn.PReLU, nn.ELU, nn.CELU, nn.SELU, nn.GELU, nn.SiLU, nn.Mish, nn.Softplus),
    *(nn.Sigmoid, nn.LogSigmoid, nn.Tanh, nn.Hardtanh, nn.Hardswish, nn.Hardsigmoid, nn.Softsign, nn.GLU),
    *(nn.MaxPool1d, nn.MaxPool2d, nn.MaxPool3d, nn.AvgPool1d, nn.AvgPool2d, nn.AvgPool3d),
    *(nn.AdaptiveAvgPool1d, nn.AdaptiveAvgPool2d, nn.AdaptiveMaxPool1d, nn.AdaptiveMaxPool2d, nn.Upsample),
)


class Sums:
    """What is added up on one device for each module.

    Attributes:
        broken: 0-d each, 0 until the module returned anything that is not finite, then NaN.
        moments: shape (5,) each, since the last measured step began.
    """

    def __init__(self, modules: int, device: torch.device) -> None:
        self.broken = [torch.zeros((), device=device) for _ in range(modules)]
        self.moments = [torch.zeros(5, dtype=precise(device), device=device) for _ in range(modules)]


class Outputs:
    """Forward hooks on all chosen modules.

    Attributes:
        measuring: whether this step is a measured one.
        tracing: whether modules that return values that are not finite are found at every other step too.
        kept: small outputs of this step on the host, each with the place of its module.
        uses_cells: whether anything was marked in `Sums.broken` since that was looked at.
        is_compiled: whether any module is part of a compiled graph, as far as that was seen.
        order: places of the modules in the order of their first call, as far as that was seen.
    """

    def __init__(self, choice: Choice, *, tracing: bool, refuse: Any) -> None:
        self.measuring, self.tracing = False, tracing
        self.modules = choice.modules
        self.root = choice.root
        self.sums: dict[torch.device, Sums] = {}
        self.order: list[int] = []
        self.kept: list[tuple[int, Tensor]] = []
        self.uses_cells, self.is_compiled = False, False
        self.refuse = refuse
        self._hooks = [_Hook(self, at) for at in range(len(self.modules))]
        self._handles: dict[int, RemovableHandle] = {}

    def begin(self, *, measuring: bool) -> None:
        """Begin a step: forget what was added up if this one is measured."""
        if measuring or not self.sums:
            self._make_room()
        if measuring and self.modules:
            for sums in self.sums.values():
                torch._foreach_zero_(sums.moments)
        if measuring != self.measuring:
            self._put_hooks(all_of_them=measuring or self.is_compiled)
        self.measuring = measuring

    def has_room(self, output: Tensor) -> bool:
        """Tell whether an output may be kept to the end of its step."""
        return output.numel() <= _SMALL and len(self.kept) < _MOST_KEPT

    def look_at_kept(self) -> None:
        """Mark modules whose small outputs are not finite. One look at all costs a third of one at each."""
        kept, self.kept = self.kept, []
        if kept and not math.isfinite(torch.stack(torch._foreach_norm([one for _, one in kept])).sum().item()):  # noqa: SLF001
            self.uses_cells = True
            for at, one in kept:
                self.sums[one.device].broken[at].add_(total(one), alpha=0)

    def remove(self) -> None:
        """Take away the hooks."""
        self.kept = []
        for handle in self._handles.values():
            handle.remove()
        self._handles = {}
        self.measuring = False
        for hook in self._hooks:
            hook.cell = None

    def _put_hooks(self, *, all_of_them: bool) -> None:
        """Have hooks where they are needed: a module with one is slower, even if that does nothing.

        Compiled graphs do not see hooks come and go; the first hook stays, so that each graph of a whole model tells
        measured steps from others.
        """
        for hook, (_, module) in zip(self._hooks, self.modules, strict=True):
            if all_of_them or hook.cell is not None or hook.at == 0:
                if hook.at not in self._handles:
                    self._handles[hook.at] = module.register_forward_hook(hook)
            elif hook.at in self._handles:
                self._handles.pop(hook.at).remove()

    def _make_room(self) -> None:
        """Have sums on every device that the model is on now, before a graph is made that adds to them."""
        devices = [parameter.device for parameter in self.root.parameters()] or [torch.get_default_device()]
        for device in set(devices):
            if device not in self.sums and device.type != "meta":
                self.sums[device] = Sums(len(self.modules), device)
        if not self.tracing:
            return
        for (_, module), hook in zip(self.modules, self._hooks, strict=True):
            if hook.may_break:
                place = next(module.parameters(), None)
                sums = self.sums.get(devices[0] if place is None else place.device)
                hook.cell = None if sums is None else sums.broken[hook.at]


class _Hook:
    """The forward hook of one module. A copy of the model has one that does nothing, and a file of it none of ours."""

    def __init__(self, outputs: Outputs, at: int) -> None:
        self.outputs, self.at = outputs, at
        self.may_break = not isinstance(outputs.modules[at][1], _SAFE)
        self.called = False
        self.cell: Tensor | None = None  # where what is not finite is marked, if this module may be where it begins

    def __call__(self, _module: nn.Module, _inputs: Any, output: Any) -> None:
        outputs, cell = self.outputs, self.cell
        if not outputs.measuring:
            if cell is None:
                return
            # Most calls end here: each microsecond more is one at every step, times all modules.
            if type(output) is Tensor and output.dtype is torch.float32:
                if not output.requires_grad or not outputs.root.training:
                    return
                if output.is_cpu and cell.is_cpu and not torch.compiler.is_compiling() and outputs.has_room(output):
                    outputs.kept.append((self.at, output.data))
                    return
                if output.device == cell.device:
                    self._mark(cell, output)
                    return
        if not outputs.root.training or not torch.is_grad_enabled():
            return
        if torch.compiler.is_compiling():
            outputs.is_compiled = True
            self._add(output)
        elif not torch.jit.is_tracing():
            self._add_guarded(output)

    def _mark(self, cell: Tensor, output: Tensor) -> None:
        if torch.compiler.is_compiling():
            self.outputs.is_compiled = True
        self.outputs.uses_cells = True
        cell.add_(output.detach().sum(), alpha=0)

    def _add_guarded(self, output: Any) -> None:
        try:
            if not self.called:
                self.called = True
                self.outputs.order.append(self.at)
            self._add(output)
        except Exception as error:  # noqa: BLE001 - whatever a module returns, the training goes on
            self.outputs.refuse(error)

    def _add(self, output: Any) -> None:
        tensor = first_tensor(output)
        sums = None if tensor is None else self.outputs.sums.get(tensor.device)
        if tensor is None or sums is None:
            return
        values = local(tensor)
        values = torch.view_as_real(values) if values.is_complex() else values
        if self.cell is not None:
            self.outputs.uses_cells = True
            sums.broken[self.at].add_(total(values), alpha=0)  # 0, or NaN of what is not finite
        if self.outputs.measuring:
            sums.moments[self.at].add_(moments(values))

    def __reduce__(self) -> tuple[Any, ...]:
        return _inert()


def _inert() -> tuple[Any, ...]:
    """Return what makes a function that takes anything and returns None, of the standard library alone."""
    return getattr, (nullcontext(), "__exit__")


def statistics(sums: Tensor) -> dict[str, float]:
    """Return mean, deviation of the population and shares from what was added up, shape (5,) on the host."""
    count, total_sum, squares, zero, broken = sums.tolist()
    if not count:
        return {}
    mean = total_sum / count
    variance = squares / count - mean * mean
    return {
        "activation_mean": mean,
        "activation_std": max(variance, 0.0) ** 0.5 if variance == variance else variance,
        "activation_zeros": zero / count,
        "activation_nonfinite": broken / count,
    }
