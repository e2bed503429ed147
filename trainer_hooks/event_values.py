"""What a summary in TensorBoard's event files holds, encoded with the standard library alone.

    Value      1 tag | 2 simple_value float | 4 image | 5 histo | 6 audio | 8 tensor | 9 metadata
    Image      1 height | 2 width | 3 colorspace (channels) | 4 encoded bytes (PNG, JPEG, GIF, ...)
    Histogram  1 min | 2 max | 3 num | 4 sum | 5 sum_squares | 6 right limits of the buckets | 7 counts, all double
    Audio      1 sample_rate float | 2 num_channels | 3 length_frames | 4 encoded bytes | 5 content type
    Tensor     1 dtype (TENSOR_TYPES) | 2 shape | 4 its numbers as bytes, little-endian | 8 its strings, repeated
    Shape      2 dim, repeated; of each 1 size
    Metadata   1 plugin data (1 plugin name, 2 content) | 4 data class (2 tensor, 3 blob sequence)

The metadata name the plugin that shows a tensor, and what that is told besides, a message of its own:

    images          nothing; the tensor has the strings width, height and the pictures
    text            nothing; a tensor of one string
    tensor          nothing; any numbers. TensorBoard shows none of them, its readers hand them on
    pr_curves       2 num_thresholds; a tensor (6, n): true and false positives, true and false negatives, precision
                    and recall
    mesh            2 name | 3 content type (1 vertices, 2 faces, 3 colors) | 5 json_config | 6 shape, repeated |
                    7 a bit for each content type there is; a tensor (B, n, 3) of tag `<name>_VERTEX`, `_FACE`, `_COLOR`
    custom_scalars  nothing; the tensor has one string, a Layout, and the tag LAYOUT_TAG:
                    Layout 2 category, of each 1 title | 2 chart, of each 1 title | 2 multiline (1 tag, repeated) |
                    3 margin (1 series, of each 1 value, 2 lower, 3 upper)
    hparams         3 session_start_info (1 hparams: map of 1 name to 2 Value; 5 start_time double), where Value is a
                    google.protobuf.Value: 2 number double, 3 string, 4 bool
"""

import math
import struct
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from trainer_hooks.protobuf import content, double, doubles, number, single
from trainer_hooks.protobuf import text as words

SESSION_START_TAG = "_hparams_/session_start_info"
LAYOUT_TAG = "custom_scalars__config__"
TENSOR_TYPES: Mapping[str, int] = {  # numpy's names to the numbers of DataType
    "float32": 1,
    "float64": 2,
    "int32": 3,
    "uint8": 4,
    "int16": 5,
    "int8": 6,
    "int64": 9,
    "bool": 10,
    "uint16": 17,
    "float16": 19,
    "uint32": 22,
    "uint64": 23,
}
MESH_PARTS: Mapping[str, tuple[str, int]] = {"vertices": ("_VERTEX", 1), "faces": ("_FACE", 2), "colors": ("_COLOR", 3)}
"""Of each part of a mesh the end of its tag, and its content type."""

_STRING = 7
_TENSOR, _BLOBS = 2, 3


def scalar(tag: str, value: float) -> bytes:
    """Encode a scalar of 32 bits: TensorBoard shows no others. What is too large for that becomes infinite."""
    try:
        packed = single(2, value)
    except OverflowError:
        packed = single(2, math.copysign(math.inf, value))
    return words(1, tag) + packed


def image(tag: str, encoded: bytes, height_px: int, width_px: int) -> bytes:
    """Encode one image, given as the bytes of a PNG, JPEG, GIF, BMP or SVG file."""
    return words(1, tag) + content(4, number(1, height_px) + number(2, width_px) + content(4, encoded))


def images(tag: str, encoded: Sequence[bytes], height_px: int, width_px: int) -> bytes:
    """Encode several images that were logged together, each as in `image`; the size is that of the first."""
    return _tensor_value(tag, "images", _strings([str(width_px).encode(), str(height_px).encode(), *encoded]), _BLOBS)


def audio(
    tag: str, encoded: bytes, media_type: str, sample_rate_hz: float = 0.0, channels: int = 0, frames: int = 0
) -> bytes:
    """Encode one sound, given as the bytes of a file of `media_type`; the numbers are for show, 0 where unknown."""
    described = single(1, sample_rate_hz) + number(2, channels) + number(3, frames)
    return words(1, tag) + content(6, described + content(4, encoded) + words(5, media_type))


def text(tag: str, markdown: str) -> bytes:
    """Encode one text, shown as Markdown."""
    return _tensor_value(tag, "text", _strings([markdown.encode("utf-8", "replace")]))


def histogram(tag: str, edges: Sequence[float], counts: Sequence[float], facts: Mapping[str, float]) -> bytes:
    """Encode a histogram in the form of the first version, which every TensorBoard shows.

    Args:
        tag: its name.
        edges: of the n buckets, n + 1, ascending; none where nothing was counted. Readers put `min` and `max` of the
            facts in the places of the outermost ones.
        counts: of the n buckets.
        facts: `min`, `max`, `num`, `sum` and `sum_squares` of the values, 0 where they are not given.
    """
    told = [facts.get(name, 0.0) for name in ("min", "max", "num", "sum", "sum_squares")]
    described = b"".join(double(field, value) for field, value in enumerate(told, 1))
    return words(1, tag) + content(5, described + doubles(6, edges[1:]) + doubles(7, counts))


def tensor(tag: str, dtype: str, shape: Sequence[int], numbers: bytes) -> bytes:
    """Encode a tensor as it is.

    Args:
        tag: its name.
        dtype: one of TENSOR_TYPES.
        shape: of any number of dimensions.
        numbers: in C order, little-endian.
    """
    return _tensor_value(tag, "tensor", _numbers(dtype, shape, numbers))


def pr_curve(tag: str, rows: Sequence[Sequence[float]]) -> bytes:
    """Encode a curve of precision and recall.

    Args:
        tag: its name.
        rows: shape (6, n): true positives, false positives, true negatives, false negatives, precision and recall at
            the thresholds i / (n - 1).
    """
    count = len(rows[0])
    numbers = b"".join(struct.pack(f"<{count}d", *row) for row in rows)
    return _tensor_value(tag, "pr_curves", _numbers("float64", [len(rows), count], numbers), told=number(2, count))


def mesh(
    name: str, part: str, there: Iterable[str], dtype: str, shape: Sequence[int], numbers: bytes, config: str = ""
) -> bytes:
    """Encode one part of a mesh; all parts of one go into one event.

    Args:
        name: of the mesh.
        part: "vertices" (float32), "faces" (int32) or "colors" (uint8).
        there: all parts that the mesh has.
        dtype: one of TENSOR_TYPES.
        shape: (B, n, 3) for B meshes.
        numbers: in C order, little-endian.
        config: JSON of the scene, as TensorBoard takes it.
    """
    ending, content_type = MESH_PARTS[part]
    mask = sum(1 << MESH_PARTS[one][1] for one in there)
    told = words(2, name) + number(3, content_type) + (words(5, config) if config else b"")
    told += b"".join(number(6, size) for size in shape) + number(7, mask)
    return _tensor_value(name + ending, "mesh", _numbers(dtype, shape, numbers), told=told)


def charts(listed: Iterable[Mapping[str, Any]]) -> bytes:
    """Encode the layout of custom scalars, of which a run has one.

    Args:
        listed: of each chart `category`, `title`, `form` ("multiline" or "margin") and `tags`: patterns of tags, of a
            margin the middle, the low and the high edge of each band.
    """
    categories: dict[str, list[bytes]] = {}
    for chart in listed:
        tags = list(map(str, chart["tags"]))
        if chart["form"] == "margin":
            bands = (zip((1, 2, 3), tags[place : place + 3], strict=False) for place in range(0, len(tags), 3))
            series = [content(1, b"".join(words(field, tag) for field, tag in band)) for band in bands]
            drawn = content(3, b"".join(series))
        else:
            drawn = content(2, b"".join(words(1, tag) for tag in tags))
        categories.setdefault(str(chart["category"]), []).append(content(2, words(1, str(chart["title"])) + drawn))
    layout = b"".join(content(2, words(1, title) + b"".join(found)) for title, found in categories.items())
    return _tensor_value(LAYOUT_TAG, "custom_scalars", _strings([layout]))


def hparams(values: Mapping[str, float | str], started: float) -> bytes:
    """Encode what a run was started with.

    Args:
        values: flat; numbers, booleans and texts.
        started: seconds since the epoch.
    """
    entries = b"".join(content(1, words(1, name) + content(2, _any_value(value))) for name, value in values.items())
    told = content(3, entries + double(5, started))
    return _tensor_value(SESSION_START_TAG, "hparams", _numbers("float32", [0], b""), 0, told)


def _tensor_value(tag: str, plugin: str, encoded: bytes, data_class: int = _TENSOR, told: bytes = b"") -> bytes:
    """Encode a value that a plugin shows: the tensor, and what the plugin is `told` besides."""
    metadata = content(1, words(1, plugin) + content(2, told)) + (number(4, data_class) if data_class else b"")
    return words(1, tag) + content(8, encoded) + content(9, metadata)


def _strings(strings: Sequence[bytes]) -> bytes:
    return number(1, _STRING) + _shape([len(strings)]) + b"".join(content(8, string) for string in strings)


def _numbers(dtype: str, shape: Sequence[int], numbers: bytes) -> bytes:
    return number(1, TENSOR_TYPES[dtype]) + _shape(shape) + (content(4, numbers) if numbers else b"")


def _shape(shape: Sequence[int]) -> bytes:
    return content(2, b"".join(content(2, number(1, size)) for size in shape))


def _any_value(value: float | str) -> bytes:
    if isinstance(value, bool):
        return number(4, value)
    return words(3, value) if isinstance(value, str) else double(2, value)
