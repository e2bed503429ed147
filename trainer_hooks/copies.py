"""Copies of logged values, so that they can be encoded later while the training changes them in place."""

import datetime as dt
from collections.abc import KeysView, Mapping, ValuesView
from typing import Any

from trainer_hooks.arrays import to_array

_PLAIN = (int, float, complex, str, bytes, dt.date, dt.time, dt.timedelta, type(None))  # nobody changes these
_LISTS = (list, tuple, set, frozenset, KeysView, ValuesView)
_ITEM_BYTES = 8  # of a place in a list


def size_of(value: Any) -> int | None:
    """Return about how many bytes a copy of `value` takes; None where it is not known how to copy it.

    Args:
        value: an array or tensor, a PIL image, a data frame, plain values, or lists and mappings of these.
    """
    if isinstance(value, _PLAIN):
        return len(value) if isinstance(value, str | bytes) else 0
    if isinstance(value, Mapping):
        return _size_of_all([*value.keys(), *value.values()])
    if isinstance(value, _LISTS):
        return _size_of_all(list(value))
    if hasattr(value, "getbands") and hasattr(value, "width"):
        return int(value.width * value.height * len(value.getbands()))
    if hasattr(value, "memory_usage") and hasattr(value, "itertuples"):
        return int(value.memory_usage().sum())
    if not hasattr(value, "dtype") or getattr(value.dtype, "kind", "f") == "O":
        return None
    try:
        return int(value.nbytes)
    except (AttributeError, RuntimeError, TypeError):  # sparse
        return None


def copy_of(value: Any) -> Any:
    """Return a copy of a value that `size_of` gave a size for; tensors come to the memory of the processor."""
    if isinstance(value, _PLAIN):
        return value
    if isinstance(value, Mapping):
        return {name: copy_of(item) for name, item in value.items()}
    if isinstance(value, _LISTS):
        return (tuple if isinstance(value, tuple) else list)(copy_of(item) for item in value)
    if hasattr(value, "getbands"):
        from PIL import PngImagePlugin  # noqa: F401 - here, so that the thread that encodes need not import it

        return value.copy()
    if hasattr(value, "itertuples"):
        return value.copy()
    array = to_array(value)
    is_new = getattr(getattr(value, "device", None), "type", "cpu") != "cpu"
    return array if is_new else array.copy()


def _size_of_all(values: list[Any]) -> int | None:
    total = _ITEM_BYTES * len(values)
    for value in values:
        size = size_of(value)
        if size is None:
            return None
        total += size
    return total
