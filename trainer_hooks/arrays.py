"""Turns what trainings compute with into numpy arrays: tensors of any library, device and precision, lists, frames."""

from typing import TYPE_CHECKING, Any

from trainer_hooks.values import describe

if TYPE_CHECKING:
    import numpy.typing as npt


def to_array(value: Any) -> "npt.NDArray[Any]":
    """Return `value` as a numpy array of the same shape, sharing memory where it can.

    Args:
        value: an array, a tensor (on any device, with gradients, sparse, bfloat16 and float8, which become
            float32), a data frame, nested lists of numbers, or one number.

    Raises:
        TypeError, ValueError, RuntimeError: it is none of these.
    """
    import numpy as np

    if hasattr(value, "detach"):
        value = _host_tensor(value)
    array = np.asarray(value)
    if array.dtype.kind == "V" and array.dtype.names is None:  # bfloat16 and float8 of JAX and of ml_dtypes
        array = array.astype(np.float32)
    return array


def to_numbers(value: Any) -> "npt.NDArray[Any]":
    """Return `value` as `to_array` does, if it holds booleans, integers or floats.

    Raises:
        TypeError: it holds something else; the message says what.
        ValueError, RuntimeError: it is no array.
    """
    array = to_array(value)
    if array.dtype.kind not in "biuf":
        raise TypeError(f"expected numbers, got {describe(value)} that holds {array.dtype}")
    return array


def _host_tensor(tensor: Any) -> Any:
    """Return a tensor in the memory of the processor, of a precision that numpy has."""
    tensor = tensor.detach()
    if hasattr(tensor, "layout") and not str(tensor.layout).endswith("strided"):
        tensor = tensor.to_dense()
    tensor = tensor.cpu()
    if str(tensor.dtype).removeprefix("torch.").startswith(("bfloat", "float8")):
        tensor = tensor.float()
    return tensor.resolve_conj().resolve_neg() if hasattr(tensor, "resolve_conj") else tensor
