"""Which layer is named where several went non-finite at one step."""

from collections.abc import Sequence

from trainer_hooks.watching.layers import Choice


def verdict(step: int, outputs: Sequence[str], gradients: Sequence[str], choice: Choice, called: Sequence[int]) -> str:
    """Say in a sentence where it began.

    Args:
        step: the training's.
        outputs: modules that returned what is not finite: named is the first in the order of the forward pass, which
            comes before all gradients.
        gradients: parameters with such gradients: named is the first in the order of the backward pass.
        choice: the layers.
        called: places of modules in the order of their calls, as far as it was seen.
    """
    order = _order(choice, called)
    last = sorted(gradients, key=lambda name: -_rank(order, name.rpartition(".")[0]))
    if not outputs:
        return (
            f"Step {step:,}: going back from the loss, the first gradient that is not finite is in {_layer(last[0])}."
        )
    first = min(outputs, key=lambda name: _rank(order, name))
    kind = next(type(module).__name__ for name, module in choice.modules if name == first)
    also = f" Going back from the loss, the first such gradient is in {_layer(last[0])}." if gradients else ""
    return f"Step {step:,}: `{first}` ({kind}) is the first layer whose output is not finite.{also}"


def _layer(parameter: str) -> str:
    return f"`{parameter.rpartition('.')[0] or parameter}`"


def _order(choice: Choice, called: Sequence[int]) -> list[str]:
    """Return the names of modules as they are called; those that were not seen come last, in their own order."""
    names = [name for name, _ in choice.modules]
    seen = set(called)
    return [names[at] for at in called] + [name for at, name in enumerate(names) if at not in seen]


def _rank(order: list[str], name: str) -> int:
    return order.index(name) if name in order else -1
