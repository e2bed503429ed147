"""Fields of protobuf messages, encoded with the standard library alone.

Each field is a varint `number << 3 | wire type` and its content: 0 a varint, 1 eight bytes, 2 a varint length and as
many bytes, 5 four bytes.
"""

import struct
from collections.abc import Sequence


def varint(value: int) -> bytes:
    """Encode 7 bits a byte, the lowest first; a negative number as the 64 bits of its two's complement."""
    if 0 <= value < 0x80:
        return value.to_bytes()
    value &= 0xFFFFFFFFFFFFFFFF
    encoded = bytearray()
    while value >= 0x80:
        encoded.append(value & 0x7F | 0x80)
        value >>= 7
    encoded.append(value)
    return bytes(encoded)


def number(field: int, value: int) -> bytes:
    """Encode a whole number, a boolean or an enumerator."""
    return varint(field << 3) + varint(value)


def double(field: int, value: float) -> bytes:
    """Encode a number of 64 bits."""
    return varint(field << 3 | 1) + struct.pack("<d", value)


def single(field: int, value: float) -> bytes:
    """Encode a number of 32 bits. Raises OverflowError where it is finite and too large for that."""
    return varint(field << 3 | 5) + struct.pack("<f", value)


def content(field: int, value: bytes) -> bytes:
    """Encode bytes, or a message that is encoded already."""
    return varint(field << 3 | 2) + varint(len(value)) + value


def text(field: int, value: str) -> bytes:
    """Encode a text; a lone surrogate becomes a question mark."""
    return content(field, value.encode("utf-8", "replace"))


def doubles(field: int, values: Sequence[float]) -> bytes:
    """Encode numbers of 64 bits one behind the other, packed."""
    return content(field, struct.pack(f"<{len(values)}d", *values))
