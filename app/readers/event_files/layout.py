"""Scalar records that differ in time, step and value alone, recognised and decoded many at a time.

Training loops log the same tags again and again, so that nearly all records of a file have the bytes of one seen
before, but for those numbers. A record that was parsed field by field becomes a template. Whether other records of
its size match is told by their checksums: the stored CRC without what the numbers give to it (see
`checksum.shares`) is that of all other bytes, the tag among them. It finds the template, and then the bytes
themselves are compared, so nothing is left to chance, and a matching record has the right checksum.
"""

import struct
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from app.readers.contract import Float64Array
from app.readers.event_files.checksum import (
    BLOCK_BYTES,
    BoolArray,
    Int64Array,
    UInt8Array,
    UInt32Array,
    masked_checksum,
    shares,
    unmasked,
)

MAX_BYTES = BLOCK_BYTES
"""Longest record that is matched."""

_WALL_BYTES = 6  # of 8 that are taken as varying: the others stay the same for two years


class Number(NamedTuple):
    """A number in a record: a place and a format of `struct`."""

    place: int
    form: str  # "<f" or "<d"


class Layout(NamedTuple):
    """Where the numbers of a scalar record are.

    Attributes:
        size: bytes of the record's data.
        wall_place: where its wall time is, a double; None where it has none.
        step_place: where its step begins.
        step_size: bytes of its step; 0 where it has none, which means 0.
        values: where its values are, at least one.
    """

    size: int
    wall_place: int | None
    step_place: int
    step_size: int
    values: tuple[Number, ...]


class Decoded(NamedTuple):
    """Numbers of n records of m values."""

    step: Int64Array  # shape (n,)
    wall_time: Float64Array  # shape (n,), 0 where a record has none
    value: Float64Array  # shape (n, m)


class Templates:
    """All records of one layout that differ in more than their numbers.

    Attributes:
        tags: of the values of every template, as numbers.
    """

    def __init__(self, layout: Layout) -> None:
        self.tags: set[tuple[int, ...]] = set()
        self._layout = layout
        self._records: list[bytes] = []
        self._keys: list[int] = []
        self._tags: list[tuple[int, ...]] = []
        self._tag_matrix = np.empty((0, len(layout.values)), np.int64)
        self._fixed = np.full(layout.size, 0xFF, np.uint8)
        wall = range(layout.wall_place, layout.wall_place + 8) if layout.wall_place is not None else range(0)
        step = range(layout.step_place, layout.step_place + layout.step_size)
        values = [range(place, place + struct.calcsize(form)) for place, form in layout.values]
        for numbers in (wall[:_WALL_BYTES], *values):
            self._fixed[numbers] = 0
        self._fixed[step] = 0x80  # whether more bytes follow
        self._varying = np.flatnonzero(self._fixed != 0xFF).tolist()
        self._sort()

    def keys(self, rows: UInt8Array) -> UInt32Array:
        """Return the key of each record: its checksum without its numbers. `rows` is shape (n, size + 4)."""
        size = self._layout.size
        keys = unmasked(np.ascontiguousarray(rows[:, size:]).view("<u4").reshape(-1))
        table = shares()
        for place in self._varying:
            keys ^= table[size - 1 - place].take(rows[:, place])
        return keys

    def match(self, rows: UInt8Array, keys: UInt32Array) -> Int64Array:
        """Return for each record which template it matches, -1 for none; shape (n,)."""
        if len(self._records) > len(self._sorted):
            self._sort()
        if not len(self._sorted):
            return np.full(len(rows), -1)
        places = np.minimum(self._sorted.searchsorted(keys), len(self._sorted) - 1)
        found = self._order[places]
        differ = self._matrix[found]
        differ ^= rows[:, : self._layout.size]
        differ &= self._fixed
        if differ.any() or not np.array_equal(self._sorted[places], keys):
            found[differ.any(axis=1) | (self._sorted[places] != keys)] = -1
        return found

    def add(self, record: bytes, key: int, tags: tuple[int, ...]) -> int:
        """Make a record a template, whose checksum is known to be right; return its number."""
        self._records.append(record)
        self._keys.append(key)
        self._tags.append(tags)
        self.tags.add(tags)
        return len(self._records) - 1

    def match_one(self, rows: UInt8Array, template: int) -> BoolArray:
        """Tell of records of the same key whether their other bytes are those of this template."""
        record = np.frombuffer(self._records[template], np.uint8)
        same: BoolArray = np.logical_not(((rows[:, : self._layout.size] ^ record) & self._fixed).any(axis=1))
        return same

    def tags_of(self, templates: Int64Array) -> Int64Array:
        """Return the tags of the values of these templates, shape (n, m)."""
        if len(self._tag_matrix) < len(self._tags):
            self._tag_matrix = np.array(self._tags, np.int64)
        return self._tag_matrix[templates]

    def decode(self, rows: UInt8Array) -> Decoded:
        """Return the numbers of records that match."""
        layout = self._layout
        step = np.zeros(len(rows), np.int64)
        for place in range(layout.step_size):
            step |= (rows[:, layout.step_place + place] & 0x7F).astype(np.int64) << 7 * place
        wall_time = np.zeros(len(rows))
        if layout.wall_place is not None:
            wall_time = _column(rows, Number(layout.wall_place, "<d"))
        value = np.empty((len(rows), len(layout.values)))
        for place, number in enumerate(layout.values):
            value[:, place] = _column(rows, number)
        return Decoded(step, wall_time, value)

    def _sort(self) -> None:
        keys = np.array(self._keys, np.uint32)
        self._order = keys.argsort(kind="stable")
        self._sorted = keys[self._order]
        self._matrix = np.frombuffer(b"".join(self._records), np.uint8).reshape(-1, self._layout.size)


def _column(rows: UInt8Array, number: Number) -> Float64Array:
    column = np.ndarray((len(rows),), number.form, rows, number.place, (rows.shape[1],))
    with np.errstate(invalid="ignore"):  # a signalling NaN is a value like any other
        return column.astype(np.float64)


class Matching:
    """Records of one size, on their way to being matched.

    Attributes:
        size: bytes of data of each.
        is_open: which of them match no template so far, shape (n,).
    """

    def __init__(self, data: UInt8Array, begins: Int64Array, size: int) -> None:
        self.size = size
        self.is_open = np.ones(len(begins), np.bool_)
        width = size + 4
        windows = np.ndarray((max(0, len(data) - width + 1),), f"V{width}", data, strides=(1,))
        self._rows = windows[begins].view(np.uint8).reshape(-1, width)
        self._found: dict[Templates, Int64Array] = {}
        self._keys: dict[Templates, UInt32Array] = {}

    def match(self, templates: Templates) -> None:
        """Match the records that are open."""
        self._keys[templates] = keys = templates.keys(self._rows)
        found = templates.match(self._rows, keys)
        found[~self.is_open] = -1
        self.is_open &= found < 0
        self._found[templates] = found

    def record(self, place: int) -> bytes:
        """Return the data of a record; nothing where its checksum is wrong."""
        record = self._rows[place].tobytes()
        (checksum,) = struct.unpack_from("<I", record, self.size)
        return record[: self.size] if masked_checksum(record[: self.size]) == checksum else b""

    def learn(self, templates: Templates, place: int, tags: tuple[int, ...]) -> None:
        """Make a record a template and match the open ones with it."""
        if templates not in self._keys:
            self._keys[templates] = templates.keys(self._rows)
            self._found[templates] = np.full(len(self._rows), -1)
        keys = self._keys[templates]
        template = templates.add(self._rows[place, : self.size].tobytes(), int(keys[place]), tags)
        same = np.flatnonzero((keys == keys[place]) & self.is_open)
        same = same[templates.match_one(self._rows[same], template)]
        self._found[templates][same] = template
        self.is_open[same] = False

    def decoded(self) -> Iterator[tuple[Int64Array, Int64Array, Decoded]]:
        """Yield per layout the records that match, shape (n,), the tags of their values, (n, m), and their numbers."""
        for templates, found in self._found.items():
            places = np.flatnonzero(found >= 0)
            if len(places):
                rows = self._rows if len(places) == len(self._rows) else self._rows[places]
                yield places, templates.tags_of(found[places]), templates.decode(rows)


def by_size(sizes: Int64Array) -> Sequence[Int64Array]:
    """Return the places of the records of each size, in ascending order; none of records that are never matched."""
    if not len(sizes):
        return []
    order = sizes.astype(np.uint16).argsort(kind="stable")  # numpy sorts 16 bits by counting
    ends = np.flatnonzero(np.diff(sizes[order], append=-1)) + 1
    groups = [order[begin:end] for begin, end in zip([0, *ends[:-1]], ends, strict=True)]
    return [group for group in groups if 0 < sizes[group[0]] <= MAX_BYTES]
