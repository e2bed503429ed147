"""Whether a blob in an event file is what was logged: the checksum of its record, taken when someone looks at it."""

import struct
from functools import lru_cache
from pathlib import Path
from typing import BinaryIO

import numpy as np

from app.readers.contract import Span
from app.readers.event_files.checksum import MAX_BYTES, checksums, masked, masked_checksum, shares
from app.readers.event_files.frames import HEADER_BYTES

_LOOK_BACK = (1 << 10, 1 << 16, 1 << 20, 1 << 24)
"""Bytes before a blob in which its record's header is looked for; further only where a record holds many blobs."""

_PIECE_BYTES = 1 << 22  # in memory at once
_MAX_LANES, _LEAST_LANE = 4096, 256
_POLYNOMIAL = 0x82F63B78
_UINT32 = struct.Struct("<I")


@lru_cache(maxsize=4096)
def fault_of(path: Path, span: Span) -> str:
    """Say what is wrong with the record that holds a span, "" where nothing is.

    Raises:
        OSError: the file is gone or cannot be read.
    """
    with path.open("rb") as file:
        record = _record_around(file, span)
        if record is None:
            return f"No record of {path.name} holds the bytes at {span.offset:,} any more: it was written anew."
        if not _is_whole(file, record):
            return (
                f"The record at byte {record.offset - HEADER_BYTES:,} of {path.name} is damaged: its checksum is wrong."
            )
    return ""


def _record_around(file: BinaryIO, span: Span) -> Span | None:
    """Return where the data of the record lies that holds a span; None where no record does."""
    end = file.seek(0, 2)
    for look_back in _LOOK_BACK:
        begin = max(0, span.offset - look_back)
        file.seek(begin)
        before = file.read(span.offset - begin)
        for place in _possible_headers(before, begin, span, end)[::-1]:
            size, checksum = struct.unpack_from("<QI", before, place)
            if masked_checksum(before[place : place + 8]) == checksum:
                return Span(begin + place + HEADER_BYTES, size)
        if begin == 0:
            break
    return None


def _possible_headers(before: bytes, begin: int, span: Span, end: int) -> list[int]:
    """Return the places in `before`, read at `begin`, with a size that covers the span and ends in the file."""
    count = max(0, len(before) - HEADER_BYTES + 1)
    sizes = np.ndarray((count,), "<u8", before, strides=(1,))
    ends = begin + HEADER_BYTES + np.arange(count, dtype=np.uint64) + np.minimum(sizes, end)
    return np.flatnonzero((ends >= span.offset + span.size) & (ends <= end - _UINT32.size)).tolist()


def _is_whole(file: BinaryIO, record: Span) -> bool:
    """Tell whether the data of a record has the checksum that follows it."""
    file.seek(record.offset)
    crc, left = 0, record.size
    while left:
        data = file.read(min(left, _PIECE_BYTES))
        if not data:
            return False
        crc = _times(_factor(len(data)), crc) ^ checksum(data)
        left -= len(data)
    return file.read(_UINT32.size) == _UINT32.pack(masked(np.array([crc], np.uint32))[0])


def checksum(data: bytes) -> int:
    """Return the CRC-32C of some bytes; of many, as that of parts that are gone through side by side."""
    if len(data) <= MAX_BYTES:
        return int(checksums(np.frombuffer(data, np.uint8), np.array([0]), np.array([len(data)]))[0])
    lanes = min(_MAX_LANES, len(data) // _LEAST_LANE + 1)
    length = len(data) // lanes
    rest = len(data) - lanes * length
    columns = np.frombuffer(data, np.uint8)[rest:].reshape(lanes, length).T.astype(np.uint32)
    entries = shares()[0]
    crcs = np.full(lanes, 0xFFFFFFFF, np.uint32)
    for column in columns:
        crcs = (crcs >> 8) ^ entries[(crcs ^ column) & 0xFF]
    crc = int(checksums(np.frombuffer(data, np.uint8), np.array([0]), np.array([rest]))[0])
    factor = _factor(length)
    for one in (crcs ^ 0xFFFFFFFF).tolist():
        crc = _times(factor, crc) ^ one
    return crc


@lru_cache(maxsize=64)
def _factor(size: int) -> int:
    """Return what a CRC is to be multiplied by where `size` more bytes follow: x to the power of their bits."""
    power, factor = 1 << (31 - 8), 1 << 31  # x to the power of 8, and 1, their bits reversed
    while size:
        if size & 1:
            factor = _times(power, factor)
        power, size = _times(power, power), size >> 1
    return factor


def _times(one: int, other: int) -> int:
    """Return the product of two polynomials over GF(2), modulo that of CRC-32C, all with their bits reversed."""
    product = 0
    for place in reversed(range(32)):
        if one >> place & 1:
            product ^= other
        other = other >> 1 ^ (_POLYNOMIAL if other & 1 else 0)
    return product
