"""What people hand to log(): made into flat tags and plain numbers, or refused in words."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from trainer_hooks.given import text_of

MAX_INT = 2**63 - 1  # what a step can be; a larger value is logged as float64
MAX_DEPTH = 32  # of nested dictionaries


class RefusedError(ValueError):
    """A value that is not one number."""


def to_number(value: Any) -> int | float:
    """Return `value` as a plain Python number.

    Args:
        value: a number, or whatever has `item()` and one element: numpy scalars, 0-d and one-element tensors
            and arrays on any device and of any precision. True is 1. An int of more than 64 bits is rounded.

    Raises:
        RefusedError: it is not one number; the message names its type and shape.
    """
    kind = type(value)
    if kind is float or (kind is int and -MAX_INT - 1 <= value <= MAX_INT):
        return value  # type: ignore[no-any-return]
    try:
        plain = value.item() if hasattr(value, "item") else value
        if isinstance(plain, str | bytes | bytearray):
            raise TypeError
        return int(plain) if isinstance(plain, int) and abs(plain) <= MAX_INT else float(plain)
    except Exception as error:  # `item()` and `__float__` may be the training's own code
        raise RefusedError(describe(value)) from error


def to_step(step: Any) -> int:
    """Return a step as an int of 64 bits; whole floats, numpy integers and 0-d tensors count.

    Raises:
        RefusedError: it is not a whole number, or too large.
    """
    number = to_number(step)
    if number != number or number in (float("inf"), float("-inf")) or number != int(number):
        raise RefusedError(f"{number!r}, which is not whole")
    if not -MAX_INT - 1 <= number <= MAX_INT:
        raise RefusedError(f"{number!r}, which needs more than 64 bits")
    return int(number)


def to_finite(value: Any) -> float:
    """Return a finite number, such as a time. Raises RefusedError: it is no number, or not finite."""
    number = float(to_number(value))
    if 0.0 * number != 0.0:
        raise RefusedError(f"{number!r}")
    return number


def describe(value: Any) -> str:
    """Name the type of a value, and its shape, or itself where it is short. Raises nothing."""
    try:
        return _described(value)
    except Exception:  # noqa: BLE001 - `shape` and `__len__` may be the training's own code
        return type(value).__name__


def _described(value: Any) -> str:
    kind = type(value)
    name = kind.__name__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__name__}"
    shape = getattr(value, "shape", None)
    if shape is not None:
        return f"{name} of shape {tuple(shape) if hasattr(shape, '__iter__') else shape}"
    if isinstance(value, str | int | None):
        return f"{name} {str(value)[:40]!r}"
    return f"{name} of length {len(value)}" if hasattr(value, "__len__") else name


def flatten(
    values: Mapping[Any, Any], prefix: str = "", around: tuple[Mapping[Any, Any], ...] = ()
) -> Iterator[tuple[str, Any]]:
    """Yield (tag, value) of nested mappings, the names joined with `/`.

    A mapping within itself, which `around` tells, is a value, and so is what lies deeper than MAX_DEPTH.
    """
    around = (*around, values)
    for name, value in values.items():
        tag = f"{prefix}/{text_of(name)}" if prefix else text_of(name)
        if isinstance(value, Mapping) and len(around) <= MAX_DEPTH and not any(value is one for one in around):
            yield from flatten(value, tag, around)
        else:
            yield tag, value


def clean_tag(tag: str) -> str:
    """Return a tag that the format allows: valid Unicode, not empty, not beginning with `_`."""
    return tag.encode("utf-8", "replace").decode().lstrip("_") or "unnamed"


def to_values(metrics: Mapping[Any, Any], say: Callable[[str, str], None]) -> tuple[dict[str, int | float], int]:
    """Flatten and convert what log() was given.

    Args:
        metrics: tag -> value, nested or not.
        say: told, with a key and a message, of each tag that was renamed or refused.

    Returns:
        Tag -> plain number, NaN and infinities included, and how many values were refused.
    """
    values: dict[str, int | float] = {}
    refused = 0
    for raw, value in flatten(metrics):
        tag = clean_tag(raw)
        if tag != raw:
            say(f"tag {raw}", f"tag {raw!r} is logged as {tag!r}: names that begin with _ belong to the format")
        try:
            values[tag] = to_number(value)
        except RefusedError as error:
            refused += 1
            say(f"value {tag}", f"{tag!r} is not logged: expected one number, got {error}; the rest of the row is")
    return values, refused
