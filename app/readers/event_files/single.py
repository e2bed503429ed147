"""Events of a single value, as nearly all are that hold a blob or a tensor, told by how they begin.

Writers store the fields of a message in the order of their numbers, so one pattern finds the places of all that comes
before the content of the value; an event in another order is left to `parse_event`. The value is not read to its end,
nor is its checksum checked, before someone looks at it.
"""

import re
import struct
from typing import NamedTuple

from app.readers._protobuf import BYTES, Field, MessageError, signed, varint

_NUMBER = rb"([\x80-\xff]{0,9}[\x00-\x7f])"
_BEGINNING = re.compile(  # wall time, step, and the sizes of summary, value and tag
    rb"\x09(.{8})(?:\x10%b)?\x2a%b\x0a%b\x0a%b" % (4 * (_NUMBER,)), re.DOTALL
)
_CONTENTS = {4 << 3 | BYTES, 5 << 3 | BYTES, 6 << 3 | BYTES, 8 << 3 | BYTES}  # image, histogram, audio, tensor
_DOUBLE = struct.Struct("<d")


class Single(NamedTuple):
    """An event that holds one value.

    Attributes:
        wall_time: seconds since the epoch.
        tag: of the value.
        content: its field that is an image, a histogram, an audio clip or a tensor.
        rest: bytes of the value behind that, its metadata.
    """

    wall_time: float
    step: int
    tag: str
    content: Field
    rest: int


def single_value(data: bytes, size: int) -> Single | None:
    """Return what an event of `size` bytes holds that begins with `data`; None where that is not sure.

    It is not said either where the content is less than half of the event.
    """
    found = _BEGINNING.match(data)
    if found is None:
        return None
    try:
        step = varint(data, found.start(2), len(data))[0] if found[2] else 0
        summary_size, summary = varint(data, found.start(3), len(data))
        value_size, value = varint(data, found.start(4), len(data))
        tag_size, tag = varint(data, found.start(5), len(data))
        key, place = varint(data, tag + tag_size, len(data))
        content_size, content = varint(data, place, len(data))
    except MessageError:
        return None
    rest = size - content - content_size
    is_single = summary + summary_size == value + value_size == size
    if not is_single or key not in _CONTENTS or rest < 0 or 2 * content_size < size:
        return None
    (wall_time,) = _DOUBLE.unpack(found[1])
    name = data[tag : tag + tag_size].decode("utf-8", "replace")
    return Single(wall_time, signed(step), name, Field(key >> 3, BYTES, content, content_size), rest)
