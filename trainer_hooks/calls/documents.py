"""Calls that log what is read, heard or explored: texts, pages, tables, sound, vectors, meshes, graphs."""

import os
from collections.abc import Iterable, Iterator, Mapping
from itertools import repeat
from typing import Any

from trainer_hooks.calls import Calls


class DocumentCalls(Calls):
    """The part of a run that logs documents and raw data. A step of None means the step logged last."""

    def log_text(
        self, tag: str, text: str, step: int | None = None, caption: str = "", *, wall_time: float | None = None
    ) -> None:
        """Log a text, shown as Markdown."""
        self._log_items("text", tag, [text], step, [caption], wall_time)

    def log_html(
        self,
        tag: str,
        html: str | os.PathLike[str],
        step: int | None = None,
        caption: str = "",
        *,
        wall_time: float | None = None,
    ) -> None:
        """Log a page of HTML: its text, or the path of a file that ends in .html or .htm."""
        self._log_items("html", tag, [html], step, [caption], wall_time)

    def log_table(
        self,
        tag: str,
        data: Any,
        step: int | None = None,
        columns: Iterable[Any] | None = None,
        caption: str = "",
        *,
        wall_time: float | None = None,
    ) -> None:
        """Log a table.

        Args:
            tag: its name; `/` groups.
            data: a pandas DataFrame, a mapping from column to values, mappings from column to value (one per row),
                rows of cells, or an array of shape (rows, columns). Cells are numbers, texts, booleans and None;
                anything else is kept as its text.
            step: the trainer's own counter.
            columns: their names; of a mapping, which ones and in what order. They are numbered from 0 if None.
            caption: shown beneath.
            wall_time: seconds since the epoch, UTC; now if None.
        """
        self._log_items("table", tag, [data], step, [caption], wall_time, columns=columns)

    def log_audio(
        self,
        tag: str,
        audio: Any,
        step: int | None = None,
        sample_rate: int = 44_100,
        caption: str = "",
        *,
        wall_time: float | None = None,
    ) -> None:
        """Log a sound.

        Args:
            tag: its name; `/` groups.
            audio: an array or tensor of shape (L,), (C, L) or (L, C), where the shorter axis is C: floats in
                [-1, 1], or integers of 8, 16 or 32 bits; or bytes or the path of a WAV, MP3, FLAC or Ogg file,
                which is stored as it is.
            step: the trainer's own counter.
            sample_rate: samples per second; of a file, its own counts.
            caption: shown beneath.
            wall_time: seconds since the epoch, UTC; now if None.
        """
        self._log_items("audio", tag, [audio], step, [caption], wall_time, sample_rate=sample_rate)

    def log_embedding(
        self,
        tag: str,
        vectors: Any,
        step: int | None = None,
        metadata: Any = None,
        columns: Iterable[Any] | None = None,
        images: Any = None,
        caption: str = "",
        *,
        wall_time: float | None = None,
    ) -> None:
        """Log vectors to be seen as points.

        Args:
            tag: its name; `/` groups.
            vectors: shape (N, D), any number type; stored as float32.
            step: the trainer's own counter.
            metadata: one label per vector, or one row per vector, or a DataFrame of N rows.
            columns: names of the columns of `metadata`.
            images: one per vector, shape (N, H, W), (N, C, H, W) or (N, H, W, C), as in `log_image`.
            caption: shown beneath.
            wall_time: seconds since the epoch, UTC; now if None.
        """
        given = {"metadata": metadata, "columns": columns, "images": images}
        self._log_items("embedding", tag, [vectors], step, [caption], wall_time, **given)

    def log_mesh(
        self,
        tag: str,
        vertices: Any,
        step: int | None = None,
        faces: Any = None,
        colors: Any = None,
        config: Mapping[str, Any] | None = None,
        caption: str = "",
        *,
        wall_time: float | None = None,
    ) -> None:
        """Log a mesh, or a cloud of points where there are no faces.

        Args:
            tag: its name; `/` groups.
            vertices: shape (V, 3), or (B, V, 3) for B meshes of one call.
            step: the trainer's own counter.
            faces: shape (F, 3), places of vertices from 0; (B, F, 3) for B meshes.
            colors: of the vertices, shape (V, 3): integers in [0, 255] or floats in [0, 1]; (B, V, 3) for B meshes.
            config: what was said of camera, lights and material; kept as it is.
            caption: shown beneath.
            wall_time: seconds since the epoch, UTC; now if None.
        """
        meshes = _meshes(vertices, faces, colors)
        self._log_items("mesh", tag, meshes, step, repeat(caption), wall_time, config=config)

    def log_tensor(
        self, tag: str, tensor: Any, step: int | None = None, caption: str = "", *, wall_time: float | None = None
    ) -> None:
        """Log an array or tensor of any shape as it is, in numpy's format; bfloat16 becomes float32."""
        self._log_items("tensor", tag, [tensor], step, [caption], wall_time)

    def log_graph(
        self,
        model: Any,
        inputs: Any = None,
        tag: str = "graph",
        step: int | None = None,
        *,
        wall_time: float | None = None,
    ) -> None:
        """Log the graph of a model.

        Args:
            model: a torch module, traced or not.
            inputs: what the model is called with: a tensor, or several as a tuple, list or mapping.
            tag: its name; `/` groups.
            step: the trainer's own counter.
            wall_time: seconds since the epoch, UTC; now if None.
        """
        self._log_items("graph", tag, [(model, inputs)], step, wall_time=wall_time)


def _meshes(*parts: Any) -> Iterator[tuple[Any, ...]]:
    """Yield vertices, faces and colours of each mesh."""
    vertices = parts[0]
    if getattr(vertices, "ndim", 2) != 3:
        yield parts
        return
    batch = len(vertices)
    for place in range(batch):
        yield tuple(_one(part, place, batch) for part in parts)


def _one(part: Any, place: int, batch: int) -> Any:
    """Return what belongs to one mesh of a batch: its own, or what all share; what fits neither is refused later."""
    return part[place] if getattr(part, "ndim", 0) == 3 and len(part) == batch else part
