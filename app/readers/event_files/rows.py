"""Items of event files as they are remembered, 61 bytes each, and as they are read when someone looks."""

import struct
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple, overload

from app.readers._protobuf import MessageError, fields, text
from app.readers.contract import MediaItem, Span
from app.readers.event_files import content as decode
from app.readers.event_files.check import fault_of
from app.readers.event_files.frames import SMALL_BYTES
from app.readers.event_files.meshes import NPY, array_file

_MAX_DECODED = 64 << 20  # bytes of one value; blobs are never read here
_CHECKED_BYTES = SMALL_BYTES // 2  # what has no more lies in a record that was checked when it was read
_SIGN_BYTES = 16
_ARRAYS = {"tensor", "mesh"}
_LISTED_BYTES = 10 * decode.MAX_LISTED + 1024  # a number has 10 bytes at most
_HEAD_BYTES = 1024  # of a tensor: its data type and shape
_FIELD_HEAD_BYTES = 11  # of a string in a tensor, at most
_MAX_LABEL = 1 << 16


class Plugin(NamedTuple):
    """What the first value of a tag in a file says of all of them."""

    name: str = ""
    content: bytes = b""
    description: str = ""
    size: int = 0  # bytes of the field that says so


class Row(NamedTuple):
    """One item, as it is remembered."""

    file: int  # place of its file in the list of them
    form: int  # field of the value that holds it; 0 for a graph of the whole run
    offset: int  # in the file, of the blob or of the message to decode
    size: int  # bytes
    step: int
    wall_time: float  # seconds since the epoch
    at: int = 0  # place among the items of one value
    of: int = 1  # how many those are
    width_px: int = 0
    height_px: int = 0
    label_size: int = 0  # bytes of the words behind an audio clip


_ROW = struct.Struct("<IBQQqdIIIII")


def packed(row: Row) -> bytes:
    """Return a row as it is kept."""
    return _ROW.pack(*row)


def count_rows(rows: bytes | bytearray) -> int:
    """Return how many rows are kept there."""
    return len(rows) // _ROW.size


def row_at(rows: bytes | bytearray, place: int) -> Row:
    """Return a row that was kept."""
    return Row._make(_ROW.unpack_from(rows, place * _ROW.size))


class EventItems(Sequence[MediaItem]):
    """Items of one tag that are read when they are asked for: of blobs and large arrays only how they begin.

    Attributes:
        kind: of all of them.
    """

    def __init__(self, tag: str, kind: str, plugin: Plugin, rows: bytearray, files: Sequence[Path]) -> None:
        self._tag = tag
        self.kind = kind
        self._plugin = plugin
        self._rows = rows
        self._count = count_rows(rows)
        self._files = files

    def __len__(self) -> int:
        """How many there are."""
        return self._count

    @overload
    def __getitem__(self, place: int) -> MediaItem: ...
    @overload
    def __getitem__(self, place: slice) -> Sequence[MediaItem]: ...
    def __getitem__(self, place: int | slice) -> MediaItem | Sequence[MediaItem]:
        """Read one item, or some. Raises OSError where a file is gone."""
        places = range(self._count)[place]
        return list(self._read(places)) if isinstance(places, range) else next(self._read([places]))

    def __iter__(self) -> Iterator[MediaItem]:
        """Read all, with each file opened once. Raises OSError where one is gone."""
        return self._read(range(self._count))

    @property
    def steps(self) -> Sequence[int]:
        """The step of each."""
        return [row_at(self._rows, place).step for place in range(self._count)]

    def _read(self, places: Sequence[int]) -> Iterator[MediaItem]:
        path: Path | None = None
        with ExitStack() as opened:
            for row in (row_at(self._rows, place) for place in places):
                if path != self._files[row.file]:
                    path = self._files[row.file]
                    opened.close()
                    file = opened.enter_context(path.open("rb"))
                yield self._item(path, file, row)

    def _item(self, path: Path, file: BinaryIO, row: Row) -> MediaItem:
        meta = {"description": self._plugin.description} if self._plugin.description else {}
        item = MediaItem(
            tag=self._tag,
            kind=self.kind,
            step=row.step,
            wall_time=row.wall_time,
            path=path,
            media_type="application/octet-stream",
            width_px=row.width_px or None,
            height_px=row.height_px or None,
            size_bytes=row.size,
            index=row.at,
            count=row.of,
            meta=meta,
            span=Span(row.offset, row.size),
        )
        try:
            return replace(item, **self._found(file, row, meta))
        except MessageError as error:
            return replace(item, path=None, span=None, caption=f"It could not be read: {str(error).removesuffix('.')}.")

    def _found(self, file: BinaryIO, row: Row, meta: Mapping[str, Any]) -> dict[str, Any]:
        """Return the fields of an item that its bytes tell. Raises MessageError."""
        if self.kind in {"image", "audio"}:
            file.seek(row.offset)
            sign = file.read(min(row.size, _SIGN_BYTES))
            check = partial(fault_of, self._files[row.file], Span(row.offset, row.size))
            return {"media_type": decode.media_type_of(sign), "caption": _label(file, row), "check": check}
        if self.kind in _ARRAYS:
            return self._found_array(file, row, meta)
        if row.size > _MAX_DECODED:
            raise MessageError(f"it has {row.size:,} bytes, and at most {_MAX_DECODED:,} are decoded")
        data = _read(file, row.offset, row.size)
        if row.size > _CHECKED_BYTES and (fault := fault_of(self._files[row.file], Span(row.offset, row.size))):
            raise MessageError(fault)
        if self.kind == "text":
            return {"path": None, "span": None, "media_type": "text/markdown", "text": decode.text_of(data)}
        if self.kind == "graph":
            media_type, found = decode.graph_of(data, self._plugin.name)
            return {"media_type": media_type, "meta": {**meta, **found}}
        found = decode.meta_of(self.kind, data, row.form)
        return {"path": None, "span": None, "media_type": "application/json", "meta": {**meta, **found}}

    def _found_array(self, file: BinaryIO, row: Row, meta: Mapping[str, Any]) -> dict[str, Any]:
        """Return the fields of a tensor or a part of a mesh: its numbers become an .npy file when asked for."""
        path, span = self._files[row.file], Span(row.offset, row.size)
        whole = row.size <= _LISTED_BYTES
        data = _read(file, row.offset, row.size if whole else _HEAD_BYTES)
        if _CHECKED_BYTES < row.size <= _LISTED_BYTES and (fault := fault_of(path, span)):
            raise MessageError(fault)
        found = decode.array_meta_of(self.kind, data, row.size, self._plugin.content)
        part = found.get("part", "")
        if row.size > _MAX_DECODED or not decode.has_numbers(data, row.size) or (self.kind == "mesh" and not part):
            return {"path": None, "span": None, "media_type": "application/json", "meta": {**meta, **found}}
        make = partial(array_file, path, span, part, row.at)
        return {"media_type": NPY, "meta": {**meta, **found}, "make": make, "check": partial(fault_of, path, span)}


def _label(file: BinaryIO, row: Row) -> str:
    """Return the words behind an audio clip: the next string of its tensor."""
    if not 0 < row.label_size <= _MAX_LABEL:
        return ""
    file.seek(row.offset + row.size)
    data = file.read(row.label_size + _FIELD_HEAD_BYTES)
    return next((text(data, one) for one in fields(data)), "")


def _read(file: BinaryIO, offset: int, size: int) -> bytes:
    file.seek(offset)
    data = file.read(size)
    if len(data) < size:
        raise MessageError("the file is shorter than it was when this was found")
    return data
