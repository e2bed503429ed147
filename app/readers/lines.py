"""Complete lines of a growing file, and JSON Lines of flat records as columns."""

from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import repeat
from pathlib import Path
from typing import Any

import numpy as np
import orjson

from app.readers.contract import Columns, Float64Array, Int64Array
from trainer_hooks.record import NONFINITE, RESUME_KEY, STEP_KEY, TIME_KEY

CHUNK_BYTES = 1 << 19
"""Parsed at once. With more, the rows no longer fit the processor's cache: of lines with one tag 1.4 million values
a second are parsed, and 1.0 million in pieces of 8 MiB."""

LOOK_BYTES = 8 << 20
"""Taken in by one look at one file, so that no file holds up the others for longer than a tenth of a second."""

_INT64_MAX = (1 << 63) - 1  # orjson gives integers of 64 bits, signed or not, and floats beyond


def read_lines(path: Path, offset: int, end: int, chunk_bytes: int = CHUNK_BYTES) -> Iterator[bytes]:
    """Read the complete lines from `offset` on, piece by piece.

    Args:
        path: the file. It may grow during the call.
        offset: byte where a line begins.
        end: byte to stop before.
        chunk_bytes: how much to read at once; a longer line comes whole all the same.

    Yields:
        Whole lines with their newlines. Bytes after the last newline stay unread, so half a line is never parsed.

    Raises:
        OSError: the file cannot be opened or read.
    """
    with path.open("rb", buffering=0) as file:
        file.seek(offset)
        begun = b""
        while offset < end and (data := file.read(min(chunk_bytes, end - offset))):
            offset += len(data)
            complete, newline, rest = data.rpartition(b"\n")
            if newline:
                yield begun + complete + newline
                begun = rest
            else:
                begun += data


def read_pieces(path: Path, offset: int, end: int, chunk_bytes: int = CHUNK_BYTES) -> Iterator[bytes]:
    """Read the bytes from `offset` on piece by piece, wherever the pieces end.

    Raises:
        OSError: the file cannot be opened or read.
    """
    with path.open("rb", buffering=0) as file:
        file.seek(offset)
        while offset < end and (data := file.read(min(chunk_bytes, end - offset))):
            offset += len(data)
            yield data


@dataclass(frozen=True, slots=True)
class BadLine:
    """A line, or one value of it, that was left out."""

    number: int  # counted from 0 at the first line given to the parser
    what: str


@dataclass(frozen=True, slots=True)
class Batch:
    """Some lines of flat records, as columns.

    Attributes:
        columns: per tag, its records in order of arrival.
        marker: the first line that carries `_resume`, a step and a time, whole.
        newest: no record has a higher wall time, in seconds since the epoch.
        lines: how many lines there were, bad ones included.
        bad: what was left out, in order of lines.
    """

    columns: Mapping[str, Columns]
    marker: Mapping[str, Any] | None
    newest: float
    lines: int
    bad: Sequence[BadLine] = field(default_factory=tuple)


def parse_records(data: bytes, wanted: Container[str] | None = None) -> Batch:
    """Parse lines such as `{"_step":1,"_time":1732140000.5,"train/loss":0.25}` into columns.

    Args:
        data: whole lines, as `read_lines` returns them.
        wanted: tags to keep; None for all.

    Returns:
        The records by tag. A line that holds no record is left out and named in `bad`; so is a value that is
        no number. The strings "NaN", "Infinity" and "-Infinity" are numbers.
    """
    lines = data.split(b"\n")
    if not lines[-1]:
        lines.pop()
    bad: list[BadLine] = []
    rows, numbers = decode_lines(lines, bad)
    shapes: dict[tuple[str, ...], list[int]] = {}
    for index, row in enumerate(rows):
        shapes.setdefault(tuple(row), []).append(index)
    pieces: dict[str, list[_Piece]] = {}
    marker, newest = None, float("-inf")
    for keys, indexes in shapes.items():
        if RESUME_KEY in keys:
            for index in indexes:
                if what := _complaint(rows[index]):
                    bad.append(BadLine(int(numbers[index]), what))
                else:
                    marker = marker or rows[index]
            continue
        some = rows if len(indexes) == len(rows) else [rows[index] for index in indexes]
        group = _Group(keys, some, numbers[indexes])
        newest = max(newest, group.split(wanted, pieces, bad))
    bad.sort(key=lambda line: line.number)
    return Batch({tag: _joined(parts) for tag, parts in pieces.items()}, marker, newest, len(lines), bad)


def decode_lines(lines: Sequence[bytes], bad: list[BadLine]) -> tuple[list[dict[str, Any]], Int64Array]:
    """Decode lines that each hold a JSON object.

    Args:
        lines: without newlines; blank ones are skipped.
        bad: lines that hold none are added here.

    Returns:
        The objects in order, and for each the number of its line, from 0.
    """
    try:
        rows = list(map(orjson.loads, lines))
    except orjson.JSONDecodeError:
        rows = None
    if rows is not None and all(map(isinstance, rows, repeat(dict))):
        return rows, np.arange(len(lines))
    found = [(number, row) for number, line in enumerate(lines) if (row := _decode_one(number, line, bad)) is not None]
    return [row for _, row in found], np.array([number for number, _ in found], dtype=np.int64)


def _decode_one(number: int, line: bytes, bad: list[BadLine]) -> dict[str, Any] | None:
    if not line.strip():
        return None
    row = _object(line)
    if row is None:
        bad.append(BadLine(number, "it is not a JSON object"))
        # A write cut short by a crash leaves half a line or a hole of zero bytes, and the next record follows on
        # the same line: that one is whole.
        row = _object(line[line.rfind(b'{"_') :])
    return row


def _object(line: bytes) -> dict[str, Any] | None:
    try:
        row = orjson.loads(line)
    except orjson.JSONDecodeError:
        return None
    return row if isinstance(row, dict) else None


@dataclass(frozen=True, slots=True)
class _Piece:
    """Records of one tag, and on which lines they stood."""

    numbers: Int64Array
    columns: Columns


@dataclass(slots=True)
class _Group:
    """Rows that have the same keys in the same order, so that they are columns already."""

    keys: tuple[str, ...]
    rows: list[dict[str, Any]]
    numbers: Int64Array

    def split(self, wanted: Container[str] | None, pieces: dict[str, list[_Piece]], bad: list[BadLine]) -> float:
        """Add one piece for each wanted tag, and what was left out to `bad`; return the highest wall time."""
        cells = self._cells()
        if not _all_valid(cells):
            self._leave_out_invalid(bad)
            cells = self._cells()
        if not cells:
            return float("-inf")
        step = np.array(cells.pop(STEP_KEY), dtype=np.int64)
        wall_time = np.array(cells.pop(TIME_KEY), dtype=np.float64)
        for tag, values in cells.items():
            if tag.startswith("_") or not (wanted is None or tag in wanted):
                continue
            value, valid = _as_floats(values)
            if valid is None:
                piece = _Piece(self.numbers, Columns(step, wall_time, value))
            else:
                bad += (BadLine(number, f"its {tag} is not a number") for number in self.numbers[~valid].tolist())
                piece = _Piece(self.numbers[valid], Columns(step[valid], wall_time[valid], value[valid]))
            if len(piece.numbers):
                pieces.setdefault(tag, []).append(piece)
        return float(wall_time.max())

    def _cells(self) -> dict[str, Sequence[Any]]:
        """Values by key, one for each row; nothing where there are no rows."""
        return dict(zip(self.keys, zip(*map(dict.values, self.rows), strict=True), strict=False))

    def _leave_out_invalid(self, bad: list[BadLine]) -> None:
        complaints = [_complaint(row) for row in self.rows]
        kept = np.array([what is None for what in complaints])
        bad += (BadLine(number, what) for number, what in zip(self.numbers.tolist(), complaints, strict=True) if what)
        self.rows = [row for row, what in zip(self.rows, complaints, strict=True) if what is None]
        self.numbers = self.numbers[kept]


def _all_valid(cells: Mapping[str, Sequence[Any]]) -> bool:
    steps, times = cells.get(STEP_KEY, (None,)), cells.get(TIME_KEY, (None,))
    return set(map(type, steps)) == {int} and max(steps) <= _INT64_MAX and set(map(type, times)) <= {float, int}


def _complaint(row: Mapping[str, Any]) -> str | None:
    """Say what a row lacks to be a record; None where it lacks nothing."""
    step = row.get(STEP_KEY)
    if type(step) is not int or step > _INT64_MAX:
        return "its _step is missing or not an integer"
    if type(row.get(TIME_KEY)) not in {float, int}:
        return "its _time is missing or not a number"
    return None


def _as_floats(values: Sequence[Any]) -> tuple[Float64Array, np.ndarray[Any, np.dtype[np.bool_]] | None]:
    """Return the values as float64, and which of them are numbers: None where all are."""
    if set(map(type, values)) <= {float, int}:
        return np.array(values, dtype=np.float64), None
    numbers = [
        value if type(value) in {float, int} else NONFINITE.get(value) if type(value) is str else None
        for value in values
    ]
    valid = np.array([number is not None for number in numbers])
    return np.array(numbers, dtype=np.float64), None if valid.all() else valid


def _joined(parts: Sequence[_Piece]) -> Columns:
    """Put pieces of one tag back into the order of their lines."""
    if len(parts) == 1:
        return parts[0].columns
    order = np.argsort(np.concatenate([part.numbers for part in parts]), kind="stable")
    return in_order([part.columns for part in parts], order)


def concatenate(parts: Iterable[Columns]) -> Columns:
    """Return the records of one tag, part after part; each of `parts` is shape (n_i,), the result (sum n_i,)."""
    found = list(parts)
    if len(found) == 1:
        return found[0]
    return Columns(
        np.concatenate([part.step for part in found] or [np.empty(0, np.int64)]),
        np.concatenate([part.wall_time for part in found] or [np.empty(0, np.float64)]),
        np.concatenate([part.value for part in found] or [np.empty(0, np.float64)]),
    )


def in_order(parts: Sequence[Columns], order: Int64Array) -> Columns:
    """Return the records of all `parts`, one after the other, taken in `order` (positions, shape (n,))."""
    whole = concatenate(parts)
    return Columns(whole.step[order], whole.wall_time[order], whole.value[order])
