"""Items in our own form as the values of event files, by kind."""

import re
import warnings
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import orjson

from app.commands.conversion.content import sound_of
from app.commands.conversion.own_form import array_of
from trainer_hooks.event_values import (
    MESH_PARTS,
    TENSOR_TYPES,
    audio,
    histogram,
    image,
    images,
    mesh,
    pr_curve,
    tensor,
    text,
)
from trainer_hooks.media import Item

PICTURES = frozenset({"image/png", "image/jpeg", "image/gif", "image/bmp", "image/svg+xml"})
_CURVE = ("true_positives", "false_positives", "true_negatives", "false_negatives", "precision", "recall")
_UNEVEN = 1e-6  # a threshold may be off by so much, as those of 32 bits are
_MOST_CELLS = 10_000  # of a table that is written as a text


class NoPlaceError(ValueError):
    """TensorBoard has no place for a value; the message names what it was, to be counted."""


def encode_call(kind: str, tag: str, items: Sequence[Item], *, several: bool) -> list[bytes]:
    """Encode what one call logged.

    Args:
        kind: one of ENCODED.
        tag: its name.
        items: at least one.
        several: whether any call of this tag logged more than one: pictures then have the form of TensorFlow 2, and
            else one that all readers know.

    Raises:
        NoPlaceError: TensorBoard cannot show it.
        ValueError: something in it is not what its kind says.
    """
    if kind in ("image", "figure", "video") and several:
        return [_pictures(kind, tag, items)]
    if kind == "mesh":
        return _meshes(tag, items)
    return [_ENCODERS[kind](kind, tag, item) for item in items]


def _pictures(kind: str, tag: str, items: Sequence[Item]) -> bytes:
    return images(tag, [_picture(kind, item) for item in items], items[0].height_px or 0, items[0].width_px or 0)


def _image(kind: str, tag: str, item: Item) -> bytes:
    return image(tag, _picture(kind, item), item.height_px or 0, item.width_px or 0)


def _picture(kind: str, item: Item) -> bytes:
    """Return the bytes of a picture, or of a film that browsers show as one."""
    if item.media_type == "image/svg+xml" and "png" in item.parts:  # which TensorBoard's own page shows
        return item.parts["png"].content
    if item.media_type not in PICTURES or item.blob is None:
        raise NoPlaceError(f"{kind} of {item.media_type}")
    return item.blob.content


def _text(_: str, tag: str, item: Item) -> bytes:
    return text(tag, item.text if item.text is not None else _content(item).decode("utf-8", "replace"))


def _audio(_: str, tag: str, item: Item) -> bytes:
    content = _content(item)
    return audio(tag, content, item.media_type, *sound_of(content))


def _table(_: str, tag: str, item: Item) -> bytes:
    """Encode a table as a text in Markdown."""
    table = orjson.loads(_content(item))
    if len(table["columns"]) * len(table["rows"]) > _MOST_CELLS:
        raise NoPlaceError(f"table of more than {_MOST_CELLS:,} cells")
    rows = [table["columns"], ["---"] * len(table["columns"]), *table["rows"]]
    return text(tag, "\n".join(f"| {' | '.join(map(_cell, row))} |" for row in rows))


def _cell(value: Any) -> str:
    return "" if value is None else str(value).replace("|", "\\|").replace("\r", "").replace("\n", " ")


def _histogram(_: str, tag: str, item: Item) -> bytes:
    """Encode a histogram; of the outermost filled buckets the ends are the smallest and the largest value."""
    edges, counts = item.meta["edges"], item.meta["counts"]
    if len(edges) != (len(counts) + 1 if counts else len(edges)):
        raise ValueError(f"{len(counts):,} counts have {len(edges):,} edges")
    filled = [place for place, count in enumerate(counts) if count > 0]
    ends = {"min": edges[filled[0]], "max": edges[filled[-1] + 1]} if filled else {}
    return histogram(tag, edges if counts else (), counts, {**ends, "num": sum(counts), **item.meta})


def _pr_curve(kind: str, tag: str, item: Item) -> bytes:
    rows = [item.meta[name] for name in _CURVE]
    count = len(rows[0])
    even = np.linspace(0, 1, count)
    if count < 2 or not np.allclose(item.meta.get("thresholds", even), even, rtol=0, atol=_UNEVEN):
        raise NoPlaceError(f"{kind} of uneven thresholds")
    return pr_curve(tag, rows)


def _tensor(_: str, tag: str, item: Item) -> bytes:
    array = array_of(_content(item))
    if array.dtype.name not in TENSOR_TYPES:
        raise NoPlaceError(f"tensor of {array.dtype}")
    return tensor(tag, array.dtype.name, array.shape, _little_endian(array))


def _meshes(tag: str, items: Sequence[Item]) -> list[bytes]:
    """Encode meshes of one call as one batch, which must have vertices, faces and colours of the same numbers."""
    config = orjson.dumps(items[0].meta["config"]).decode() if items[0].meta.get("config") else ""
    blobs = [{"vertices": item.blob, **item.parts} for item in items]
    found = {part: [array_of(blob.content) for one in blobs if (blob := one.get(part))] for part in MESH_PARTS}
    there = {part: arrays for part, arrays in found.items() if arrays}
    if any(len(arrays) < len(items) or len({array.shape for array in arrays}) > 1 for arrays in there.values()):
        raise NoPlaceError("mesh of a size of its own among those of one call")
    if any(array.shape[1:] != (3,) for arrays in there.values() for array in arrays):
        raise ValueError("a part of a mesh has rows that are not of three numbers")
    stacks = {part: np.stack(arrays) for part, arrays in there.items()}
    return [
        mesh(tag, part, stacks, array.dtype.name, array.shape, _little_endian(array), config)
        for part, array in stacks.items()
    ]


def _content(item: Item) -> bytes:
    if item.blob is None:
        raise ValueError("it has no content")
    return item.blob.content


def _little_endian(array: Any) -> bytes:
    content: bytes = np.ascontiguousarray(array, array.dtype.newbyteorder("<")).tobytes()
    return content


_ENCODERS: Mapping[str, Callable[[str, str, Item], bytes]] = {
    "image": _image,
    "figure": _image,
    "video": _image,
    "text": _text,
    "table": _table,
    "audio": _audio,
    "histogram": _histogram,
    "pr_curve": _pr_curve,
    "roc_curve": _pr_curve,
    "tensor": _tensor,
}
ENCODED = frozenset({*_ENCODERS, "mesh"})


def pattern_of(tag: str) -> str:
    """Return a tag of a composed chart as the pattern that TensorBoard takes it for: itself wherever that finds it."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of patterns that a later Python will read otherwise
        try:
            return tag if re.match(tag, tag) else re.escape(tag)
        except (re.error, OverflowError, RecursionError):
            return re.escape(tag)
