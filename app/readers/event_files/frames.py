"""Where the records of an event file begin and end.

A record is the size of its data (8 bytes), the masked CRC of these 8 bytes, the data, and the masked CRC of the data;
numbers are little-endian. Small records are found by their headers, all at once: where six zero bytes end a size
whose checksum follows. That takes a third of the time of going from one to the next in Python (30 ns against 90 ns).
"""

import os
import struct
from collections.abc import Iterator
from functools import cache, lru_cache
from io import FileIO
from typing import NamedTuple

import numpy as np

from app.readers.event_files.checksum import (
    BoolArray,
    Int64Array,
    UInt8Array,
    UInt32Array,
    checksums,
    masked,
    masked_checksum,
)

HEADER_BYTES = 12
CHECKSUM_BYTES = 4
FRAME_BYTES = HEADER_BYTES + CHECKSUM_BYTES
"""Of a record, beside its data."""

SMALL_BYTES = 1 << 10
"""Records of more data are big: they are taken in one by one, and of blobs in them nothing is read."""

_MOST_FOUND = 1 << 14  # bytes of a record whose header is found behind what is no record
_HEADER = struct.Struct("<QI")
_FIRST_BYTES = 1 << 16  # read at once where a file begins; more than a small record has
_JUMP_BYTES = 1 << 10  # read at once behind a big record, where often another one follows
_MOST_BYTES = 1 << 18  # with more, what is computed of them no longer fits the processor's cache
_FEW = 16  # records that are taken in one by one where their headers were not found


class Frames(NamedTuple):
    """Small records that follow each other without a gap.

    Attributes:
        begins: where the data of each begins, shape (n,).
        sizes: bytes of data, shape (n,).
        end: where the last one ends, or where the first would begin.
    """

    begins: Int64Array
    sizes: Int64Array
    end: int


class Headers(NamedTuple):
    """Every place where a header of a record up to `_MOST_FOUND` stands, be it in the data of another; ascending.

    Attributes:
        places: shape (n,).
        sizes: bytes of data that follow each, shape (n,).
    """

    places: Int64Array
    sizes: Int64Array


class Piece(NamedTuple):
    """What lies between two places of a file: small records, one big record, or bytes that belong to no record.

    Attributes:
        begin: offset in the file where it begins.
        end: offset in the file behind it.
        small: where small records are in `data`; None where there are none.
        data: some of the file, from `data_offset` on; of a big record no more than how it begins.
        is_big: it is one big record.
    """

    begin: int
    end: int
    small: Frames | None = None
    data: bytes = b""
    data_offset: int = 0
    is_big: bool = False


def pieces(file: FileIO, offset: int, end: int) -> Iterator[Piece]:
    """Walk the records of a file from `offset` on, up to `end` or to a record that is not whole yet.

    Where a record should begin and does not, the next header of one up to `_MOST_FOUND` is looked for. Zero bytes up
    to the end are waited for: some file systems show them where data is on its way.

    Raises:
        OSError: the file cannot be read.
    """
    most = _FIRST_BYTES
    while offset < end:
        data = os.pread(file.fileno(), min(most, end - offset), offset)
        place = 0
        for piece in _pieces_of(data, offset, end):
            yield piece
            place = piece.end - offset
        if place == 0 and most >= _FIRST_BYTES:
            return
        most = _JUMP_BYTES if place > len(data) else min(max(2 * most, _FIRST_BYTES), _MOST_BYTES)
        offset += place


def _pieces_of(data: bytes, offset: int, end: int) -> Iterator[Piece]:
    """Yield what begins in `data`, which was read at `offset` of a file of `end` bytes; only a big record goes on."""
    array = np.frombuffer(data, np.uint8)
    is_short = len(data) <= _JUMP_BYTES
    headers = None if is_short else small_headers(array)
    place = 0
    while len(data) - place >= HEADER_BYTES:
        size = size_at(data, place)
        if size is None:
            behind = _next_header(headers or small_headers(array), place)
            if behind is None:
                if offset + len(data) >= end and not array[place:].any():
                    return
                behind = len(data) - HEADER_BYTES + 1  # the bytes from there on may be the first of a header
            piece = Piece(offset + place, offset + behind)
        elif size > SMALL_BYTES:
            if offset + place + size + FRAME_BYTES > end:
                return
            behind = place + size + FRAME_BYTES
            begins = data[place : place + _JUMP_BYTES]
            piece = Piece(offset + place, offset + behind, None, begins, offset + place, is_big=True)
        else:
            small = frames(array, place, headers) if headers else None
            if small is None or small.end == place:
                small = _frames_one_by_one(data, place, most=len(data) if is_short else _FEW)
            if small.end == place:
                return
            piece = _piece(data, offset, place, small)
        yield piece
        place = piece.end - offset


def _piece(data: bytes, offset: int, place: int, small: Frames) -> Piece:
    """Return small records from `place` on, with no more of the data than these need, nearly."""
    if small.end - place > len(data) // 2:
        return Piece(offset + place, offset + small.end, small, data, offset)
    moved = Frames(small.begins - place, small.sizes, small.end - place)
    return Piece(offset + place, offset + small.end, moved, data[place : small.end], offset + place)


def _frames_one_by_one(data: bytes, place: int, most: int) -> Frames:
    """Return at most so many small records from `place` on. A few records are found in less time than by `frames`."""
    begins: list[int] = []
    sizes: list[int] = []
    while len(begins) < most and len(data) - place >= HEADER_BYTES:
        size = size_at(data, place)
        if size is None or size > SMALL_BYTES or place + size + FRAME_BYTES > len(data):
            break
        begins.append(place + HEADER_BYTES)
        sizes.append(size)
        place += size + FRAME_BYTES
    return Frames(np.array(begins, np.int64), np.array(sizes, np.int64), place)


def _next_header(headers: Headers, place: int) -> int | None:
    """Return where the next record seems to begin behind `place`, None where there is none."""
    following = int(headers.places.searchsorted(place, "right"))
    return int(headers.places[following]) if following < len(headers.places) else None


def size_at(data: bytes, place: int) -> int | None:
    """Return the size of the record that begins at `place`; None where no record does. Needs `HEADER_BYTES` there."""
    size, checksum = _HEADER.unpack_from(data, place)
    return size if _checksum_of_size(size) == checksum else None


@lru_cache(maxsize=1 << 14)
def _checksum_of_size(size: int) -> int:
    """Return the masked checksum of a size as a header has it; most records are as long as one before."""
    return masked_checksum(size.to_bytes(8, "little"))


def small_headers(data: UInt8Array) -> Headers:
    """Find headers of records up to `_MOST_FOUND` in `data`, shape (bytes,): nearly all of them, and nothing else.

    The size of such a record ends with six or seven zero bytes, so that two pairs of them are aligned. It is not
    found where more zeros come before, as for a size of 0.
    """
    zero = data[: len(data) & ~1].view("<u2") == 0
    both = zero[:-1] & zero[1:]
    begins = both.copy()
    begins[1:] &= np.logical_not(both[:-1])
    zeros = 2 * np.flatnonzero(begins)
    zeros = zeros[(zeros >= 2) & (zeros <= len(data) - HEADER_BYTES)]
    zeros -= data.take(zeros - 1) == 0
    low, high = data.take(zeros - 1).astype(np.int64), data.take(zeros - 2).astype(np.int64)
    table = _checksums_of_sizes()
    short = _words(data, zeros + 7) == table.take(low)
    sizes = np.where(short, low, high | low << 8)
    places = zeros - 2 + short
    right = short | ((sizes <= _MOST_FOUND) & (_words(data, zeros + 6) == table.take(sizes, mode="clip")))
    return Headers(places[right], sizes[right])


def frames(data: UInt8Array, place: int, headers: Headers) -> Frames:
    """Return the small records from `place` on, up to what is no whole small record.

    Args:
        data: shape (bytes,).
        place: where a record is to begin.
        headers: `small_headers` of `data`.
    """
    ends = headers.places + headers.sizes + FRAME_BYTES
    whole = (headers.sizes <= SMALL_BYTES) & (ends <= len(data))
    if not whole.all():
        headers, ends = Headers(headers.places[whole], headers.sizes[whole]), ends[whole]
    begins = headers.places
    # A header in the data of a record breaks the chain; it is picked up behind that record.
    breaks = np.append(np.flatnonzero(ends[:-1] != begins[1:]), len(begins) - 1)
    runs: list[slice] = []
    while (first := int(begins.searchsorted(place))) < len(begins) and begins[first] == place:
        last = int(breaks[breaks.searchsorted(first)])
        runs.append(slice(first, last + 1))
        place = int(ends[last])
    chosen = runs[0] if len(runs) == 1 else np.r_[tuple(runs)] if runs else slice(0)
    return Frames(begins[chosen] + HEADER_BYTES, headers.sizes[chosen], place)


def are_whole(data: UInt8Array, begins: Int64Array, sizes: Int64Array) -> BoolArray:
    """Tell of each of these small records whether its data is as its checksum says."""
    right: BoolArray = masked(checksums(data, begins, sizes)) == _words(data, begins + sizes)
    return right


def _words(data: UInt8Array, places: Int64Array) -> UInt32Array:
    """Return the 32-bit numbers that begin at these places."""
    words = np.ndarray(shape=(max(0, len(data) - 3),), dtype="<u4", buffer=data, strides=(1,))
    found: UInt32Array = words[places]
    return found


@cache
def _checksums_of_sizes() -> UInt32Array:
    """Return the masked CRC of each size of a record whose header is found."""
    sizes = np.arange(_MOST_FOUND + 1, dtype="<u8")
    return masked(checksums(sizes.view(np.uint8), 8 * sizes.astype(np.int64), np.full(len(sizes), 8)))
