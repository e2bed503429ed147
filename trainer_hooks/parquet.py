"""Closed segments: the rows of a metrics segment as Parquet, with what is known of each tag in the footer.

Long rows, one per value, sorted by tag and then by line, so that one tag is one slice of the file:

    _row    int64    line of the growing segment, counted from 0: values with the same _row were logged together
    _step   int64
    _time   float64  seconds since the epoch, UTC
    tag     string, dictionary encoded
    value   float64, NaN and infinities as they were logged

The footer's key-value entry `tailboard` is a JSON object {"format", "rows", "resumed", "resumed_at", "again_from",
"tags"}, the two before the last only where the segment began with a marker that says so; "tags" holds one
list per fact, all in the order of its list "tag". Where that is more than 64 KiB, base64 of zlib of it is
written instead, which does not begin with `{`. Needs pyarrow and numpy, imported when something is read or written.
"""

import base64
import json
import zlib
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from trainer_hooks.record import FOOTER_KEY, FORMAT, NONFINITE, encode_value

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

ROW_GROUP_ROWS = 1 << 17
ENCODINGS = {
    "_row": "DELTA_BINARY_PACKED",
    "_step": "DELTA_BINARY_PACKED",
    "_time": "BYTE_STREAM_SPLIT",
    "value": "BYTE_STREAM_SPLIT",
}
MARKER_FACTS = ("resumed_at", "again_from")
MAX_PLAIN_FOOTER_BYTES = 64 << 10
COMPRESSION_LEVEL = 1  # a fifth larger than the default, in a quarter of the time
_to_json = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode


class SegmentColumns(NamedTuple):
    """The values of a segment in the order in which they were logged.

    Attributes:
        tags: names, each once.
        code: shape (n,), int32, index into `tags` of each value.
        row: shape (n,), int64, line that held the value, counted from 0; never falls.
        step: shape (n,), int64.
        wall_time: shape (n,), float64, seconds since the epoch.
        value: shape (n,), float64, NaN and infinities as they were logged.
        rows: how many lines there were, a marker included.
        resumed: the segment began with the marker of a resumed run.
        resumed_at: time of that marker, in seconds since the epoch.
        again_from: the step from which on that marker supersedes what earlier writers logged.
    """

    tags: Sequence[str]
    code: "npt.NDArray[np.int32]"
    row: "npt.NDArray[np.int64]"
    step: "npt.NDArray[np.int64]"
    wall_time: "npt.NDArray[np.float64]"
    value: "npt.NDArray[np.float64]"
    rows: int
    resumed: bool
    resumed_at: float | None = None
    again_from: int | None = None


class TagSummary(NamedTuple):
    """What the footer says of one tag. Value facts are of its finite values, and None where it has none.

    `offset` is the first of its rows in the file, the others are as their names say; `last` is the last logged
    value and may be NaN or infinite.
    """

    offset: int
    points: int
    first_step: int
    last_step: int
    last_time: float
    first: float | None
    last: float
    min: float | None
    min_step: int | None
    max: float | None
    max_step: int | None
    sum: float
    nan: int
    inf: int
    first_nonfinite_step: int | None


class Footer(NamedTuple):
    """What a closed segment says of itself: lines, whether it resumed a run, and its tags in order of name.

    `resumed_at` (seconds since the epoch) and `again_from` are as in `SegmentColumns`.
    """

    rows: int
    resumed: bool
    tags: Mapping[str, TagSummary]
    resumed_at: float | None = None
    again_from: int | None = None


class TagColumns(NamedTuple):
    """The values of one tag in the order in which they were logged; see `SegmentColumns` for the columns."""

    row: "npt.NDArray[np.int64]"
    step: "npt.NDArray[np.int64]"
    wall_time: "npt.NDArray[np.float64]"
    value: "npt.NDArray[np.float64]"


def write(path: Path, columns: SegmentColumns) -> None:
    """Write a closed segment; the caller sees to the name under which it appears. Raises OSError."""
    import numpy as np
    import pyarrow as pa
    import pyarrow.parquet as pq

    from trainer_hooks.arrow import as_arrow, as_arrow_text

    names = sorted(range(len(columns.tags)), key=columns.tags.__getitem__)
    place = np.empty(len(names), np.int32)
    place[names] = np.arange(len(names), dtype=np.int32)
    code = place[columns.code]
    order = np.argsort(code, kind="stable")
    code, step, wall_time, value = code[order], columns.step[order], columns.wall_time[order], columns.value[order]
    tags = [columns.tags[name] for name in names]
    tag = pa.DictionaryArray.from_arrays(as_arrow(code), as_arrow_text(tags))
    numbers = [as_arrow(column) for column in (columns.row[order], step, wall_time, value)]
    table = pa.Table.from_arrays([*numbers[:3], tag, numbers[3]], names=["_row", "_step", "_time", "tag", "value"])
    footer = {
        "format": FORMAT,
        "rows": columns.rows,
        "resumed": columns.resumed,
        **{name: fact for name in MARKER_FACTS if (fact := getattr(columns, name)) is not None},
        "tags": {"tag": tags, **_summaries(code, step, wall_time, value, len(tags))},
    }
    with pq.ParquetWriter(
        path,
        table.schema,
        compression="zstd",
        use_dictionary=["tag"],
        column_encoding=ENCODINGS,
    ) as writer:
        writer.write_table(table, row_group_size=ROW_GROUP_ROWS)
        writer.add_key_value_metadata({FOOTER_KEY: _pack(footer)})


def read_footer(path: Path) -> Footer:
    """Read what is known of each tag of a closed segment, without reading its rows.

    Raises:
        OSError: the file cannot be opened.
        ValueError: it is not a closed segment of this format; pyarrow's own errors are ValueErrors too.
    """
    import pyarrow.parquet as pq

    metadata = pq.read_metadata(path).metadata or {}
    if FOOTER_KEY.encode() not in metadata:
        raise ValueError(f"{path} is Parquet, but its footer has no entry {FOOTER_KEY!r}, so it is no closed segment")
    footer = _unpack(metadata[FOOTER_KEY.encode()].decode())
    if footer["format"] != FORMAT:
        raise ValueError(f"{path} has format {footer['format']}, this version reads {FORMAT}; update Tailboard")
    columns = footer["tags"]
    for name in ("first", "last", "min", "max", "sum"):
        columns[name] = [NONFINITE[value] if type(value) is str else value for value in columns[name]]
    summaries = map(TagSummary, *(columns[name] for name in TagSummary._fields))
    marker = {name: footer.get(name) for name in MARKER_FACTS}
    return Footer(footer["rows"], footer["resumed"], dict(zip(columns["tag"], summaries, strict=True)), **marker)


def read_tags(path: Path, tags: Collection[str], footer: Footer | None = None) -> dict[str, TagColumns]:
    """Read the values of some tags of a closed segment; tags that it does not hold are left out.

    Args:
        path: the closed segment.
        tags: which.
        footer: of the same file, where it was read already.

    Raises:
        OSError, ValueError: as `read_footer`.
    """
    import pyarrow.parquet as pq

    from trainer_hooks.arrow import as_numpy

    known = (footer or read_footer(path)).tags
    wanted = {tag: known[tag] for tag in tags if tag in known}
    with pq.ParquetFile(path, memory_map=True) as file:
        size = file.metadata.row_group(0).num_rows if file.metadata.num_row_groups else 1
        groups = sorted({group for fact in wanted.values() for group in _groups(fact, size)})
        table = file.read_row_groups(groups, columns=["_row", "_step", "_time", "value"])
    columns = [as_numpy(table.column(name)) for name in ("_row", "_step", "_time", "value")]
    starts = {group: place * size for place, group in enumerate(groups)}
    found = {}
    for tag, fact in wanted.items():
        first = starts[fact.offset // size] + fact.offset % size
        found[tag] = TagColumns(*(column[first : first + fact.points] for column in columns))
    return found


def _groups(fact: TagSummary, size: int) -> range:
    return range(fact.offset // size, (fact.offset + fact.points - 1) // size + 1)


def _summaries(code: Any, step: Any, wall_time: Any, value: Any, tags: int) -> dict[str, list[Any]]:
    """Compute the facts of each tag; columns of shape (n,), sorted by `code`, which takes each of 0 to `tags`."""
    import numpy as np

    if not tags:
        return {name: [] for name in TagSummary._fields}
    points = np.bincount(code, minlength=tags)
    start = np.concatenate(([0], np.cumsum(points)[:-1]))
    end = start + points - 1
    finite = np.isfinite(value)
    nan = np.isnan(value)

    def first_where(mask: Any) -> Any:
        """Index of each tag's first value that `mask` marks; the number of values where there is none."""
        return np.minimum.reduceat(np.where(mask, np.arange(len(value)), len(value)), start)

    def at(column: Any, index: Any) -> list[Any]:
        return _listed(np.concatenate((column, column[:1]))[index], index == len(value))

    with np.errstate(all="ignore"):
        lowest = np.minimum.reduceat(np.where(finite, value, np.inf), start)
        highest = np.maximum.reduceat(np.where(finite, value, -np.inf), start)
        total = np.add.reduceat(np.where(finite, value, 0.0), start)
    first_low = first_where(finite & (value == np.repeat(lowest, points)))
    first_high = first_where(finite & (value == np.repeat(highest, points)))
    return {
        "offset": start.tolist(),
        "points": points.tolist(),
        "first_step": at(step, start),
        "last_step": at(step, end),
        "last_time": at(wall_time, end),
        "first": at(value, first_where(finite)),
        "last": at(value, end),
        "min": at(value, first_low),
        "min_step": at(step, first_low),
        "max": at(value, first_high),
        "max_step": at(step, first_high),
        "sum": _listed(total, np.zeros(tags, bool)),
        "nan": np.add.reduceat(nan, start, dtype=np.int64).tolist(),
        "inf": np.add.reduceat(~finite & ~nan, start, dtype=np.int64).tolist(),
        "first_nonfinite_step": at(step, first_where(~finite)),
    }


def _listed(column: Any, missing: Any) -> list[Any]:
    """Return what JSON holds for a column of shape (n,): None where `missing`, names for what is not finite."""
    import numpy as np

    items: list[Any] = column.tolist()
    for place in np.flatnonzero(~np.isfinite(column)):
        items[place] = encode_value(items[place])
    for place in np.flatnonzero(missing):
        items[place] = None
    return items


def _pack(footer: Mapping[str, Any]) -> str:
    head, columns = {**footer, "tags": {}}, footer["tags"]
    # Column by column, as one call for 100,000 tags would keep the interpreter's lock, and a training, for a second.
    tags = ",".join(f'"{name}":{_to_json(column)}' for name, column in columns.items())
    plain = _to_json(head).replace('"tags":{}', f'"tags":{{{tags}}}')
    if len(plain) <= MAX_PLAIN_FOOTER_BYTES:
        return plain
    return base64.b64encode(zlib.compress(plain.encode("utf-8", "replace"), COMPRESSION_LEVEL)).decode()


def _unpack(text: str) -> dict[str, Any]:
    plain = text if text.startswith("{") else zlib.decompress(base64.b64decode(text))
    footer: dict[str, Any] = json.loads(plain)
    return footer
