"""The bytes of answers with long columns, as to `POST /api/v1/live`: a JSON header and the columns it points into.

| Bytes | Hold |
| --- | --- |
| 0 to 3 | length of the header in bytes, uint32, little-endian |
| 4 to 4 + length | the header, JSON in UTF-8 |
| up to the next multiple of 8, counted from byte 0 | zeros |
| from there on, the body | columns one after another, each begun at a multiple of 8 and filled up with zeros |

A column in the header is `[dtype, offset, length]`: `"f8"` (float64), `"f4"` (float32) or `"i4"` (int32),
little-endian; the byte of the body at which it begins; and how many numbers it has. Two names may point to the same
column. So each column can be laid over the bytes as a typed array without copying.
"""

import struct
from typing import Any

import numpy as np
import numpy.typing as npt
import orjson

from app.store.query import Picture

Place = tuple[str, int, int]

_ALIGNMENT = 8
_NAMES = {"int32": "i4", "float32": "f4"}


class Body:
    """The columns of one answer, in the order in which they were added."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []
        self._size = 0

    def add(self, values: npt.NDArray[np.float64 | np.float32 | np.int32]) -> Place:
        """Put a column at the end and return its place for the header."""
        data = values.tobytes()
        padded = data + bytes(-len(data) % _ALIGNMENT)
        place = (_NAMES.get(values.dtype.name, "f8"), self._size, len(values))
        self._parts.append(padded)
        self._size += len(padded)
        return place

    def add_numbers(self, values: npt.NDArray[np.float64 | np.int64]) -> Place:
        """Put a finite column at the end, as int32 where nothing is lost by that and as float64 elsewhere."""
        if values.dtype == np.int64:
            small = values.astype(np.int32)
        else:
            with np.errstate(invalid="ignore"):  # a number beyond int32 becomes another one, and is seen by that
                small = values.astype(np.int32)
        return self.add(small if (small == values).all() else values.astype(np.float64))

    def with_header(self, header: dict[str, Any]) -> bytes:
        """Return the whole answer."""
        encoded = orjson.dumps(header)
        begin = struct.pack("<I", len(encoded)) + encoded
        return b"".join([begin, bytes(-len(begin) % _ALIGNMENT), *self._parts])


def add_picture(body: Body, picture: Picture) -> dict[str, Place]:
    """Put the columns of a picture into the body, each different one once, and return their places by name."""
    places = {
        "step": body.add_numbers(picture.step),
        "wall_time": body.add(picture.wall_time),
        "y": body.add(picture.y),
    }
    if (picture.x == picture.step).all():
        places["x"] = places["step"]
    elif (picture.x == picture.wall_time).all():
        places["x"] = places["wall_time"]
    else:
        places["x"] = body.add_numbers(picture.x)
    if picture.smoothed is not None:
        places["smoothed"] = body.add(picture.smoothed)
    if picture.marks:
        places["marks_x"] = body.add_numbers(picture.marks_x)
    return places
