"""What the values of event files hold, decoded when someone looks: texts as Markdown, small arrays as lists by name."""

import math
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import orjson

from app.readers._protobuf import BYTES, Field, MessageError, content, fields, float64, text
from app.readers.event_files.tensor import STRING, Tensor, array_of, read_tensor

HISTO = 5  # the field of a value that holds a histogram in the form of TensorFlow 1 and torch
MAX_LISTED = 1 << 14
"""Numbers of a tensor or mesh that are listed; of larger ones only type and shape are told."""

_PROTOBUF = "application/protobuf"
_PR_ROWS = (
    "true_positives",
    "false_positives",
    "true_negatives",
    "false_negatives",
    "precision",
    "recall",
)
_MESH_PARTS = {1: "vertices", 2: "faces", 3: "colors"}
_HISTO_FACTS = {1: "min", 2: "max", 3: "num", 4: "sum", 5: "sum_squares"}


def text_of(data: bytes) -> str:
    """Return the strings of a text value: one as it is, several one below the other, a matrix of them as a table."""
    tensor = read_tensor(data, 0, len(data))
    strings = [text(data, one) for one in tensor.strings]
    columns = tensor.shape[-1] if len(tensor.shape) > 1 else 1
    if columns < 1 or columns > len(strings) or len(strings) == 1 or len(tensor.shape) < 2:
        return "\n\n---\n\n".join(strings)
    cells = [one.replace("|", "\\|").replace("\n", " ") for one in strings]
    rows = [cells[begin : begin + columns] for begin in range(0, len(cells), columns)]
    return "\n".join(f"| {' | '.join(row)} |" for row in [[""] * columns, ["---"] * columns, *rows])


def histogram_of(data: bytes, form: int) -> dict[str, Any]:
    """Return a histogram: n + 1 ascending `edges` for n `counts`, none of either where nothing was counted.

    Args:
        data: the message that holds it.
        form: `HISTO`, or any other field for a tensor of shape (n, 3): left edge, right edge, count.
    """
    if form == HISTO:
        return _histo_of(data)
    buckets = array_of(data, read_tensor(data, 0, len(data)))
    if buckets.ndim != 2 or buckets.shape[1] != 3:
        raise MessageError(f"a histogram has the shape {list(buckets.shape)} in place of (n, 3)")
    if not len(buckets):
        return {"edges": [], "counts": [], "num": 0.0}
    edges = [*buckets[:, 0].tolist(), float(buckets[-1, 1])]
    counts = buckets[:, 2].tolist()
    return {"edges": edges, "counts": counts, "min": edges[0], "max": edges[-1], "num": float(sum(counts))}


def _histo_of(data: bytes) -> dict[str, Any]:
    """Decode a HistogramProto; its outermost edges may be the largest floats there are, so `min` and `max` go there."""
    found: dict[str, Any] = {}
    columns: dict[int, list[npt.NDArray[np.float64]]] = {6: [np.empty(0)], 7: [np.empty(0)]}
    for one in fields(data):
        if name := _HISTO_FACTS.get(one.number):
            found[name] = float64(data, one)
        elif one.number in columns:
            columns[one.number].append(_doubles(data, one))
    limits, counts = np.concatenate(columns[6]), np.concatenate(columns[7])
    if len(limits) != len(counts):
        raise MessageError(f"a histogram has {len(limits):,} limits and {len(counts):,} counts")
    filled = np.flatnonzero(counts > 0)
    if not len(filled):
        return {"edges": [], "counts": [], **found}
    first, last = int(filled[0]), int(filled[-1])
    edges = [found.get("min", 0.0), *limits[first:last].tolist(), found.get("max", 0.0)]
    return {"edges": edges, "counts": counts[first : last + 1].tolist(), **found}


def _doubles(data: bytes, one: Field) -> npt.NDArray[np.float64]:
    if one.size % 8:
        raise MessageError("the numbers of a histogram are cut", one.value)
    return np.frombuffer(data, "<f8", one.size // 8, one.value)


def pr_curve_of(data: bytes) -> dict[str, Any]:
    """Return the rows of a PR curve by name, each with a number per threshold."""
    rows = array_of(data, read_tensor(data, 0, len(data)))
    if rows.ndim != 2 or rows.shape[0] != len(_PR_ROWS):
        raise MessageError(f"a PR curve has the shape {list(rows.shape)} in place of (6, n)")
    thresholds = np.linspace(0, 1, rows.shape[1]) if rows.shape[1] > 1 else np.zeros(rows.shape[1])
    return {"thresholds": thresholds.tolist(), **dict(zip(_PR_ROWS, rows.tolist(), strict=True))}


def tensor_of(data: bytes, size: int) -> dict[str, Any]:
    """Return type and shape of any tensor, and in `values` its numbers, flat, where they are few.

    Args:
        data: the message that holds it, or of a large one how it begins.
        size: bytes of the whole message.
    """
    tensor = read_tensor(data, 0, size)
    found = {"dtype": tensor.dtype_name, "shape": list(tensor.shape)}
    if size > len(data) or tensor.dtype == STRING or not _is_small(tensor):
        return found
    try:
        return {**found, "values": array_of(data, tensor).ravel().tolist()}
    except MessageError:  # a data type that numpy has not: what is known is told
        return found


def has_numbers(data: bytes, size: int) -> bool:
    """Tell whether the tensor that begins with `data` holds numbers of a known data type."""
    return read_tensor(data, 0, size).has_numbers


def _is_small(tensor: Tensor) -> bool:
    return all(size >= 0 for size in tensor.shape) and math.prod(tensor.shape) <= MAX_LISTED


def mesh_of(data: bytes, size: int, plugin: bytes) -> dict[str, Any]:
    """Return one part of a mesh: of which it is, its tensor, and the scene that was asked for."""
    name, part, config = "", "", {}
    for one in fields(plugin):
        if one.number == 2:
            name = text(plugin, one)
        elif one.number == 3:
            part = _MESH_PARTS.get(one.value, "")
        elif one.number == 5:
            config = {"config": scene} if (scene := _json(text(plugin, one))) else {}
    return {"mesh": name, "part": part, **config, **tensor_of(data, size)}


def _json(data: str) -> Any:
    """Return what a JSON text holds; nothing where it is none."""
    try:
        return orjson.loads(data)
    except orjson.JSONDecodeError:
        return None


def layout_of(data: bytes) -> dict[str, Any]:
    """Return a layout of custom scalars: in `charts` the category, title and form of each, and the tags it draws.

    The tags are names or patterns. Of a margin they are the middle, the low and the high edge, and again for each
    further band.
    """
    tensor = read_tensor(data, 0, len(data))
    layout = content(data, tensor.strings[0]) if tensor.strings else b""
    charts = []
    for category in _messages(layout, 2):
        for chart in _messages(category, 2):
            bands = [one for margin in _messages(chart, 3) for one in _messages(margin, 1)]
            tags = [tag for lines in _messages(chart, 2) for tag in _messages(lines, 1)]
            tags += [tag for one in bands for number in (1, 2, 3) for tag in _messages(one, number)]
            charts.append(
                {
                    "category": _title(category),
                    "title": _title(chart),
                    "form": "margin" if bands else "multiline",
                    "tags": [tag.decode("utf-8", "replace") for tag in tags],
                }
            )
    return {"charts": charts}


def graph_of(data: bytes, plugin: str) -> tuple[str, dict[str, Any]]:
    """Return the media type of a graph, and how many nodes it has where it is one: Keras writes its layers as JSON."""
    if plugin == "graph_keras_model":
        return "application/json", {"nodes": _layers(data)}
    if plugin.startswith("graph_run_metadata"):
        return _PROTOBUF, {}
    return _PROTOBUF, {"nodes": sum(one.number == 1 and one.wire_type == BYTES for one in fields(data))}


def _layers(data: bytes) -> int:
    try:
        return len(orjson.loads(data)["config"]["layers"])
    except (orjson.JSONDecodeError, KeyError, TypeError) as error:
        raise MessageError(f"the model is no JSON with layers: {error}") from error


def meta_of(kind: str, data: bytes, form: int) -> dict[str, Any]:
    """Return what a value of this kind holds, by name.

    Args:
        kind: "histogram", "pr_curve" or "custom_scalars".
        data: the message that holds it.
        form: `HISTO` where that is a histogram of TensorFlow 1, any other for a tensor.

    Raises:
        MessageError: it is not what the kind says.
    """
    if kind == "histogram":
        return histogram_of(data, form)
    return pr_curve_of(data) if kind == "pr_curve" else layout_of(data)


def array_meta_of(kind: str, data: bytes, size: int, plugin: bytes) -> dict[str, Any]:
    """Return what is known of a tensor or a part of a mesh, by name.

    Args:
        kind: "mesh", or any other for a tensor.
        data: the message that holds it, or of a large one how it begins.
        size: bytes of the whole message.
        plugin: what the plugin of its tag was told.

    Raises:
        MessageError: it is no tensor.
    """
    return mesh_of(data, size, plugin) if kind == "mesh" else tensor_of(data, size)


def _messages(data: bytes, number: int) -> Iterator[bytes]:
    for one in fields(data):
        if one.number == number and one.wire_type == BYTES:
            yield content(data, one)


def _title(data: bytes) -> str:
    return next((text(data, one) for one in fields(data) if one.number == 1), "")


def media_type_of(begin: bytes) -> str:
    """Return the media type of a blob by its first 16 bytes."""
    if begin.startswith(b"RIFF"):
        return _RIFF.get(begin[8:12], _UNKNOWN)
    return next((media_type for sign, media_type in _SIGNS.items() if begin.startswith(sign)), _UNKNOWN)


_UNKNOWN = "application/octet-stream"
_RIFF: Mapping[bytes, str] = {b"WAVE": "audio/wav", b"WEBP": "image/webp"}
_SIGNS: Mapping[bytes, str] = {
    b"\x89PNG\r\n\x1a\n": "image/png",
    b"\xff\xd8\xff": "image/jpeg",
    b"GIF8": "image/gif",
    b"BM": "image/bmp",
    b"fLaC": "audio/flac",
    b"OggS": "audio/ogg",
    b"ID3": "audio/mpeg",
    b"\xff\xfb": "audio/mpeg",
}
