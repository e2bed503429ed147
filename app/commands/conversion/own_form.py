"""One logged item of any format as our own format holds it: the blob, its parts, and what is known of it."""

import io
from collections.abc import Callable, Mapping, Sequence
from tokenize import TokenError
from typing import Any

import numpy as np
import numpy.typing as npt
import orjson

from app.commands.conversion.content import LeftOut, content_of, extension_of
from app.commands.conversion.strict import strict
from app.readers.contract import MediaItem
from app.readers.event_files.graph import read_graph
from app.store.embeddings import metadata_of, vectors_of
from trainer_hooks.kinds.cells import Cells
from trainer_hooks.kinds.npy import MEDIA_TYPE as NPY
from trainer_hooks.kinds.npy import npy_blob
from trainer_hooks.kinds.text import MAX_INLINE_BYTES
from trainer_hooks.media import Blob, Item

_CURVE = ("true_positives", "false_positives", "true_negatives", "false_negatives", "precision", "recall")
_NEEDED: Mapping[str, Sequence[str]] = {  # members of `meta`, of the kinds that have all their content there
    "histogram": ("edges", "counts"),
    "pr_curve": _CURVE,
    "roc_curve": _CURVE,
    "confusion_matrix": ("labels", "counts"),
    "custom_scalars": ("charts",),
}
_NUMBERS = frozenset({"edges", "counts", *_CURVE})
_NO_ARRAY = (
    ArithmeticError,
    EOFError,
    LookupError,
    MemoryError,
    SyntaxError,
    TokenError,
    TypeError,
)  # beside ValueError
_FACTS = ("min", "max", "num", "sum", "sum_squares")  # of a histogram


def own_form(item: MediaItem, left_out: LeftOut) -> Item:
    """Return an item as our own format holds it.

    Args:
        item: of any kind and format.
        left_out: parts that cannot be read are added to it.

    Raises:
        OSError: a file is gone or cannot be read.
        ValueError: it holds nothing, or something else than its kind says.
    """
    if item.kind in _NEEDED:
        return _from_meta(item)
    return _FORMS.get(item.kind, _as_it_is)(item, left_out)


def _as_it_is(item: MediaItem, left_out: LeftOut) -> Item:
    if item.text is not None:
        return Item(item.media_type, text=item.text, meta=strict(item.meta))
    content = content_of(item)
    parts = _parts(item, left_out)
    return Item(item.media_type, _blob(item, content), None, item.width_px, item.height_px, strict(item.meta), parts)


def _from_meta(item: MediaItem) -> Item:
    """Check that all content is there, and leave out of a histogram what is no number."""
    numbers = {}
    for name in _NEEDED[item.kind]:
        if not isinstance(values := item.meta.get(name), list):
            raise ValueError(f"{item.tag} at step {item.step:,} has no {name}")
        if name in _NUMBERS:
            if not _are_finite(values):
                raise ValueError(f"{item.tag} at step {item.step:,} has {name} that are no numbers")
            numbers[name] = values
    meta = {name: strict(value) for name, value in item.meta.items() if name not in numbers}
    if item.kind == "histogram":
        meta = {name: value for name, value in meta.items() if name not in _FACTS or _are_finite(value)}
    return Item("application/json", meta={**numbers, **meta})


def _text(item: MediaItem, _: LeftOut) -> Item:
    """Return a short text for the line itself, a long one as a blob."""
    content = content_of(item)
    meta = strict(item.meta)
    if len(content) <= MAX_INLINE_BYTES:
        return Item(item.media_type, text=content.decode("utf-8", "replace"), meta=meta)
    return Item(item.media_type, Blob(extension_of(item.media_type, item.path), content), meta=meta)


def _mesh(item: MediaItem, left_out: LeftOut) -> Item:
    """Return vertices with faces and colours as parts; those of event files lack the numbers of each."""
    part = item.meta.get("part", "vertices")
    if part != "vertices":
        raise ValueError(f"{item.tag} at step {item.step:,} has {part} and no vertices")
    if "part" not in item.meta:
        return _as_it_is(item, left_out)
    content, parts = content_of(item), _parts(item, left_out)
    faces = len(array_of(parts["faces"].content)) if "faces" in parts else 0
    kept = {name: strict(item.meta[name]) for name in ("config", "description") if name in item.meta}
    meta = {"vertices": len(array_of(content)), "faces": faces, **kept}
    return Item(NPY, Blob("npy", content), meta=meta, parts=parts)


def _tensor(item: MediaItem, left_out: LeftOut) -> Item:
    if item.make is None:
        return _as_it_is(item, left_out)
    array = array_of(content := content_of(item))
    kept = {name: value for name, value in item.meta.items() if name != "values"}
    meta = {**strict(kept), "dtype": str(array.dtype.newbyteorder("=")), "shape": list(array.shape)}
    return Item(NPY, Blob("npy", content), meta=meta)


def _embedding(item: MediaItem, left_out: LeftOut) -> Item:
    """Return vectors as array and metadata as columns and rows, of whichever files the projector has."""
    if item.path is None:
        raise ValueError(f"{item.tag} at step {item.step:,} has no table of vectors")
    if item.path.suffix == ".npy":
        return _as_it_is(item, left_out)
    vectors = np.ascontiguousarray(vectors_of(item.path, item.meta.get("shape")), dtype=np.float32)
    parts = _parts(item, left_out, without="metadata")
    if table := item.parts.get("metadata"):
        try:
            names, rows = metadata_of(table)
        except (OSError, ValueError):
            left_out["metadata of embedding that cannot be read"] += 1
        else:
            parts["metadata"] = Blob("json", Cells(list(names), [list(row) for row in rows]).encode())
    sprite = {"sprite_px": strict(item.meta["sprite_px"])} if "sprite_px" in item.meta and "sprite" in parts else {}
    return Item(NPY, npy_blob(vectors), meta={"shape": list(vectors.shape), **sprite}, parts=parts)


def _graph(item: MediaItem, left_out: LeftOut) -> Item:
    """Return a graph of any tool in our own form; see docs/graph.md."""
    if "method" in item.meta:
        return _as_it_is(item, left_out)
    graph = read_graph(content_of(item), item.media_type, item.meta)
    meta = {"nodes": len(graph["nodes"]) or len(graph["modules"]), "method": graph["method"], "why": graph["why"]}
    return Item("application/json", Blob("json", orjson.dumps(graph)), meta=meta)


_FORMS: Mapping[str, Callable[[MediaItem, LeftOut], Item]] = {
    "text": _text,
    "mesh": _mesh,
    "tensor": _tensor,
    "embedding": _embedding,
    "graph": _graph,
}


def array_of(content: bytes) -> npt.NDArray[Any]:
    """Return the array in a .npy file. Raises ValueError where it is none, or holds Python objects."""
    try:
        found: npt.NDArray[Any] = np.lib.format.read_array(io.BytesIO(content), allow_pickle=False)
    except _NO_ARRAY as error:
        raise ValueError(f"it is no array: {error}") from error
    return found


def _parts(item: MediaItem, left_out: LeftOut, without: str = "") -> dict[str, Blob]:
    """Read the further blobs of an item; those that cannot be read are counted."""
    files = {
        name: MediaItem(item.tag, item.kind, item.step, item.wall_time, path, "") for name, path in item.parts.items()
    }
    parts = {}
    for name, one in (files | dict(item.parts_in_log)).items():
        if name == without:
            continue
        try:
            parts[name] = _blob(one, content_of(one))
        except (OSError, ValueError):
            left_out[f"{name} of {item.kind} that cannot be read"] += 1
    return parts


def _blob(item: MediaItem, content: bytes) -> Blob:
    return Blob(extension_of(item.media_type, item.path if item.span is None else None), content)


def _are_finite(values: Any) -> bool:
    """Tell whether a number, a list of them, or lists of one length hold finite numbers alone."""
    array = np.array(values)  # raises ValueError where lists differ in length
    return array.dtype.kind in "iufb" and bool(np.isfinite(array).all())
