"""Everything in event files that is no plain scalar, taken in by its place in the file and never copied."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from app.readers._protobuf import BYTES, VARINT, Buffer, Field, MessageError, content, fields, float32, text
from app.readers.contract import MediaItem, RunState, TagFacts
from app.readers.event_files.content import HISTO
from app.readers.event_files.hparams import Session
from app.readers.event_files.meshes import Meshes, batch_of, tags_beside
from app.readers.event_files.rows import EventItems, Plugin, Row, count_rows, packed, row_at
from app.readers.event_files.single import Single
from app.readers.event_files.tensor import STRING, Tensor, read_tensor, scalar_of
from app.readers.folder import Problems

GRAPH_TAG = "__run_graph__"
"""TensorBoard's name for the graph of a whole run, which has none in the file."""

_TAG, _SIMPLE, _IMAGE, _HISTO, _AUDIO, _TENSOR, _METADATA = 1, 2, 4, HISTO, 6, 8, 9  # fields of a value
_GRAPH_DEF, _META_GRAPH = 4, 9  # fields of an event
_HELD = {_SIMPLE, _IMAGE, _HISTO, _AUDIO, _TENSOR}
_KINDS = {  # by the name of the plugin
    "images": "image",
    "audio": "audio",
    "histograms": "histogram",
    "text": "text",
    "pr_curves": "pr_curve",
    "mesh": "mesh",
    "custom_scalars": "custom_scalars",
    "graphs": "graph",
    "graph_run_metadata": "graph",
    "graph_run_metadata_graph": "graph",
    "graph_keras_model": "graph",
}
_NO_PLUGIN = Plugin()
_NO_ITEMS = {"scalars", "hparams"}  # plugins
_MAX_DIGITS = 10


class _Place(NamedTuple):
    """Where a message was handed over, and when it was logged."""

    file: int
    shift: int  # place in the buffer + shift = offset in the file
    step: int
    wall_time: float

    def row(self, form: int, one: Field, **more: int) -> Row:
        """Return the row of an item that is the content of this field."""
        return Row(self.file, form, one.value + self.shift, one.size, self.step, self.wall_time, **more)


@dataclass(slots=True)
class _Tag:
    """The items of one tag in order of arrival. `rows` grows or is replaced, so a list of its items stays as it is."""

    kind: str
    plugin: Plugin
    rows: bytearray = field(default_factory=bytearray)
    values: int = 0  # one value may hold several items

    def add(self, row: Row) -> None:
        self.rows += packed(row)
        self.values += row.at == 0

    def keep(self, wanted: Callable[[Row], bool]) -> None:
        rows, self.rows, self.values = self.rows, bytearray(), 0
        for place in range(count_rows(rows)):
            if wanted(row := row_at(rows, place)):
                self.add(row)

    def facts(self) -> TagFacts:
        first, last = row_at(self.rows, 0), row_at(self.rows, count_rows(self.rows) - 1)
        return TagFacts(self.kind, self.values, first.step, last.step, last.wall_time)


class Items:
    """The items of one run, in all its files.

    Args:
        problems: told of values that cannot be read, with file and byte.
    """

    def __init__(self, problems: Problems) -> None:
        self._problems = problems
        self._files: list[Path] = []
        self._numbers: dict[Path, int] = {}  # places of the files in the list
        self._plugins: dict[str, Plugin] = {}
        self._tags: dict[str, _Tag] = {}
        self._facts: Mapping[str, TagFacts] | None = {}
        self._sessions: dict[Path, Session] = {}

    @property
    def facts(self) -> Mapping[str, TagFacts]:
        """All tags that hold items; `points` counts values. A new mapping whenever one changed."""
        if self._facts is None:
            self._facts = {tag: one.facts() for tag, one in self._tags.items()}
        return self._facts

    @property
    def config(self) -> Mapping[str, Any]:
        """Hyper-parameters, of later sessions before those of earlier ones."""
        return {name: value for session in self._sessions.values() for name, value in session.config.items()}

    @property
    def created(self) -> float | None:
        """When the first session with hyper-parameters began, in seconds since the epoch."""
        return min((one.created for one in self._sessions.values() if one.created is not None), default=None)

    @property
    def state(self) -> RunState:
        """`FAILED` where the last session with hyper-parameters says so."""
        return next(reversed(self._sessions.values())).state if self._sessions else RunState.UNKNOWN

    def take(
        self, path: Path, buffer: Buffer, begin: int, offset: int, size: int, step: int, wall_time: float
    ) -> tuple[str, float] | None:
        """Take in one value of a summary; nothing of a blob is copied.

        Args:
            path: the file it is from.
            buffer: holds the message at `buffer[begin : begin + size]`.
            begin: place in the buffer.
            offset: of the same byte in the file.
            size: of the message, in bytes.
            step: of its event.
            wall_time: of its event, in seconds since the epoch.

        Returns:
            Tag and value where it is a scalar after all, stored as a tensor.
        """
        try:
            place = _Place(self._file(path), offset - begin, step, wall_time)
            return self._take(buffer, begin, begin + size, place)
        except MessageError as error:
            self._report(path, offset, error, begin)
            return None

    def take_single(self, path: Path, buffer: bytes, offset: int, single: Single) -> bool:
        """Take in a single value by how its event begins; tell whether that was possible, else it must be read whole.

        Metadata behind the value, which many writers repeat with each, is not read where it has the size of the last.

        Args:
            path: the file it is from.
            buffer: the first bytes of its event.
            offset: of these in the file.
            single: what they say.
        """
        plugin = self._plugins.get(single.tag, _NO_PLUGIN)
        if plugin.name in _NO_ITEMS or single.rest not in {0, plugin.size}:
            return False
        place = _Place(self._file(path), offset, single.step, single.wall_time)
        take = self._take_tensor if single.content.number == _TENSOR else self._take_old
        try:
            take(single.tag, plugin, buffer, single.content, place)
        except MessageError:
            return False
        return True

    def take_event(
        self, path: Path, buffer: Buffer, begin: int, offset: int, size: int, field: int, step: int, wall_time: float
    ) -> None:
        """Take in an event that is no summary: the content of its `field`, a graph or a meta graph.

        A meta graph holds the run's graph once more and counts where there was none; what a graph was run with
        (tagged_run_metadata) is left. The other arguments are those of `take`.
        """
        place = _Place(self._file(path), offset - begin, step, wall_time)
        graph: Field | None = None
        try:
            if field == _GRAPH_DEF:
                graph = Field(field, BYTES, begin, size)
            elif field == _META_GRAPH and GRAPH_TAG not in self._tags:
                found = fields(buffer, begin, begin + size)
                graph = next((one for one in found if one.number == 2 and one.wire_type == BYTES), None)
        except MessageError as error:
            self._report(path, offset, error, begin)
        if graph is not None:
            self._add(GRAPH_TAG, "graph", Plugin(), [place.row(0, graph)])

    def items(self, tag: str) -> Sequence[MediaItem]:
        """Return the items of one tag so far, in order of arrival; vertices have faces and colours as parts."""
        listed = self._listed(tag)
        if listed is None or listed.kind != "mesh":
            return listed or []
        others = {part: self._listed(other) for part, other in tags_beside(tag).items()}
        beside = {part: (items, items.steps) for part, items in others.items() if items and items.kind == "mesh"}
        return Meshes(listed, beside) if beside else listed

    def _listed(self, tag: str) -> EventItems | None:
        known = self._tags.get(tag)
        return EventItems(tag, known.kind, known.plugin, known.rows, self._files) if known else None

    def forget(self, path: Path) -> None:
        """Drop what one file held, which is gone or read anew."""
        self._sessions.pop(path, None)
        if (number := self._numbers.get(path)) is not None:
            self._keep(lambda row: row.file != number)

    def purge(self, step: int, tag: str | None = None) -> None:
        """Drop the items at this step and later ones, of one tag or of all: the training began again there."""
        self._keep(lambda row: row.step < step or row.form == 0, tag)

    def _take(self, buffer: Buffer, begin: int, end: int, place: _Place) -> tuple[str, float] | None:
        tag, metadata, held = _read_value(buffer, begin, end)
        if metadata is not None:
            self._plugins[tag] = _read_plugin(buffer, metadata)
        plugin = self._plugins.get(tag, _NO_PLUGIN)
        if plugin.name == "hparams":
            self._sessions.setdefault(self._files[place.file], Session()).take(plugin.content)
        elif held is not None and held.number == _SIMPLE:
            return tag, float32(buffer, held)
        elif held is not None and held.number != _TENSOR:
            self._take_old(tag, plugin, buffer, held, place)
        elif held is not None:
            return self._take_tensor(tag, plugin, buffer, held, place)
        return None

    def _take_old(self, tag: str, plugin: Plugin, buffer: Buffer, held: Field, place: _Place) -> None:
        """Take in a field of TensorFlow 1, which torch and tensorboardX still write."""
        if held.number == _HISTO:
            return self._add(tag, "histogram", plugin, [place.row(_HISTO, held)])
        found: dict[int, Field] = {}
        for one in fields(buffer, held.value, held.value + held.size):
            found[one.number] = one
            if one.wire_type == BYTES and one.value + one.size > len(buffer):
                break  # writers store nothing behind the blob but its type
        if (blob := found.get(4)) is None or blob.wire_type != BYTES:
            raise MessageError("an image or audio clip has no content", held.value)
        if held.number == _AUDIO:
            return self._add(tag, "audio", plugin, [place.row(_AUDIO, blob)])
        height, width = (found[number].value if number in found else 0 for number in (1, 2))
        row = place.row(_IMAGE, blob, width_px=_pixels(width), height_px=_pixels(height))
        return self._add(tag, "image", plugin, [row])

    def _take_tensor(
        self, tag: str, plugin: Plugin, buffer: Buffer, held: Field, place: _Place
    ) -> tuple[str, float] | None:
        tensor = read_tensor(buffer, held.value, held.value + held.size)
        if plugin.name == "scalars":
            return tag, scalar_of(buffer, tensor)
        kind = _KINDS.get(plugin.name, "tensor")
        if not plugin.name and tensor.dtype == STRING:
            kind = "text"  # the first versions of TensorFlow's text summaries named no plugin
        if kind == "image":
            rows = _image_rows(buffer, tensor, place)
        elif kind == "audio":
            rows = _audio_rows(tensor, place)
        elif kind == "graph":
            rows = [place.row(_TENSOR, one) for one in tensor.strings[:1]]
        else:
            batch = batch_of(tensor) if kind == "mesh" else 1
            rows = [place.row(_TENSOR, held, at=at, of=batch) for at in range(batch)]
        self._add(tag, kind, plugin, rows)
        return None

    def _add(self, tag: str, kind: str, plugin: Plugin, rows: Sequence[Row]) -> None:
        """Remember items. Where a tag holds items of another kind already, these go beside it."""
        if not rows:
            return
        if tag in self._tags and self._tags[tag].kind != kind:
            tag = f"{tag} ({kind})"
        known = self._tags.setdefault(tag, _Tag(kind, plugin))
        for row in rows:
            known.add(row)
        self._facts = None

    def _keep(self, wanted: Callable[[Row], bool], tag: str | None = None) -> None:
        for name in [tag] if tag is not None else list(self._tags):
            if known := self._tags.get(name):
                known.keep(wanted)
                if not known.rows:
                    del self._tags[name]
        self._facts = None

    def _file(self, path: Path) -> int:
        if path not in self._numbers:
            self._numbers[path] = len(self._files)
            self._files.append(path)
        return self._numbers[path]

    def _report(self, path: Path, offset: int, error: MessageError, begin: int) -> None:
        where = offset + max(0, error.place - begin)
        self._problems.add(path, f"byte {where:,}", f"a logged value cannot be read and was left out: {error}")


def _read_value(buffer: Buffer, begin: int, end: int) -> tuple[str, Field | None, Field | None]:
    """Return tag, metadata, and the last field that holds what was logged."""
    tag, metadata, held = "", None, None
    for one in fields(buffer, begin, end):
        if one.wire_type == VARINT:
            continue
        if one.number == _TAG:
            tag = text(buffer, one)
        elif one.number in _HELD:
            held = one
        elif one.number == _METADATA:
            metadata = one
    return tag, metadata, held


def _read_plugin(buffer: Buffer, metadata: Field) -> Plugin:
    name, data, description = "", b"", ""
    for one in fields(buffer, metadata.value, metadata.value + metadata.size):
        if one.number == 1:
            for part in fields(buffer, one.value, one.value + one.size):
                if part.number == 1:
                    name = text(buffer, part)
                elif part.number == 2:
                    data = content(buffer, part)
        elif one.number == 3:
            description = text(buffer, one)
    return Plugin(name, data, description, metadata.size + (2 if metadata.size < 0x80 else 3))


def _image_rows(buffer: Buffer, tensor: Tensor, place: _Place) -> list[Row]:
    """Return a row for each picture of a tensor of strings: width and height as digits, then the pictures."""
    size = {
        "width_px": _pixels(_digits(buffer, tensor.strings[:1])),
        "height_px": _pixels(_digits(buffer, tensor.strings[1:2])),
    }
    blobs = tensor.strings[2:]
    return [place.row(_TENSOR, one, at=at, of=len(blobs), **size) for at, one in enumerate(blobs)]


def _audio_rows(tensor: Tensor, place: _Place) -> list[Row]:
    """Return a row for each clip of a tensor of strings: the clips alone, or each followed by its label."""
    labelled = len(tensor.shape) > 1 and tensor.shape[1] > 1
    stride = tensor.shape[1] if labelled else 1
    blobs = tensor.strings[::stride]
    labels = [one.size for one in tensor.strings[1::stride]] if labelled else []
    labels += [0] * (len(blobs) - len(labels))
    return [
        place.row(_TENSOR, one, at=at, of=len(blobs), label_size=_pixels(labels[at])) for at, one in enumerate(blobs)
    ]


def _digits(buffer: Buffer, strings: Sequence[Field]) -> int:
    digits = content(buffer, strings[0]) if strings else b""
    return int(digits) if digits.isdigit() and len(digits) < _MAX_DIGITS else 0


def _pixels(value: int) -> int:
    """Return a number as it is remembered: 0, not known, where it cannot be one."""
    return value if value < 1 << 32 else 0
