"""Big records, read in parts: all but the blobs in them."""

from collections.abc import Mapping
from io import FileIO

import numpy as np

from app.readers._protobuf import BYTES, MAX_FIELDS, Buffer, MessageError, varint

_BLOCK_BYTES = 4096  # read at once
_KEY_BYTES = 20  # of a field, its size included, at most
_SMALL_BYTES = 4096  # what has no more is read even where it is a blob
_SIGN_BYTES = 256  # of a blob, read to tell its format

Schema = Mapping[int, "Schema | None"]
"""Fields of a message that may be blobs (None) or hold them; all others are read."""

_TENSOR: Schema = dict.fromkeys(range(4, 18))
_VALUE: Schema = {4: {4: None}, 5: {6: None, 7: None}, 6: {4: None}, 8: _TENSOR}  # image, histogram, audio, tensor
_EVENT: Schema = {4: None, 5: {1: _VALUE}, 8: {2: None}, 9: {2: None}}  # graph, summary, run metadata, meta graph


def read_event(file: FileIO, offset: int, size: int) -> Buffer:
    """Return the event of `size` bytes at `offset` with zeros in place of most of each blob.

    The system gives memory for a page of the buffer only where one is written, so a blob takes no memory either.

    Raises:
        OSError: the file cannot be read.
        MessageError: it is no event.
    """
    event = _Sparse(file, offset, size)
    event.read_fields(0, size, _EVENT)
    return event.data


class _Sparse:
    """A part of a file in memory, of which only what was asked for is read; places are asked for in ascending order."""

    def __init__(self, file: FileIO, offset: int, size: int) -> None:
        self.data = np.zeros(size, np.uint8).data
        self._file = file
        self._offset = offset
        self._read = 0  # what lies before is read or skipped
        self._fields = 0

    def read_fields(self, place: int, end: int, schema: Schema) -> None:
        """Read the fields of the message `data[place:end]`."""
        while place < end:
            self._fields += 1
            if self._fields > MAX_FIELDS:
                raise MessageError(f"a message has more than {MAX_FIELDS:,} fields", place)
            self._need(place, min(end, place + _KEY_BYTES))
            key, place = varint(self.data, place, end)
            number, wire_type = key >> 3, key & 7
            if wire_type != BYTES:
                place = varint(self.data, place, end)[1] if wire_type == 0 else place + (8 if wire_type == 1 else 4)
                continue
            size, place = varint(self.data, place, end)
            if size > end - place:
                raise MessageError("a field is longer than its message", place)
            inner = schema.get(number, {})
            if inner:
                self.read_fields(place, place + size, inner)
            else:
                is_blob = inner is None and size > _SMALL_BYTES
                self._need(place, place + (_SIGN_BYTES if is_blob else size))
            place += size

    def _need(self, begin: int, end: int) -> None:
        """Read up to `end`, and some more; what lies between the last place and `begin` stays zero."""
        if end <= self._read:
            return
        begin = max(begin, self._read)
        end = min(max(end, begin + _BLOCK_BYTES), len(self.data))
        self._file.seek(self._offset + begin)
        while begin < end and (count := self._file.readinto(self.data[begin:end])):
            begin += count
        self._read = end
