"""Logged embeddings as arrays: vectors and what was told of each point, read from the files of any format."""

import hashlib
import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import orjson

from app.readers.contract import MediaItem, Stamp
from app.readers.folder import stamp_of
from app.store.held import Held
from app.transforms.projection import FloatArray, RowArray, finite_rows

MOST_POINTS = 50_000  # that are shown of one embedding
MOST_FILE_BYTES = 4 << 30
MOST_METADATA_BYTES = 256 << 20
_MOST_HELD_BYTES = 256 << 20
_FLOAT_BYTES = 4
_CELL_BYTES = 64  # of a number or short text that was told of a point


class EmbeddingError(ValueError):
    """An embedding cannot be read; the message says which file and why."""


@dataclass(frozen=True, slots=True)
class Column:
    """What was told of the points under one name: numbers (NaN where there is none) or texts."""

    name: str
    values: Sequence[float] | Sequence[str]
    is_number: bool


@dataclass(frozen=True)
class Embedding:
    """The points that are shown of one logged embedding.

    Attributes:
        vectors: float32 of shape (n, d), finite.
        rows: int32 of shape (n,), ascending: which of the logged rows they are.
        total: how many rows were logged.
        left_out: how many of those that were looked at are not finite.
        columns: what was told of the points, n values each.
        note: what does not fit, in a sentence; empty where all does.
    """

    vectors: FloatArray
    rows: RowArray
    total: int
    left_out: int
    columns: Sequence[Column]
    note: str = ""

    @property
    def size_bytes(self) -> int:
        """Memory, about."""
        return self.vectors.nbytes + self.rows.nbytes + _CELL_BYTES * len(self.rows) * len(self.columns)

    @cached_property
    def digest(self) -> str:
        """A name for the content of the vectors."""
        shape = repr(self.vectors.shape).encode()
        return hashlib.blake2b(self.vectors.tobytes() + shape, digest_size=20).hexdigest()


class Embeddings:
    """Reads embeddings and holds those that were asked for last, up to a bound; safe to use from several threads."""

    def __init__(self) -> None:
        self._held: Held[tuple[Path, Stamp | None, Stamp | None], Embedding] = Held(
            _MOST_HELD_BYTES, lambda one: one.size_bytes
        )

    def of(self, item: MediaItem) -> Embedding:
        """Return the points of an item of kind `embedding`. Raises EmbeddingError, FileNotFoundError."""
        if item.path is None:
            where = "its vectors may be in a checkpoint of TensorFlow, which is not read"
            raise EmbeddingError(f"{item.tag} at step {item.step} has no table in the folder of its run: {where}.")
        metadata = item.parts.get("metadata")
        for path in filter(None, (item.path, metadata)):
            if not path.is_file():  # nobody waits for a pipe, or reads a device
                raise FileNotFoundError(path)
        key = (item.path, stamp_of(item.path), stamp_of(metadata) if metadata else None)
        return self._held.get(key) or self._held.put(key, _read(item.path, metadata, item.meta.get("shape")))


def _read(path: Path, metadata: Path | None, shape: Any) -> Embedding:
    table = vectors_of(path, shape)
    total = len(table)
    rows = chosen_rows(total)
    vectors = np.ascontiguousarray(table[rows] if len(rows) < total else table, dtype=np.float32)
    finite = finite_rows(vectors)
    left_out = int(len(finite) - finite.sum())
    if left_out:
        vectors, rows = vectors[finite], rows[finite]
    names, told = metadata_of(metadata)
    note = f"{len(told):,} rows of metadata for {total:,} points" if names and len(told) != total else ""
    return Embedding(vectors, rows, total, left_out, _columns(names, told, rows), note)


def chosen_rows(total: int) -> RowArray:
    """Return the rows that are shown of so many: all, or always the same sample, ascending."""
    if total <= MOST_POINTS:
        return np.arange(total, dtype=np.int32)
    return np.sort(np.random.default_rng(0).choice(total, MOST_POINTS, replace=False)).astype(np.int32)


def vectors_of(path: Path, shape: Any) -> Any:
    """Return the vectors in a file of any format as a table that can be indexed by rows, of shape (n, d).

    Args:
        path: the file, `.npy`, a table with tabs, or bytes.
        shape: of bytes, as the projector's config tells it.

    Raises:
        EmbeddingError: it is no such table.
        FileNotFoundError: it is gone.
    """
    if path.stat().st_size > MOST_FILE_BYTES:
        raise EmbeddingError(f"{path.name} has more than {MOST_FILE_BYTES >> 30} GB, which is too much to look at.")
    try:
        if path.suffix == ".npy":
            table = np.load(path, mmap_mode="r", allow_pickle=False)
        elif path.suffix in {".tsv", ".csv", ".txt"}:
            table = _numbers(path)
        else:
            table = _raw(path, shape)
    except (EOFError, ValueError) as error:
        raise EmbeddingError(f"{path.name} is not a table of vectors: {error}.") from error
    if table.ndim != 2 or table.dtype.kind not in "fiub" or not table.size:
        raise EmbeddingError(f"{path.name} has the shape {table.shape}; an embedding has one row for each point.")
    return table


def _numbers(path: Path) -> Any:
    """Read rows of numbers with tabs between them. Raises ValueError."""
    import pyarrow as pa
    from pyarrow import csv

    with path.open("rb") as file:
        width = len(file.readline().rstrip(b"\r\n").split(b"\t"))
    names = [f"{place:09}" for place in range(width)]
    try:
        table = csv.read_csv(
            path,
            csv.ReadOptions(column_names=names),
            csv.ParseOptions(delimiter="\t", quote_char=False),
            csv.ConvertOptions(column_types=dict.fromkeys(names, pa.float32())),
        )
    except pa.ArrowInvalid as error:
        raise ValueError(str(error).split("\n")[0].rstrip(".")) from error
    columns = [table.column(name).to_numpy() for name in names]
    return np.stack(columns, axis=1)


def _raw(path: Path, shape: Any) -> Any:
    """Read float32 bytes of a shape that the projector's config tells. Raises ValueError."""
    if not isinstance(shape, Sequence) or len(shape) != 2 or not all(isinstance(one, int) for one in shape):
        raise ValueError("it holds bytes alone, and its shape is not told")
    rows, width = shape
    if rows * width * _FLOAT_BYTES != path.stat().st_size:
        raise ValueError(f"it has {path.stat().st_size:,} bytes, not those of {rows:,} x {width:,} numbers")
    return np.memmap(path, dtype="<f4", mode="r", shape=(rows, width)) if rows * width else np.zeros((rows, width))


def metadata_of(path: Path | None) -> tuple[Sequence[str], Sequence[Sequence[Any]]]:
    """Return names of columns and rows of values as a file has them; none without one. Raises EmbeddingError."""
    if path is None:
        return (), ()
    if path.stat().st_size > MOST_METADATA_BYTES:
        raise EmbeddingError(f"{path.name} has more than {MOST_METADATA_BYTES >> 20} MB of metadata.")
    content = path.read_bytes()
    if path.suffix != ".json":
        return labels(content.decode("utf-8", "replace"))
    try:
        table = orjson.loads(content)
        return [str(name) for name in table["columns"]], [
            row if isinstance(row, list) else [row] for row in table["rows"]
        ]
    except (orjson.JSONDecodeError, KeyError, TypeError) as error:
        raise EmbeddingError(f"{path.name} is not a table with columns and rows: {error}.") from error


def labels(text: str) -> tuple[Sequence[str], Sequence[Sequence[str]]]:
    """Read metadata as TensorBoard's projector does: with a header where there is more than one column."""
    lines = text.split("\n")
    if lines and not lines[-1]:
        lines.pop()
    rows = [line.rstrip("\r").split("\t") for line in lines]
    if not rows:
        return (), ()
    return (("label",), rows) if len(rows[0]) == 1 else (rows[0], rows[1:])


def _columns(names: Sequence[str], told: Sequence[Sequence[Any]], rows: RowArray) -> Sequence[Column]:
    shown = [told[row] if row < len(told) else () for row in rows.tolist()]
    return [
        _column(name, [row[place] if place < len(row) else None for row in shown]) for place, name in enumerate(names)
    ]


def _column(name: str, values: Sequence[Any]) -> Column:
    numbers = [_number(value) for value in values]
    if all(one is not None for one in numbers) and any(math.isfinite(one) for one in numbers if one is not None):
        return Column(name, [one for one in numbers if one is not None], is_number=True)
    return Column(name, ["" if value is None else str(value) for value in values], is_number=False)


def _number(value: Any) -> float | None:
    """Return a value as a number, NaN where there is none, None where it is something else."""
    if value is None or value == "":
        return math.nan
    if isinstance(value, bool):
        return None
    try:
        return float(value)
    except (TypeError, ValueError, OverflowError):
        return None
