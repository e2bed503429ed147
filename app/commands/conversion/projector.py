"""Embeddings beside an event file, as TensorBoard's projector finds them: a config in text form that names tables."""

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import orjson
import pyarrow as pa
import pyarrow.csv

from app.commands.conversion.own_form import array_of
from app.readers.event_files.projector import CONFIG
from trainer_hooks.media import Item

_MARK = "# Written by an export of Tailboard, which replaces it.\n"
_PREFIX = "embedding-"
_STEP_DIGITS = 5  # at least, as torch writes them
_PART_CELLS = str.maketrans("\t\r\n", "   ")


def exported_files(folder: Path) -> list[Path]:
    """Return the config in a folder and the files that it names, where an export wrote them."""
    return [folder / CONFIG, *sorted(folder.glob(f"{_PREFIX}*"))] if _is_exported(folder / CONFIG) else []


def foreign_files(folder: Path) -> list[Path]:
    """Return the config in a folder where somebody else wrote it."""
    config = folder / CONFIG
    return [config] if config.exists() and not _is_exported(config) else []


class ProjectorFiles:
    """Writes the embeddings of one run, flat into its folder.

    Args:
        folder: is there, and holds no such files.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._entries: list[str] = []

    def add(self, tag: str, step: int, embedding: Item) -> None:
        """Write one embedding, given in our own form.

        Raises:
            OSError: a file cannot be written.
            KeyError, TypeError, ValueError: it holds no vectors, or metadata of another form; nothing was written.
        """
        vectors = array_of(embedding.blob.content if embedding.blob else b"")
        if vectors.ndim != 2 or not vectors.size:
            raise ValueError(f"vectors have the shape {vectors.shape}")
        metadata = embedding.parts.get("metadata")
        labels = _labels(metadata.content) if metadata else None
        name = f"{_PREFIX}{len(self._entries):04}"
        _write_numbers(self._folder / f"{name}-vectors.tsv", vectors)
        fields = [_field("tensor_name", f"{tag}:{step:0{_STEP_DIGITS}}"), _field("tensor_path", f"{name}-vectors.tsv")]
        if labels is not None:
            (self._folder / f"{name}-metadata.tsv").write_bytes(labels)
            fields.append(_field("metadata_path", f"{name}-metadata.tsv"))
        if sprite := embedding.parts.get("sprite"):
            path = self._folder / f"{name}-sprite{Path(sprite.path).suffix}"
            path.write_bytes(sprite.content)
            sizes = [f"single_image_dim: {int(size)}" for size in embedding.meta.get("sprite_px", ())]
            fields.append(f"sprite {{ {' '.join((_field('image_path', path.name), *sizes))} }}")
        self._entries.append("".join(f"  {field}\n" for field in fields))

    def finish(self) -> None:
        """Write the config, where there is an embedding. Raises OSError."""
        if self._entries:
            text = _MARK + "".join(f"embeddings {{\n{entry}}}\n" for entry in self._entries)
            (self._folder / CONFIG).write_text(text, encoding="utf-8", newline="\n")


def _is_exported(config: Path) -> bool:
    if not config.is_file():
        return False
    with config.open("rb") as file:
        return file.read(len(_MARK)) == _MARK.encode()


def _write_numbers(path: Path, vectors: npt.NDArray[Any]) -> None:
    """Write rows of numbers with tabs between them, with as many digits as tell them apart."""
    columns = [pa.array(column) for column in np.ascontiguousarray(vectors.T, dtype=np.float32)]
    table = pa.Table.from_arrays(columns, names=list(map(str, range(len(columns)))))
    options = pyarrow.csv.WriteOptions(include_header=False, delimiter="\t", quoting_style="none")
    pyarrow.csv.write_csv(table, path, options)


def _labels(metadata: bytes) -> bytes:
    """Return metadata as the projector reads it: with names of columns where there are several, else labels alone."""
    table = orjson.loads(metadata)
    rows = table["rows"] if len(table["columns"]) == 1 else [table["columns"], *table["rows"]]
    return "".join("\t".join(map(_cell, row)) + "\n" for row in rows).encode("utf-8", "replace")


def _cell(value: object) -> str:
    return "" if value is None else str(value).translate(_PART_CELLS)


def _field(name: str, value: str) -> str:
    """Return a field of a message in text form; in its value what is no plain letter becomes its bytes."""
    quoted = "".join(chr(one) if 32 <= one < 127 and one not in b'"\\' else f"\\{one:03o}" for one in value.encode())
    return f'{name}: "{quoted}"'
