"""Tensors of any shape, as they are."""

from typing import Any

from trainer_hooks.arrays import to_array
from trainer_hooks.kinds.npy import MEDIA_TYPE, npy_blob
from trainer_hooks.media import Item
from trainer_hooks.values import describe


def encode(value: Any) -> Item:
    """Encode one tensor, see `Run.log_tensor`. Raises TypeError or ValueError with what is wrong with it."""
    if value is None:
        raise TypeError(f"expected an array or tensor, got {describe(value)}")
    array = to_array(value)
    meta = {"dtype": str(array.dtype.newbyteorder("=")), "shape": list(array.shape)}
    return Item(MEDIA_TYPE, npy_blob(array), meta=meta)
