"""Takes records out of the blocks of a LevelDB log, as wandb frames its files, in whatever pieces the bytes come.

A file is cut into blocks of 32 KiB. A record lies in one fragment or in several: each is a header (checksum, length,
sort) and its data, and none crosses the end of a block. The file begins with seven bytes of wandb's own, which count
as part of the first block. https://github.com/google/leveldb/blob/main/doc/log_format.md
"""

import struct
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from app.readers.folder import Problems

FILE_HEADER: Final = b":W&B\xe1\xbe"  # and one byte with the version
_FILE_HEADER_BYTES: Final = 7
BLOCK_BYTES: Final = 1 << 15
_HEADER = struct.Struct("<IHB")
_FULL, _FIRST, _MIDDLE, _LAST = 1, 2, 3, 4
_NO_RECORD = "there is no record whose checksum is right; it is left out and reading goes on behind it"
_SEEDS = {sort: zlib.crc32(bytes([sort])) for sort in (_FULL, _FIRST, _MIDDLE, _LAST)}


class BlockLog:
    """The records of one file, from its first byte on.

    Args:
        path: the file, for the problems.
        problems: is told of each place where bytes are no records; reading goes on with the next block.
    """

    def __init__(self, path: Path, problems: Problems) -> None:
        self._path = path
        self._problems = problems
        self._offset = 0  # of what waits, in bytes from the beginning of the file
        self._waiting = b""
        self._good_from = _FILE_HEADER_BYTES  # bytes before this offset are passed over
        self._begun: list[bytes] | None = None  # fragments of a record whose end is to come
        self._lost = False  # a fragment of the record at hand could not be read

    def records(self, data: bytes) -> Iterator[bytes]:
        """Take in the next bytes of the file; yield the records that are whole now."""
        self._waiting += data
        place = 0
        while True:
            place = max(place, min(self._good_from - self._offset, len(self._waiting)))
            end = self._end_of_fragment(place)
            if end is None:
                break
            record = self._take(place, end) if end > place else None
            place = end
            if record is not None:
                yield record
        self._waiting, self._offset = self._waiting[place:], self._offset + place

    def _end_of_fragment(self, place: int) -> int | None:
        """Return where the fragment at `place` ends; None where its bytes are to come.

        Where no fragment can be, the rest of the block is passed over and `place` is returned.
        """
        left = BLOCK_BYTES - (self._offset + place) % BLOCK_BYTES
        there = len(self._waiting) - place
        if there < min(left, _HEADER.size):
            return None
        if left >= _HEADER.size:
            header = self._waiting[place : place + _HEADER.size]
            _, length, sort = _HEADER.unpack(header)
            if sort in _SEEDS and _HEADER.size + length <= left:
                end = place + _HEADER.size + length
                return end if end <= len(self._waiting) else None
            if not any(header) and there < left:
                return None  # bytes that did not get here yet read as zeros on some disks
            self._complain(place, _NO_RECORD)
            self._begun, self._lost = None, True
        self._good_from = self._offset + place + left
        return place

    def _take(self, place: int, end: int) -> bytes | None:
        """Check the fragment; return a record where it completes one."""
        checksum, _, sort = _HEADER.unpack_from(self._waiting, place)
        data = self._waiting[place + _HEADER.size : end]
        if zlib.crc32(data, _SEEDS[sort]) != checksum:
            self._complain(place, _NO_RECORD)
            self._begun, self._lost = None, True
            return None
        return self._join(place, sort, data)

    def _join(self, place: int, sort: int, data: bytes) -> bytes | None:
        if sort in (_FULL, _FIRST):
            if self._begun is not None:
                self._complain(place, "a record begins here, and the one before it has no end; that one is left out")
            self._begun, self._lost = ([data] if sort == _FIRST else None), False
            return data if sort == _FULL else None
        if self._begun is None:
            if not self._lost:
                self._complain(place, "a record goes on here that has no beginning; it is left out")
            return None
        self._begun.append(data)
        if sort == _MIDDLE:
            return None
        record, self._begun = b"".join(self._begun), None
        return record

    def _complain(self, place: int, what: str) -> None:
        self._problems.add(self._path, f"byte {self._offset + place:,}", what)
