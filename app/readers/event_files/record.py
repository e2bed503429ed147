"""One event, parsed field by field: the general way, for any record."""

import struct
from dataclasses import dataclass, field
from typing import NamedTuple

from app.readers._protobuf import (
    BYTES,
    FIXED32,
    VARINT,
    Buffer,
    Field,
    fields,
    float32,
    float64,
    signed,
    text,
)
from app.readers.event_files.layout import Layout, Number

SESSION_START = 1
UNKNOWN_SIZE = 1 << 10
_MAX_STEP_BYTES = 9  # a tenth byte is that of a negative step
_WALL_TIME, _STEP, _FILE_VERSION, _GRAPH_DEF, _SUMMARY, _SESSION_LOG, _RUN_METADATA, _META_GRAPH = (
    1,
    2,
    3,
    4,
    5,
    7,
    8,
    9,
)
_OTHERS = (_GRAPH_DEF, _RUN_METADATA, _META_GRAPH)
_VALUE = 1  # of a summary
_TAG, _SIMPLE_VALUE, _NODE_NAME, _TENSOR = 1, 2, 7, 8  # of a value
_FORMS = {(4, 4): "<f", (5, 4): "<f", (4, 8): "<d", (6, 8): "<d"}  # of a tensor: its field and size of one number
_TYPES = {1: "<f", 2: "<d"}  # DT_FLOAT, DT_DOUBLE


class Scalar(NamedTuple):
    """One value with its tag, and where it lies."""

    tag: str
    value: float
    number: Number | None  # its place is counted in the buffer; None where it is in no form that is known here


@dataclass(slots=True)
class Event:
    """What one record holds.

    Attributes:
        wall_time: seconds since the epoch.
        file_version: of the format, where this is the record that names it.
        session_status: of a session log.
        is_summary: it holds a summary, be it empty.
        values: the messages of a summary.
        others: fields that hold graphs and the like.
    """

    wall_time: float = 0.0
    step: int = 0
    file_version: str = ""
    session_status: int = 0
    is_summary: bool = False
    values: list[Field] = field(default_factory=list)
    others: list[Field] = field(default_factory=list)
    wall_place: int | None = None  # in the buffer
    step_place: int = 0  # in the buffer
    step_size: int = 0  # bytes; 0 where there is no step, UNKNOWN_SIZE where it stands in no usual place


def parse_event(data: Buffer, begin: int, end: int) -> Event:
    """Parse the event `data[begin:end]`.

    Raises:
        MessageError: it is none.
    """
    event = Event()
    place = begin  # behind the last field whose end is known
    for one in fields(data, begin, end):
        if one.wire_type == VARINT:
            if one.number == _STEP:
                _take_step(event, data, one, place)
            continue
        place = one.value + one.size
        if one.wire_type == BYTES:
            _take_bytes(event, data, one)
        elif one.number == _WALL_TIME:
            event.wall_time, event.wall_place = float64(data, one), one.value
    return event


def _take_step(event: Event, data: Buffer, one: Field, place: int) -> None:
    """Take in the step, whose key is expected at `place`; its number follows the key."""
    if event.step_size == 0 and data[place] == _STEP << 3:
        event.step_place, event.step_size = place + 1, 1
        while data[place + event.step_size] & 0x80:
            event.step_size += 1
    else:
        event.step_size = UNKNOWN_SIZE
    event.step = signed(one.value)


def _take_bytes(event: Event, data: Buffer, one: Field) -> None:
    if one.number == _SUMMARY:
        event.is_summary = True
        event.values += [
            value
            for value in fields(data, one.value, one.value + one.size)
            if value.number == _VALUE and value.wire_type == BYTES
        ]
    elif one.number == _FILE_VERSION:
        event.file_version = text(data, one)
    elif one.number == _SESSION_LOG:
        for part in fields(data, one.value, one.value + one.size):
            if part.number == 1 and part.wire_type == VARINT:
                event.session_status = part.value
    elif one.number in _OTHERS:
        event.others.append(one)


def plain_scalar(data: Buffer, value: Field) -> Scalar | None:
    """Return what a value of a summary holds where that is a single float; None where it is anything else.

    Raises:
        MessageError: it is no message.
    """
    tag, found = "", None
    for one in fields(data, value.value, value.value + value.size):
        if one.number == _TAG and one.wire_type == BYTES:
            tag = text(data, one)
        elif one.number == _SIMPLE_VALUE and one.wire_type == FIXED32:
            found = one
        elif one.number > _SIMPLE_VALUE and one.wire_type == BYTES and one.number != _NODE_NAME:
            return None  # another kind, or metadata, which may tell of one
    return Scalar(tag, float32(data, found), Number(found.value, "<f")) if found else None


def located(data: Buffer, value: Field, tag: str, number: float) -> Scalar:
    """Return a scalar that a value of a summary holds in whatever form, and where."""
    place = None
    for one in fields(data, value.value, value.value + value.size):
        if one.number == _TENSOR and one.wire_type == BYTES:
            place = _number_in(data, one, number)
        elif one.number == _SIMPLE_VALUE and one.wire_type == FIXED32:
            place = Number(one.value, "<f")
    return Scalar(tag, number, place)


def _number_in(data: Buffer, tensor: Field, number: float) -> Number | None:
    """Return where a tensor of one float or double holds it; None where that is not sure."""
    form, held = None, []
    for one in fields(data, tensor.value, tensor.value + tensor.size):
        if one.number == 1 and one.wire_type == VARINT:
            form = _TYPES.get(one.value)
        elif one.number > 3:
            held.append(one)
    if form is None or len(held) != 1 or _FORMS.get((held[0].number, held[0].size)) != form:
        return None
    (found,) = struct.unpack_from(form, data, held[0].value)
    return Number(held[0].value, form) if found == number else None


def layout_of(event: Event, scalars: list[Scalar], begin: int, size: int) -> Layout | None:
    """Return where the numbers of an event are that holds these scalars and nothing else; None where that is not known.

    Args:
        event: as `parse_event` returned it.
        scalars: of all its values.
        begin: place in the buffer where the event begins.
        size: of the event, in bytes.
    """
    numbers = [scalar.number for scalar in scalars if scalar.number is not None]
    known = len(numbers) == len(scalars) == len(event.values) > 0 and event.step_size <= _MAX_STEP_BYTES
    if not known or event.others or event.file_version or event.session_status:
        return None
    wall_place = None if event.wall_place is None else event.wall_place - begin
    values = tuple(one._replace(place=one.place - begin) for one in numbers)
    return Layout(size, wall_place, event.step_place - begin, event.step_size, values)
