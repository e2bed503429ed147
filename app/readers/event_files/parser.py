"""The records of one event file: scalars as columns, and all else handed on by its place."""

import os
from collections import deque
from collections.abc import Sequence
from contextlib import suppress
from io import FileIO
from pathlib import Path
from typing import NamedTuple

import numpy as np

from app.readers._protobuf import Buffer, MessageError
from app.readers.event_files.batch import Batch, Restarts, Scalars, split
from app.readers.event_files.big import read_event
from app.readers.event_files.checksum import Int64Array
from app.readers.event_files.frames import CHECKSUM_BYTES, FRAME_BYTES, HEADER_BYTES, Piece, are_whole
from app.readers.event_files.items import Items
from app.readers.event_files.layout import MAX_BYTES, Decoded, Layout, Matching, Templates, by_size
from app.readers.event_files.record import SESSION_START, Event, Scalar, layout_of, located, parse_event, plain_scalar
from app.readers.event_files.single import single_value
from app.readers.folder import Problems

_FEW = 16  # records of one size: parsing these one by one takes no longer than finding out how they are alike
_CHECKED_BYTES = 1 << 14  # with more, the checksum is only checked when someone looks at an item
_CHECK_WORK = 4  # for each byte, in bytes that are matched in the same time, as all work
_EVENT_WORK, _VALUE_WORK = 1 << 12, 1 << 10
_MAX_LAYOUTS = 16  # of one size
_MAX_MISSES = 8  # records of one size that give no template, before the others are not tried

_WRONG_CHECKSUM = "the checksum of a record's data is wrong; the record was left out"
_NO_EVENT = "a record is no event and was left out: {}"


class Parser:
    """Parses the records of one file in their order; knows what records looked like so far.

    Args:
        path: of the file.
        items: takes in what is no scalar.
        restarts: of the run.
        problems: told of records that cannot be read, with the byte where they begin.
        skips_big: take in no big record.

    Attributes:
        began: wall time of the first event, in seconds since the epoch; None before there is one.
        has_big_scalars: a big record held a scalar.
        work: what it took so far to check and parse records one by one, in bytes that are matched in the same time.
    """

    def __init__(
        self, path: Path, items: Items, restarts: Restarts, problems: Problems, *, skips_big: bool = False
    ) -> None:
        self.began: float | None = None
        self.has_big_scalars = False
        self.work = 0
        self._skips_big = skips_big
        self._small: list[_Records] = []
        self._big: list[tuple[int, Piece]] = []
        self._rows = 0
        self._path = path
        self._items = items
        self._restarts = restarts
        self._problems = problems
        self._tags: dict[str, int] = {}
        self._names: list[str] = []
        self._templates: dict[int, dict[Layout, Templates]] = {}

    def add(self, piece: Piece) -> None:
        """Take in the next records, small ones or a big one; they are parsed by the next `batch`."""
        if piece.small is None:
            if not self._skips_big:
                self._big.append((self._rows, piece))
                self._rows += 1
            return
        begins, sizes, _ = piece.small
        rows = np.arange(self._rows, self._rows + len(begins))
        self._small.append(_Records(piece.data, begins, sizes, begins + piece.data_offset, rows))
        self._rows += len(begins)

    def batch(self, file: FileIO) -> Batch:
        """Parse the records that were taken in since the last batch.

        Raises:
            OSError: the file cannot be read.
        """
        records = _joined(self._small)
        if self.began is None and len(records.begins):
            begin = int(records.begins[0])
            with suppress(MessageError):
                self.began = parse_event(records.data, begin, begin + int(records.sizes[0])).wall_time
        parts, left = self._match(records)
        parts += self._parse(records, left, file)
        self._small, self._big, self._rows = [], [], 0
        columns, rows = split(parts, self._names) if parts else ({}, {})
        return self._restarts.judge(parts, columns, rows)

    def _match(self, records: "_Records") -> tuple[list[Scalars], Int64Array]:
        """Decode the records that match a template; return them, and the places of the others in ascending order."""
        parts: list[Scalars] = []
        is_left = np.ones(len(records.begins), np.bool_)
        data = np.frombuffer(records.data, np.uint8)
        for group in by_size(records.sizes):
            if len(group) < _FEW:
                continue
            matching = Matching(data, records.begins[group], int(records.sizes[group[0]]))
            self._match_group(matching)
            for places, tags, decoded in matching.decoded():
                parts.append(_flat(records.rows[group[places]], tags, decoded))
                is_left[group[places]] = False
        return parts, np.flatnonzero(is_left)

    def _match_group(self, matching: Matching) -> None:
        """Match records of one size, and learn new templates from those that match none."""
        known = self._templates.setdefault(matching.size, {})
        for templates in known.values():
            if matching.is_open.any():
                matching.match(templates)
        misses = 0
        for place in np.flatnonzero(matching.is_open).tolist():
            if not matching.is_open[place]:
                continue
            record = matching.record(place)
            layout, scalars = self._learn(record) if record else (None, ())
            if layout is not None and (layout in known or len(known) < _MAX_LAYOUTS):
                if layout not in known:
                    known[layout] = Templates(layout)
                matching.learn(known[layout], place, self._numbers(scalars))
            elif (misses := misses + 1) > _MAX_MISSES:
                return

    def _learn(self, record: bytes) -> tuple[Layout | None, Sequence[Scalar]]:
        """Return the layout of a record and the scalars in it; None where it holds anything but plain scalars."""
        try:
            event = parse_event(record, 0, len(record))
            scalars = [plain_scalar(record, value) for value in event.values]
        except MessageError:
            return None, ()
        found = [scalar for scalar in scalars if scalar is not None]
        return layout_of(event, found, 0, len(record)), found

    def _parse(self, records: "_Records", places: Int64Array, file: FileIO) -> list[Scalars]:
        """Parse these small records and all big ones, one by one and in order; return the scalars in them."""
        found = _Found()
        begins, sizes = records.begins[places], records.sizes[places]
        self.work += _CHECK_WORK * int(sizes.sum())
        is_whole = are_whole(np.frombuffer(records.data, np.uint8), begins, sizes) if len(places) else np.empty(0)
        small = (records.rows[places], begins, sizes, records.offsets[places], is_whole)
        waiting = deque(self._big)
        for row, begin, size, offset, whole in zip(*(column.tolist() for column in small), strict=True):
            while waiting and waiting[0][0] < row:
                self._take_big(file, *waiting.popleft(), found)
            if whole:
                self._take_event(records.data, begin, begin + size, offset, row, found)
            else:
                self._problems.add(self._path, f"byte {offset - HEADER_BYTES:,}", _WRONG_CHECKSUM)
        for row, piece in waiting:
            self._take_big(file, row, piece, found)
        return found.as_parts()

    def _take_big(self, file: FileIO, row: int, piece: Piece, found: "_Found") -> None:
        """Take in a big record; of one that holds a single item no more is read than its beginning tells."""
        offset, size = piece.begin + HEADER_BYTES, piece.end - piece.begin - FRAME_BYTES
        if self._take_single(piece.data[HEADER_BYTES : HEADER_BYTES + size], offset, size):
            return
        self.work += _EVENT_WORK
        if size <= _CHECKED_BYTES:
            whole = os.pread(file.fileno(), size + CHECKSUM_BYTES, offset)
            if self._take_single(whole, offset, size):
                return
            self.work += _CHECK_WORK * size
            if not _is_whole(whole, size):
                self._problems.add(self._path, f"byte {piece.begin:,}", _WRONG_CHECKSUM)
                return
            data: Buffer = whole
        else:
            try:
                data = read_event(file, offset, size)
            except MessageError as error:
                self._problems.add(self._path, f"byte {piece.begin:,}", _NO_EVENT.format(error))
                return
        had = len(found)
        self._take_event(data, 0, size, offset, row, found)
        self.has_big_scalars |= len(found) > had

    def _take_single(self, data: bytes, offset: int, size: int) -> bool:
        """Take in an event that begins with `data` and holds one item; tell whether that was possible."""
        single = single_value(data, size)
        if single is None or not self._items.take_single(self._path, data, offset, single):
            return False
        if self.began is None:
            self.began = single.wall_time
        return True

    def _take_event(self, data: Buffer, begin: int, end: int, offset: int, row: int, found: "_Found") -> None:
        """Take in the event `data[begin:end]`, which lies at `offset` of the file."""
        try:
            event = parse_event(data, begin, end)
        except MessageError as error:
            self._problems.add(self._path, f"byte {offset - HEADER_BYTES:,}", _NO_EVENT.format(error))
            return
        self.work += _EVENT_WORK + _VALUE_WORK * len(event.values)
        if self.began is None:
            self.began = event.wall_time
        if event.file_version:
            self._restarts.name_version(event.file_version)
        is_start = event.session_status == SESSION_START
        if is_start:
            self._items.purge(event.step)
        self._restarts.take(row, event.step, is_summary=event.is_summary, is_start=is_start)
        shift = offset - begin
        for one in event.others:
            self._items.take_event(
                self._path,
                data,
                one.value,
                offset + one.value - begin,
                one.size,
                one.number,
                event.step,
                event.wall_time,
            )
        scalars = self._take_values(event, data, shift)
        tags = self._numbers(scalars)
        for tag, scalar in zip(tags, scalars, strict=True):
            found.add(row, tag, event.step, event.wall_time, scalar.value)
        if (layout := layout_of(event, scalars, begin, end - begin)) is not None:
            self._remember(layout, tags, data, begin)

    def _take_values(self, event: Event, data: Buffer, shift: int) -> list[Scalar]:
        """Return the scalars of an event and hand on its other values; `shift` leads from a place to its offset."""
        scalars = []
        for value in event.values:
            try:
                scalar = plain_scalar(data, value)
            except MessageError:
                scalar = None  # whoever takes it says what is wrong with it
            if scalar is None:
                place = value.value
                taken = self._items.take(
                    self._path, data, place, place + shift, value.size, event.step, event.wall_time
                )
                scalar = located(data, value, *taken) if taken else None
            if scalar is not None:
                scalars.append(scalar)
        return scalars

    def _remember(self, layout: Layout, tags: tuple[int, ...], data: Buffer, begin: int) -> None:
        """Make a template of a record, so that later ones like it match; of tensors only who took them knew scalars."""
        known = self._templates.setdefault(layout.size, {})
        if layout.size > MAX_BYTES or (layout not in known and len(known) >= _MAX_LAYOUTS):
            return
        templates = known.setdefault(layout, Templates(layout))
        if tags not in templates.tags:
            row = np.frombuffer(data, np.uint8, layout.size + CHECKSUM_BYTES, begin).reshape(1, -1)
            templates.add(row[0, : layout.size].tobytes(), int(templates.keys(row)[0]), tags)

    def _numbers(self, scalars: Sequence[Scalar]) -> tuple[int, ...]:
        """Return the tags of scalars as numbers."""
        found = []
        for scalar in scalars:
            if scalar.tag not in self._tags:
                self._tags[scalar.tag] = len(self._names)
                self._names.append(scalar.tag)
            found.append(self._tags[scalar.tag])
        return tuple(found)


def _is_whole(record: bytes, size: int) -> bool:
    """Tell whether `size` bytes are all there, with their checksum behind them."""
    array = np.frombuffer(record, np.uint8)
    return len(array) == size + CHECKSUM_BYTES and bool(are_whole(array, np.array([0]), np.array([size])).all())


def _flat(rows: Int64Array, tags: Int64Array, decoded: Decoded) -> Scalars:
    """Return the values of n records as n times m scalars; `rows` is shape (n,) and `tags` (n, m)."""
    values = tags.shape[1]
    if values == 1:
        return Scalars(rows, tags[:, 0], decoded.step, decoded.wall_time, decoded.value[:, 0])
    step, wall_time = decoded.step.repeat(values), decoded.wall_time.repeat(values)
    return Scalars(rows.repeat(values), tags.reshape(-1), step, wall_time, decoded.value.reshape(-1))


class _Records(NamedTuple):
    """Small records.

    Attributes:
        data: holds all of them.
        begins: where the data of each begins there, shape (n,), as the others.
        sizes: bytes of data.
        offsets: where the data of each begins in the file.
        rows: their places among all records of a batch.
    """

    data: bytes
    begins: Int64Array
    sizes: Int64Array
    offsets: Int64Array
    rows: Int64Array


def _joined(parts: Sequence[_Records]) -> _Records:
    if len(parts) == 1:
        return parts[0]
    shifts = np.cumsum([0, *(len(part.data) for part in parts)])
    begins = [part.begins + shift for part, shift in zip(parts, shifts, strict=False)]
    columns = ([part[place] for part in parts] for place in (2, 3, 4))
    data = b"".join(part.data for part in parts)
    return _Records(data, *(np.concatenate([*found, np.empty(0, np.int64)]) for found in (begins, *columns)))


class _Found:
    """Scalars of records that are parsed one by one."""

    def __init__(self) -> None:
        self._rows: list[tuple[int, int, int]] = []
        self._numbers: list[tuple[float, float]] = []

    def __len__(self) -> int:
        return len(self._rows)

    def add(self, row: int, tag: int, step: int, wall_time: float, value: float) -> None:
        self._rows.append((row, tag, step))
        self._numbers.append((wall_time, value))

    def as_parts(self) -> list[Scalars]:
        if not self._rows:
            return []
        row, tag, step = np.array(self._rows, np.int64).T
        wall_time, value = np.array(self._numbers, np.float64).T
        return [Scalars(row, tag, step, wall_time, value)]
