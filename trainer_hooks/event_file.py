"""TensorBoard's event files, written with the standard library alone: frames, events and what a summary holds.

A file `events.out.tfevents.<seconds>.<host>.<pid>.<n>` is a row of frames, and nothing else:

    8 bytes   length of the record, unsigned, little-endian
    4 bytes   masked CRC of these 8 bytes
    n bytes   the record: one Event, a protobuf message
    4 bytes   masked CRC of the record

The CRC is CRC-32C (polynomial 0x1EDC6F41, reflected), masked as `(crc >> 15 | crc << 17) + 0xA282EAD8` in 32 bits.
In protobuf each field is a varint `number << 3 | wire type` and its content: 0 a varint, 1 eight bytes, 2 a varint
length and as many bytes, 5 four bytes. The first Event has a file_version, every other one a summary:

    Event     1 wall_time double | 2 step int64 | 3 file_version "brain.Event:2" | 5 summary
    Summary   1 value, repeated
    Value     1 tag | 2 simple_value float | 4 image | 6 audio | 8 tensor | 9 metadata
    Image     1 height | 2 width | 3 colorspace (channels) | 4 encoded bytes (PNG, JPEG, GIF, ...)
    Audio     1 sample_rate float | 2 num_channels | 3 length_frames | 4 encoded bytes | 5 content type
    Tensor    1 dtype (1 float, 7 string) | 2 shape | 8 string_val, repeated
    Shape     2 dim, repeated; of each 1 size
    Metadata  1 plugin data (1 plugin name, 2 content) | 4 data class (2 tensor, 3 blob sequence)

The metadata name the plugin that shows a tensor: "images" (width, height and the pictures, as strings) or "text".
The content of plugin "hparams" is `3 session_start_info (1 hparams: map of 1 name to 2 Value; 5 start_time double)`,
where Value is a google.protobuf.Value: 2 number double, 3 string, 4 bool.
"""

import math
import struct
from collections.abc import Mapping, Sequence
from functools import cache, lru_cache
from pathlib import Path
from types import TracebackType
from typing import Self

FILE_VERSION = b"brain.Event:2"
COPY_SUFFIX = ".tailboard"
"""Ends the names of event files that hold what the run folder beside or above them holds in our own format."""
SESSION_START_TAG = "_hparams_/session_start_info"

_POLYNOMIAL = 0x82F63B78  # reflected
_MASK_DELTA = 0xA282EAD8
_FLOAT, _STRING = 1, 7
_TENSOR, _BLOBS = 2, 3


def file_name(started: float, host: str, pid: int, counter: int = 0, suffix: str = "") -> str:
    """Name a file as TensorBoard's own writers do; it looks for names that hold `tfevents`.

    Args:
        started: seconds since the epoch; files of one folder are read in the order of their names.
        host: of the writing machine.
        pid: of the writing process.
        counter: of the writer in its process.
        suffix: added at the end, with its dot.
    """
    return f"events.out.tfevents.{int(started):010d}.{host}.{pid}.{counter}{suffix}"


class EventFile:
    """A new event file. What was written is in the kernel after `flush` or `close`, whole frames at a time.

    Args:
        path: the file; must not exist.
        started: seconds since the epoch, the time of the first event.

    Raises:
        FileExistsError: there is such a file.
        OSError: it cannot be made.
    """

    def __init__(self, path: Path, started: float) -> None:
        self._file = path.open("xb", buffering=1 << 20)
        self._file.write(frame(_double(1, started) + _bytes(3, FILE_VERSION)))

    def write(self, wall_time: float, step: int, values: Sequence[bytes]) -> None:
        """Add one event. Raises OSError.

        Args:
            wall_time: seconds since the epoch.
            step: the trainer's own counter, 64 bits.
            values: as `scalar`, `image`, `text`, ... make them.
        """
        self._file.write(frame(event(wall_time, step, values)))

    def flush(self) -> None:
        """Hand all events so far to the kernel. Raises OSError."""
        self._file.flush()

    def close(self) -> None:
        """Flush and close. Raises OSError."""
        self._file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def frame(record: bytes) -> bytes:
    """Put length and checksums around a record."""
    return b"".join((_head(len(record)), record, _masked(crc32c(record))))


def event(wall_time: float, step: int, values: Sequence[bytes]) -> bytes:
    """Encode one event with a summary; for the arguments see `EventFile.write`."""
    summary = b"".join(_bytes(1, value) for value in values)
    return _double(1, wall_time) + _number(2, step) + _bytes(5, summary)


def scalar(tag: str, value: float) -> bytes:
    """Encode a scalar of 32 bits: TensorBoard shows no others. What is too large for that becomes infinite."""
    try:
        packed = struct.pack("<f", value)
    except OverflowError:
        packed = struct.pack("<f", math.copysign(math.inf, value))
    return _text(1, tag) + b"\x15" + packed


def image(tag: str, content: bytes, height_px: int, width_px: int) -> bytes:
    """Encode one image, given as the bytes of a PNG, JPEG, GIF, BMP or SVG file."""
    return _text(1, tag) + _bytes(4, _number(1, height_px) + _number(2, width_px) + _bytes(4, content))


def images(tag: str, contents: Sequence[bytes], height_px: int, width_px: int) -> bytes:
    """Encode several images that were logged together, each as in `image`; the size is that of the first."""
    strings = [str(width_px).encode(), str(height_px).encode(), *contents]
    data = b"".join(_bytes(8, string) for string in strings)
    return _tensor_value(tag, "images", _BLOBS, _STRING, [len(strings)], data)


def audio(
    tag: str, content: bytes, media_type: str, sample_rate_hz: float = 0.0, channels: int = 0, frames: int = 0
) -> bytes:
    """Encode one sound, given as the bytes of a file of `media_type`; the numbers are for show, 0 where unknown."""
    described = b"\x0d" + struct.pack("<f", sample_rate_hz) + _number(2, channels) + _number(3, frames)
    return _text(1, tag) + _bytes(6, described + _bytes(4, content) + _text(5, media_type))


def text(tag: str, content: str) -> bytes:
    """Encode one text, shown as Markdown."""
    return _tensor_value(tag, "text", _TENSOR, _STRING, [1], _text(8, content))


def hparams(values: Mapping[str, float | str], started: float) -> bytes:
    """Encode what a run was started with.

    Args:
        values: flat; numbers, booleans and texts.
        started: seconds since the epoch.
    """
    entries = b"".join(_bytes(1, _text(1, name) + _bytes(2, _any_value(value))) for name, value in values.items())
    content = _bytes(3, entries + _double(5, started))
    return _tensor_value(SESSION_START_TAG, "hparams", 0, _FLOAT, [0], b"", content)


def crc32c(data: bytes) -> int:
    """Return the CRC-32C of `data`; about 40 MB a second, four bytes at a time."""
    one, two, four = _tables()
    whole = len(data) & ~3
    crc = 0xFFFFFFFF
    for (word,) in struct.iter_unpack("<I", memoryview(data)[:whole]):
        crc ^= word
        crc = four[crc & 0xFFFF] ^ two[crc >> 16]
    for byte in data[whole:]:
        crc = one[(crc ^ byte) & 0xFF] ^ (crc >> 8)
    return crc ^ 0xFFFFFFFF


@lru_cache(maxsize=1 << 10)  # records of one tag have one length, or a few
def _head(size_bytes: int) -> bytes:
    length = struct.pack("<Q", size_bytes)
    return length + _masked(crc32c(length))


@cache
def _tables() -> tuple[list[int], list[int], list[int]]:
    """Return what one byte, two bytes, and two bytes with two more behind them do to a CRC; made in 30 ms."""
    one = list(range(256))
    for _ in range(8):
        one = [crc >> 1 ^ (_POLYNOMIAL if crc & 1 else 0) for crc in one]
    once = [one[pair & 0xFF] ^ pair >> 8 for pair in range(1 << 16)]
    two = [one[crc & 0xFF] ^ crc >> 8 for crc in once]
    four = [two[crc & 0xFFFF] ^ crc >> 16 for crc in two]
    return one, two, four


def _masked(crc: int) -> bytes:
    return struct.pack("<I", ((crc >> 15 | crc << 17) + _MASK_DELTA) & 0xFFFFFFFF)


def _tensor_value(
    tag: str, plugin: str, data_class: int, dtype: int, shape: Sequence[int], data: bytes, content: bytes = b""
) -> bytes:
    """Encode a value that a plugin shows: `data` are the tensor's elements as fields, `content` is the plugin's own."""
    sizes = b"".join(_bytes(2, _number(1, size)) for size in shape)
    metadata = _bytes(1, _text(1, plugin) + _bytes(2, content)) + (_number(4, data_class) if data_class else b"")
    return _text(1, tag) + _bytes(8, _number(1, dtype) + _bytes(2, sizes) + data) + _bytes(9, metadata)


def _any_value(value: float | str) -> bytes:
    if isinstance(value, bool):
        return _number(4, value)
    return _text(3, value) if isinstance(value, str) else _double(2, value)


def _number(field: int, value: int) -> bytes:
    return _varint(field << 3) + _varint(value)


def _double(field: int, value: float) -> bytes:
    return _varint(field << 3 | 1) + struct.pack("<d", value)


def _bytes(field: int, content: bytes) -> bytes:
    return _varint(field << 3 | 2) + _varint(len(content)) + content


def _text(field: int, content: str) -> bytes:
    return _bytes(field, content.encode("utf-8", "replace"))


def _varint(value: int) -> bytes:
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
