"""Tensors as TensorFlow's `TensorProto` stores them: numbers as raw bytes or repeated fields, strings in place."""

import math
import struct
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from app.readers._protobuf import BYTES, VARINT, Buffer, Field, MessageError, fields, signed, varints

STRING: Final = 7
_BFLOAT16: Final = 14
_HALF: Final = 19
_DTYPES: dict[int, np.dtype[Any]] = {  # by the numbers of `DataType`, as they lie in `tensor_content`
    1: np.dtype("<f4"),
    2: np.dtype("<f8"),
    3: np.dtype("<i4"),
    4: np.dtype("u1"),
    5: np.dtype("<i2"),
    6: np.dtype("i1"),
    9: np.dtype("<i8"),
    10: np.dtype("?"),
    _BFLOAT16: np.dtype("<u2"),  # the upper half of a float32
    17: np.dtype("<u2"),
    _HALF: np.dtype("<f2"),
    22: np.dtype("<u4"),
    23: np.dtype("<u8"),
}
_DTYPE, _SHAPE, _CONTENT, _FLOATS, _DOUBLES, _STRINGS, _HALVES = 1, 2, 4, 5, 6, 8, 13
_NUMBERS = {_FLOATS, _DOUBLES, 7, 10, 11, _HALVES, 16, 17}
_MAX_DIMENSIONS = 32
_MAX_PARTS = 1 << 16  # strings and fields of numbers, of which a few hold all
_MAX_VARINT_BYTES = 10
MAX_NUMBERS = 1 << 20
"""Of one tensor that is decoded; a shape may claim any size with one number that stands for all."""

_FLOAT = struct.Struct("<f")


@dataclass(slots=True)
class Tensor:
    """What a TensorProto holds, still in place.

    Attributes:
        dtype: number of its `DataType`.
        shape: sizes of its dimensions, as written; empty for a single value.
        content: the raw numbers, little-endian, where they are stored so.
        numbers: the fields of repeated numbers, where they are stored so.
        strings: the fields of its strings.
    """

    dtype: int = 0
    shape: tuple[int, ...] = ()
    content: Field | None = None
    numbers: list[Field] = field(default_factory=list)
    strings: list[Field] = field(default_factory=list)

    @property
    def dtype_name(self) -> str:
        """Name of the data type as numpy and torch have it, or its number."""
        names = {STRING: "string", _BFLOAT16: "bfloat16"}
        known = _DTYPES.get(self.dtype)
        return names.get(self.dtype) or (known.name if known else f"type {self.dtype}")

    @property
    def has_numbers(self) -> bool:
        """Whether `array_of` knows its data type."""
        return self.dtype in _DTYPES


def read_tensor(data: Buffer, begin: int, end: int) -> Tensor:
    """Walk the TensorProto `data[begin:end]`. Raises MessageError."""
    tensor = Tensor()
    for one in fields(data, begin, end):
        number = one.number
        if number in _NUMBERS:
            tensor.numbers.append(one)
        elif number == _DTYPE:
            tensor.dtype = one.value
        elif one.wire_type != BYTES:
            continue
        elif number == _SHAPE:
            tensor.shape = _read_shape(data, one)
        elif number == _STRINGS:
            tensor.strings.append(one)
        elif number == _CONTENT:
            tensor.content = one
        if len(tensor.strings) + len(tensor.numbers) > _MAX_PARTS:
            raise MessageError(f"a tensor has more than {_MAX_PARTS:,} strings", one.value)
    return tensor


def scalar_of(data: Buffer, tensor: Tensor) -> float:
    """Return the one number of a tensor. Raises MessageError where it has none or several, or strings."""
    if tensor.dtype == 1 and len(tensor.numbers) == 1:  # nearly all
        first = tensor.numbers[0]
        if first.number == _FLOATS and first.size == _FLOAT.size:
            number: float = _FLOAT.unpack_from(data, first.value)[0]
            return number
    array = array_of(data, tensor)
    if array.size != 1:
        raise MessageError(f"a scalar has {array.size:,} numbers")
    return float(array.reshape(()))


def array_of(data: Buffer, tensor: Tensor, most: int = MAX_NUMBERS) -> npt.NDArray[Any]:
    """Return the numbers of a tensor in its shape; bfloat16 comes as float32.

    Raises:
        MessageError: it holds no numbers, more than `most`, or not as many as its shape says.
    """
    if tensor.dtype not in _DTYPES:
        raise MessageError(f"a tensor of {tensor.dtype_name} has no numbers")
    count = math.prod(tensor.shape)
    if count > most or any(size < 0 for size in tensor.shape):
        raise MessageError(f"a tensor has the shape {list(tensor.shape)}; at most {most:,} numbers are decoded")
    flat = _raw(data, tensor) if tensor.content is not None and tensor.content.size else _listed(data, tensor)
    if 0 < len(flat) < count and tensor.content is None:  # the last number stands for those that are left out
        flat = np.concatenate([flat, np.repeat(flat[-1:], count - len(flat))])
    if len(flat) != count:
        raise MessageError(f"a tensor of shape {list(tensor.shape)} has {len(flat):,} numbers")
    if tensor.dtype == _BFLOAT16:
        flat = (flat.astype(np.uint32) << 16).view(np.float32)
    return flat.reshape(tensor.shape)


def _read_shape(data: Buffer, shape: Field) -> tuple[int, ...]:
    sizes = []
    for dim in fields(data, shape.value, shape.value + shape.size):
        if dim.number == 2 and dim.wire_type == BYTES:
            inside = fields(data, dim.value, dim.value + dim.size)
            sizes.append(next((signed(one.value) for one in inside if one.number == 1), 0))
        if len(sizes) > _MAX_DIMENSIONS:
            raise MessageError(f"a tensor has more than {_MAX_DIMENSIONS} dimensions", shape.value)
    return tuple(sizes)


def _raw(data: Buffer, tensor: Tensor) -> npt.NDArray[Any]:
    dtype, content = _DTYPES[tensor.dtype], tensor.content
    assert content is not None
    if content.size % dtype.itemsize:
        raise MessageError("the numbers of a tensor are cut", content.value)
    return np.frombuffer(data, dtype, content.size // dtype.itemsize, content.value)


def _listed(data: Buffer, tensor: Tensor) -> npt.NDArray[Any]:
    """Return repeated numbers, packed or one by one, in the tensor's own data type."""
    dtype = _DTYPES[tensor.dtype]
    if sum(one.size for one in tensor.numbers) > _MAX_VARINT_BYTES * math.prod(tensor.shape):
        raise MessageError(f"a tensor of shape {list(tensor.shape)} has more numbers than that")
    parts = [_part(data, one, dtype) for one in tensor.numbers]
    return np.concatenate(parts) if parts else np.empty(0, dtype)


def _part(data: Buffer, one: Field, dtype: np.dtype[Any]) -> npt.NDArray[Any]:
    if one.number in {_FLOATS, _DOUBLES}:
        stored = np.dtype("<f4") if one.number == _FLOATS else np.dtype("<f8")
        if dtype.kind != "f" or one.wire_type == VARINT or one.size % stored.itemsize:
            raise MessageError("the numbers of a tensor are cut or of another type")
        with np.errstate(over="ignore"):
            return np.frombuffer(data, stored, one.size // stored.itemsize, one.value).astype(dtype)
    if one.number == _HALVES and dtype.itemsize != 2:
        raise MessageError("the numbers of a tensor are of another type")
    whole = np.array(varints(data, one), np.uint64)
    if one.number == _HALVES:  # the 16 bits of each, written as an integer
        return whole.astype(np.uint16).view(dtype)
    return whole.view(np.int64).astype(dtype) if dtype.kind == "i" else whole.astype(dtype)
