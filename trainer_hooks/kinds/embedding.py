"""Embeddings: vectors, and beside them what is known of each and its picture."""

import math
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from trainer_hooks.arrays import to_array, to_numbers
from trainer_hooks.given import at_most
from trainer_hooks.kinds.cells import MAX_CELLS, Cells, to_cells
from trainer_hooks.kinds.image import to_pixels
from trainer_hooks.kinds.npy import MEDIA_TYPE, npy_blob
from trainer_hooks.kinds.png import encode_png
from trainer_hooks.media import Blob, Item
from trainer_hooks.values import describe

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

PICTURE_PX = 64  # longest side of one picture of the sprite
SPRITE_PX = 4096  # longest side of the sprite: what graphics hardware of any age takes as one texture


def encode(value: Any, metadata: Any = None, columns: Iterable[Any] | None = None, images: Any = None) -> Item:
    """Encode vectors, their metadata and their pictures, see `Run.log_embedding`.

    Raises:
        TypeError, ValueError: the shapes or lengths do not fit; the message holds both numbers.
    """
    import numpy as np

    vectors = to_numbers(value)
    if vectors.ndim == 1 and vectors.size:
        vectors = vectors[:, None]
    if vectors.ndim != 2 or not vectors.size:
        raise ValueError(f"expected vectors of shape (N, D), got {describe(value)}")
    count = len(vectors)
    meta: dict[str, Any] = {"shape": list(vectors.shape)}
    parts: dict[str, Blob] = {}
    if metadata is not None:
        parts["metadata"] = Blob("json", _metadata(metadata, columns, count).encode())
    if images is not None:
        sprite, meta["sprite_px"] = _sprite(images, count)
        parts["sprite"] = Blob("png", encode_png(sprite))
    return Item(MEDIA_TYPE, npy_blob(vectors.astype(np.float32)), meta=meta, parts=parts)


def _metadata(metadata: Any, columns: Iterable[Any] | None, count: int) -> Cells:
    """Return what is known of each vector as rows; one label for each is a column named `label`."""
    cells = to_cells(_as_list(metadata), columns)
    if len(cells.rows) != count:
        raise ValueError(f"{count:,} vectors need as many rows of metadata, got {len(cells.rows):,}")
    return cells._replace(columns=["label"]) if columns is None and cells.columns == ["0"] else cells


def _as_list(metadata: Any) -> Any:
    """Return labels that are keys or values of a dictionary, or any other collection, as a list."""
    if hasattr(metadata, "itertuples") or hasattr(metadata, "shape") or isinstance(metadata, dict | str):
        return metadata
    return at_most(metadata, MAX_CELLS, "labels")


def _sprite(images: Any, count: int) -> "tuple[npt.NDArray[np.uint8], list[int]]":
    """Return all pictures in one, row by row in a grid of ceil(sqrt(N)) columns, and the size of one in pixels.

    Pictures that are too large for the grid are scaled down by whole pixels.
    """
    import numpy as np

    pictures = to_array(images) if hasattr(images, "shape") else at_most(images, count, "images, one for each vector")
    if len(pictures) != count:
        raise ValueError(f"{count:,} vectors need as many images, got {len(pictures):,}")
    columns = math.ceil(math.sqrt(count))
    longest = max(1, min(PICTURE_PX, SPRITE_PX // columns))
    first = _scaled(to_pixels(pictures[0]), longest)
    height, width, channels = first.shape
    sprite = np.zeros((-(-count // columns) * height, columns * width, channels), np.uint8)
    for place, picture in enumerate(pictures):
        scaled = _scaled(to_pixels(picture), longest)
        if scaled.shape != first.shape:
            raise ValueError(f"images differ: the first is {_named(first)} small, image {place:,} {_named(scaled)}")
        top, left = place // columns * height, place % columns * width
        sprite[top : top + height, left : left + width] = scaled
    return sprite, [width, height]


def _named(pixels: "npt.NDArray[Any]") -> str:
    return " x ".join(map(str, pixels.shape))


def _scaled(pixels: "npt.NDArray[np.uint8]", longest: int) -> "npt.NDArray[np.uint8]":
    """Scale down by the least whole factor that makes both sides at most `longest`: a pixel is the mean of a block."""
    import numpy as np

    height, width, channels = pixels.shape
    factor = -(-max(height, width) // longest)
    if factor == 1:
        return pixels
    rows, columns = max(1, height // factor), max(1, width // factor)
    tall, wide = min(factor, height), min(factor, width)
    blocks = pixels[: rows * tall, : columns * wide].reshape(rows, tall, columns, wide, channels)
    return np.asarray(np.rint(blocks.mean(axis=(1, 3))), np.uint8)
