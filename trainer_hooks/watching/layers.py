"""Which parts of a model are watched, and what they are called, however the model is wrapped."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.parameter import UninitializedParameter

MAX_LAYERS = 1_000  # of parameters, and of modules: each is several tags
_WRAPPERS = ("_orig_mod.", "_fsdp_wrapped_module.", "_checkpoint_wrapped_module.")  # in names of torch
_PASS_ON = (nn.Identity, nn.Flatten, nn.Unflatten, nn.modules.dropout._DropoutNd)  # noqa: SLF001 - all dropouts
_BIASED = (nn.Linear, nn.modules.conv._ConvNd)  # noqa: SLF001 - all convolutions
_PLAIN = (Tensor, nn.Parameter)

Named = tuple[str, nn.Module]


class Choice:
    """The layers whose names match: all parameters by their own names, and all modules that compute something.

    Args:
        model: may be wrapped by `torch.compile`, DistributedDataParallel and the like: names are those of the model
            within.
        pattern: a regular expression that is looked for in the names; None: all.
        name: goes before all names, for several models in a run.
    """

    def __init__(self, model: nn.Module, pattern: str | None, name: str) -> None:
        self.root = unwrapped(model)
        self._matches = re.compile(pattern or "").search
        self._before = f"{name}." if name else ""
        named = [(self._named(path), module) for path, module in self.root.named_modules() if _computes(module)]
        modules = [one for one in named if self._matches(one[0])]
        parameters = [path for path, _ in self.root.named_parameters() if self._matches(self._named(path))]
        self.modules: Sequence[Named] = modules[:MAX_LAYERS]
        self.left_out = max(0, len(modules) - MAX_LAYERS, len(parameters) - MAX_LAYERS)

    def parameters(self) -> Iterator[tuple[str, nn.Parameter]]:
        """Yield the parameters that exist now and may be trained: shared ones once, by their first name."""
        found = 0
        for path, parameter in self.root.named_parameters():
            name = self._named(path)
            if found >= MAX_LAYERS:
                return
            if parameter.requires_grad and not isinstance(parameter, UninitializedParameter) and self._matches(name):
                found += 1
                yield name, parameter

    def telling(self, parameters: Mapping[str, nn.Parameter]) -> dict[str, nn.Parameter]:
        """Leave out the weights of layers whose bias tells the same of gradients that are not finite, and is small.

        Of finite inputs the gradient of a linear or convolutional weight is finite if that of its bias is.
        """
        known = {id(one) for one in parameters.values()}
        biased = [one for one in self.root.modules() if isinstance(one, _BIASED) and id(one.bias) in known]
        spared = {id(one.weight) for one in biased}
        return {name: one for name, one in parameters.items() if id(one) not in spared}

    def _named(self, path: str) -> str:
        for wrapper in _WRAPPERS:
            path = path.replace(wrapper, "").removesuffix(wrapper[:-1])
        return self._before + (path or "model")


def unwrapped(model: nn.Module) -> nn.Module:
    """Return the model within what `torch.compile` and the parallel wrappers make of it."""
    while True:
        inner = getattr(model, "_orig_mod", None)
        if isinstance(model, nn.parallel.DistributedDataParallel | nn.DataParallel):
            inner = model.module
        if not isinstance(inner, nn.Module):
            return model
        model = inner


def is_compiled(model: nn.Module) -> bool:
    """Tell whether `torch.compile` was called on a model or on part of it."""
    return any(hasattr(module, "_orig_mod") or module._compiled_call_impl is not None for module in model.modules())  # noqa: SLF001


def _computes(module: nn.Module) -> bool:
    """Leave out containers, whose output is that of their last part, and what hands its input on."""
    if isinstance(module, _PASS_ON):
        return False
    own = next(module.parameters(recurse=False), None) is not None
    return own or next(module.children(), None) is None


def local(tensor: Tensor) -> Tensor:
    """Return what a tensor holds in this process: of a sharded one its part, and nothing is sent for that."""
    if type(tensor) not in _PLAIN and hasattr(tensor, "to_local"):
        return tensor.detach().to_local()
    return tensor.detach()


def values_of(tensor: Tensor) -> Tensor:
    """Return the numbers of a tensor, dense and real: a complex one is two of them."""
    tensor = local(tensor)
    if tensor.is_sparse:
        tensor = tensor.coalesce().values()
    return torch.view_as_real(tensor) if tensor.is_complex() else tensor


def first_tensor(output: Any, depth: int = 3) -> Tensor | None:
    """Return the first tensor of real numbers in what a module returned; None where there is none."""
    if isinstance(output, Tensor):
        known = (output.is_floating_point() or output.is_complex()) and not output.is_meta and output.numel() > 0
        return output if known else None
    if depth and isinstance(output, dict):
        output = tuple(output.values())
    if depth and isinstance(output, tuple | list):
        for part in output:
            found = first_tensor(part, depth - 1)
            if found is not None:
                return found
    return None
