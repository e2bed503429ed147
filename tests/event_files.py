"""Event files byte by byte, in the forms of all writers: TensorFlow 1 and 2, torch, tensorboardX and older ones."""

import struct
from pathlib import Path

_POLYNOMIAL = 0x82F63B78


def _entry(byte: int) -> int:
    for _ in range(8):
        byte = byte >> 1 ^ (_POLYNOMIAL if byte & 1 else 0)
    return byte


_TABLE = [_entry(byte) for byte in range(256)]


def crc32c(data: bytes) -> int:
    crc = 0xFFFFFFFF
    for byte in data:
        crc = crc >> 8 ^ _TABLE[(crc ^ byte) & 0xFF]
    return crc ^ 0xFFFFFFFF


def masked(data: bytes) -> bytes:
    crc = crc32c(data)
    return struct.pack("<I", ((crc >> 15 | crc << 17) + 0xA282EAD8) & 0xFFFFFFFF)


def frame(data: bytes) -> bytes:
    """One record that holds this data."""
    size = struct.pack("<Q", len(data))
    return size + masked(size) + data + masked(data)


def varint(number: int) -> bytes:
    number &= (1 << 64) - 1
    out = bytearray()
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes([*out, number])


def message(number: int, content: bytes) -> bytes:
    return varint(number << 3 | 2) + varint(len(content)) + content


def event(*fields: bytes, step: int | None = None, wall_time: float | None = None) -> bytes:
    """One record; a step of 0 is left out, as protobuf does."""
    data = b"" if wall_time is None else b"\x09" + struct.pack("<d", wall_time)
    return frame(data + (b"\x10" + varint(step) if step else b"") + b"".join(fields))


def summary(*values: bytes) -> bytes:
    return message(5, b"".join(message(1, value) for value in values))


def simple(tag: str, value: float) -> bytes:
    """A value as TensorFlow 1, torch and tensorboardX store a scalar."""
    return message(1, tag.encode()) + b"\x15" + struct.pack("<f", value)


def tensor(tag: str, value: float, *, form: str = "<f", packed: bool = False, plugin: str = "") -> bytes:
    """A value as TensorFlow 2 stores a scalar; `plugin` is named in the first of a tag."""
    data = struct.pack(form, value)
    dtype = 1 if form == "<f" else 2
    held = message(4 + dtype, data) if packed else message(4, data)
    metadata = message(9, message(1, message(1, plugin.encode()))) if plugin else b""
    return message(1, tag.encode()) + message(8, b"\x08" + bytes([dtype]) + message(2, b"") + held) + metadata


def image(tag: str, blob: bytes) -> bytes:
    """A value as TensorFlow 1 and torch store an image of 2 x 2 pixels."""
    return message(1, tag.encode()) + message(4, b"\x08\x02\x10\x02\x18\x03" + message(4, blob))


def version(number: int = 2, wall_time: float = 1_732_140_000.0) -> bytes:
    """The record that begins a file."""
    return event(message(3, b"brain.Event:%d" % number), wall_time=wall_time)


def session_start(step: int, wall_time: float = 1_732_140_000.0) -> bytes:
    """The record that TensorFlow writes when a training begins or is resumed."""
    return event(message(7, b"\x08\x01"), step=step, wall_time=wall_time)


def scalar(tag: str, step: int, value: float, wall_time: float = 1_732_140_000.0) -> bytes:
    """The record of one scalar, as torch writes it."""
    return event(summary(simple(tag, value)), step=step, wall_time=wall_time)


def write(path: Path, *records: bytes) -> Path:
    """Write a file of these records."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"".join(records))
    return path
