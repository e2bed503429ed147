"""TensorBoard's event files, written with the standard library alone: frames, and the events in them.

A file `events.out.tfevents.<seconds>.<host>.<pid>.<n>` is a row of frames, and nothing else:

    8 bytes   length of the record, unsigned, little-endian
    4 bytes   masked CRC of these 8 bytes
    n bytes   the record: one Event, a protobuf message
    4 bytes   masked CRC of the record

The CRC is CRC-32C (polynomial 0x1EDC6F41, reflected), masked as `(crc >> 15 | crc << 17) + 0xA282EAD8` in 32 bits.
The first Event has a file_version, every other one a summary, whose values `event_values` encodes, or a graph:

    Event     1 wall_time double | 2 step int64 | 3 file_version "brain.Event:2" | 4 graph_def bytes | 5 summary
    Summary   1 value, repeated
"""

import struct
from collections.abc import Callable, Sequence
from functools import cache, lru_cache
from pathlib import Path
from types import TracebackType
from typing import Self

from trainer_hooks.protobuf import content, double, number

FILE_VERSION = b"brain.Event:2"
COPY_SUFFIX = ".tailboard"
"""Ends the names of event files that hold what the run folder beside or above them holds in our own format."""

_POLYNOMIAL = 0x82F63B78  # reflected
_MASK_DELTA = 0xA282EAD8


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
        checksum: returns the CRC-32C of a record; `crc32c` if None, which takes long for records of megabytes.

    Raises:
        FileExistsError: there is such a file.
        OSError: it cannot be made.
    """

    def __init__(self, path: Path, started: float, checksum: Callable[[bytes], int] | None = None) -> None:
        self._checksum = checksum or crc32c
        self._file = path.open("xb", buffering=1 << 20)
        self._write(double(1, started) + content(3, FILE_VERSION))

    def write(self, wall_time: float, step: int, values: Sequence[bytes]) -> None:
        """Add one event. Raises OSError.

        Args:
            wall_time: seconds since the epoch.
            step: the trainer's own counter, 64 bits.
            values: as the functions of `event_values` make them.
        """
        self._write(event(wall_time, step, values))

    def write_graph(self, wall_time: float, step: int, graph: bytes) -> None:
        """Add the graph of the run, a GraphDef; TensorBoard shows one for each run. Raises OSError."""
        self._write(double(1, wall_time) + number(2, step) + content(4, graph))

    def flush(self) -> None:
        """Hand all events so far to the kernel. Raises OSError."""
        self._file.flush()

    def close(self) -> None:
        """Flush and close. Raises OSError."""
        self._file.close()

    def _write(self, record: bytes) -> None:
        self._file.write(frame(record, self._checksum(record)))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def frame(record: bytes, crc: int) -> bytes:
    """Put length and checksums around a record; `crc` is its CRC-32C."""
    return b"".join((_head(len(record)), record, _masked(crc)))


def event(wall_time: float, step: int, values: Sequence[bytes]) -> bytes:
    """Encode one event with a summary; for the arguments see `EventFile.write`."""
    summary = b"".join(content(1, value) for value in values)
    return double(1, wall_time) + number(2, step) + content(5, summary)


def crc32c(data: bytes) -> int:
    """Return the CRC-32C of `data`, four bytes at a time; about 10 MB a second on one core, less of large records."""
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
