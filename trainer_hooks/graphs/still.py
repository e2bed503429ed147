"""Runs a model without a trace: whatever running changes in it, or in the random numbers, is as before afterwards."""

import contextlib
import random
import sys
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from typing import Any

_HOOKS = (
    "_forward_hooks",
    "_forward_hooks_with_kwargs",
    "_forward_hooks_always_called",
    "_forward_pre_hooks",
    "_forward_pre_hooks_with_kwargs",
    "_backward_hooks",
    "_backward_pre_hooks",
)


@contextlib.contextmanager
def held_still(modules: Sequence[Any]) -> Iterator[None]:
    """Let a model be run for its shapes alone.

    Within, all modules are in evaluation mode, no gradients are recorded, hooks are put aside (they are the training's
    and may count or log) and attention takes no short cut that would hide its modules. Afterwards all attributes, lists
    and dictionaries of the modules, buffers, random numbers and modes are what they were.

    Args:
        modules: all modules of the model.
    """
    import torch

    with contextlib.ExitStack() as stack:
        stack.enter_context(_same_random_numbers(_devices(modules)))
        stack.enter_context(_same_buffers(modules))
        stack.enter_context(_same_attributes(modules))
        stack.enter_context(_without_short_cut())
        stack.enter_context(torch.no_grad())
        for module in modules:
            own = vars(module)
            own.update({name: OrderedDict() for name in _HOOKS if name in own})
            own["training"] = False
        yield


@contextlib.contextmanager
def _same_attributes(modules: Sequence[Any]) -> Iterator[None]:
    before = [(vars(module), dict(vars(module))) for module in modules]
    contents = [
        (value, value.copy())
        for _, own in before
        for value in own.values()
        if isinstance(value, dict | list | set) and hasattr(value, "copy")
    ]
    try:
        yield
    finally:
        for attributes, own in before:
            attributes.clear()
            attributes.update(own)
        for value, copy in contents:
            _refill(value, copy)


def _refill(value: Any, copy: Any) -> None:
    """Give a container its former content, where another was put in."""
    if isinstance(value, set):
        if value != copy:
            value.clear()
            value.update(copy)
        return
    now, then = (list(one.items() if isinstance(one, dict) else enumerate(one)) for one in (value, copy))
    if len(now) == len(then) and all(a[0] == b[0] and a[1] is b[1] for a, b in zip(now, then, strict=True)):
        return
    if isinstance(value, dict):
        value.clear()
        value.update(copy)
    else:
        value[:] = copy


@contextlib.contextmanager
def _same_buffers(modules: Sequence[Any]) -> Iterator[None]:
    buffers = [buffer for module in modules for buffer in module.buffers(recurse=False) if not buffer.is_inference()]
    before = [(buffer, _version(buffer), buffer.clone()) for buffer in buffers]
    try:
        yield
    finally:
        import torch

        with torch.no_grad():
            for buffer, version, copy in before:
                if _version(buffer) != version:
                    buffer.copy_(copy)


def _version(tensor: Any) -> int:
    """Return how often a tensor was written to."""
    return int(tensor._version)  # noqa: SLF001 - as autograd itself learns of it


@contextlib.contextmanager
def _same_random_numbers(devices: Sequence[int]) -> Iterator[None]:
    import torch

    numpy = sys.modules.get("numpy")
    plain, arrays = random.getstate(), numpy.random.get_state() if numpy else None
    try:
        with torch.random.fork_rng(devices):
            yield
    finally:
        random.setstate(plain)
        if numpy:
            numpy.random.set_state(arrays)


def _devices(modules: Sequence[Any]) -> list[int]:
    """Return the numbers of the GPUs that a model lies on."""
    found = {one.device for module in modules for one in module.parameters(recurse=False)}
    return sorted({device.index for device in found if device.type == "cuda"})


@contextlib.contextmanager
def _without_short_cut() -> Iterator[None]:
    """Have attention computed by its modules, not in one fused call."""
    import torch

    choice = getattr(torch.backends, "mha", None)
    before = choice.get_fastpath_enabled() if choice else False
    if choice:
        choice.set_fastpath_enabled(False)
    try:
        yield
    finally:
        if choice:
            choice.set_fastpath_enabled(before)
