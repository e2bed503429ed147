"""Walks the fields of a protobuf message in place: no schema, no copies, no package.

https://protobuf.dev/programming-guides/encoding is the format. What a field means is for the reader of that format to
know; here are only the bytes. Groups (wire types 3 and 4), which no log format uses, count as broken.
"""

import struct
from collections.abc import Iterator
from typing import Final, NamedTuple

Buffer = bytes | bytearray | memoryview

VARINT: Final = 0
FIXED64: Final = 1
BYTES: Final = 2  # texts, blobs, messages, packed numbers
FIXED32: Final = 5
_SIZES = {FIXED64: 8, FIXED32: 4}
_MAX_VARINT_BITS = 70  # in 10 bytes

_FLOAT = struct.Struct("<f")
_DOUBLE = struct.Struct("<d")


MAX_FIELDS = 1 << 20
"""Of one message: no log comes near, and garbage of two-byte fields would keep a reader busy for minutes."""


class MessageError(ValueError):
    """These bytes are no protobuf message. `place` is where in the buffer that shows."""

    def __init__(self, what: str, place: int = 0) -> None:
        super().__init__(what)
        self.place = place


class Field(NamedTuple):
    """One field of a message.

    Attributes:
        number: which field, at least 1.
        wire_type: `VARINT`, `FIXED64`, `BYTES` or `FIXED32`.
        value: the number itself of a `VARINT`, unsigned (see `signed`); of the others the place in the buffer where
            their content begins.
        size: of the content, in bytes; 0 for a `VARINT`.
    """

    number: int
    wire_type: int
    value: int
    size: int


def fields(data: Buffer, begin: int = 0, end: int | None = None) -> Iterator[Field]:
    """Yield the fields of the message `data[begin:end]` in their order; a nested message is walked by another call.

    Of a message that goes on behind the data, the last field yielded is the one that does.

    Raises:
        MessageError: when the walk comes to bytes that are no field or behind the data, to a field that goes beyond
            `end`, or to more than `MAX_FIELDS`.
    """
    end = len(data) if end is None else end
    known = min(end, len(data))
    place = begin
    for _ in range(MAX_FIELDS):
        if place >= end:
            return
        start = place
        key, place = varint(data, place, known)
        number, wire_type = key >> 3, key & 7
        if not number:
            raise MessageError("a field has the number 0", start)
        if wire_type == VARINT:
            value, place = varint(data, place, known)
            yield Field(number, wire_type, value, 0)
            continue
        if wire_type == BYTES:
            size, place = varint(data, place, known)
        elif (size := _SIZES.get(wire_type, -1)) < 0:
            raise MessageError(f"a field has the wire type {wire_type}, which there is not", start)
        if size > end - place:
            raise MessageError("a field is longer than its message", start)
        yield Field(number, wire_type, place, size)
        place += size
    raise MessageError(f"a message has more than {MAX_FIELDS:,} fields", begin)


def varint(data: Buffer, place: int, end: int) -> tuple[int, int]:
    """Return the unsigned number of variable length that begins at `place`, and the place after it.

    Raises:
        MessageError: it goes beyond `end` or 64 bits.
    """
    if place < end and data[place] < 0x80:  # most of them
        return data[place], place + 1
    value, shift, at = 0, 0, place
    while at < end and shift < _MAX_VARINT_BITS:
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            if value >> 64:
                break
            return value, at
    raise MessageError("a number has no end or more than 64 bits", place)


def varints(data: Buffer, field: Field) -> list[int]:
    """Return the unsigned numbers of a repeated integer field: many packed into `BYTES`, or the one `VARINT`."""
    if field.wire_type == VARINT:
        return [field.value]
    place, end, found = field.value, field.value + field.size, []
    while place < end:
        value, place = varint(data, place, end)
        found.append(value)
    return found


def signed(value: int) -> int:
    """Return an int32, int64 or bool from the unsigned number it is written as."""
    return value - (1 << 64) if value >> 63 else value


def zigzag(value: int) -> int:
    """Return a sint32 or sint64 from the unsigned number it is written as."""
    return (value >> 1) ^ -(value & 1)


def float32(data: Buffer, field: Field) -> float:
    """Return a float field. Raises MessageError where it has another size."""
    return _unpacked(_FLOAT, data, field)


def float64(data: Buffer, field: Field) -> float:
    """Return a double field. Raises MessageError where it has another size."""
    return _unpacked(_DOUBLE, data, field)


def content(data: Buffer, field: Field) -> bytes:
    """Return a copy of the content of a field that is no `VARINT`."""
    return bytes(data[field.value : field.value + field.size])


def text(data: Buffer, field: Field) -> str:
    """Return a string field; bytes that are not UTF-8 come as U+FFFD."""
    return content(data, field).decode("utf-8", "replace")


def _unpacked(form: struct.Struct, data: Buffer, field: Field) -> float:
    if field.size != form.size:
        raise MessageError(f"a number of {form.size} bytes has another size", field.value)
    value: float = form.unpack_from(data, field.value)[0]
    return value
