"""Meshes and clouds of points: vertices, and beside them faces and colours where there are any."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from trainer_hooks.arrays import to_numbers
from trainer_hooks.config import to_json
from trainer_hooks.kinds.npy import MEDIA_TYPE, npy_blob
from trainer_hooks.media import Item
from trainer_hooks.values import describe

if TYPE_CHECKING:
    import numpy.typing as npt


def encode(value: tuple[Any, Any, Any], config: Mapping[str, Any] | None = None) -> Item:
    """Encode vertices, faces and colours, see `Run.log_mesh`.

    Raises:
        TypeError, ValueError: the shapes do not fit; the message holds both numbers.
    """
    import numpy as np

    points = _triples("vertices", "V", value[0])
    if not np.isfinite(points).all():
        raise ValueError("expected finite vertices, got NaN or infinities")
    parts, meta = {}, {"vertices": len(points), "faces": 0}
    if value[1] is not None:
        faces = _triples("faces", "F", value[1])
        if faces.size and (faces.min() < 0 or faces.max() >= len(points)):
            raise ValueError(f"faces name vertices {faces.min():g} to {faces.max():g}, there are {len(points):,}")
        parts["faces"] = npy_blob(faces.astype(np.int32))
        meta["faces"] = len(faces)
    if value[2] is not None:
        parts["colors"] = npy_blob(_colors(value[2], len(points)))
    told = {"config": to_json(config)} if config else {}
    return Item(MEDIA_TYPE, npy_blob(points.astype(np.float32)), meta={**meta, **told}, parts=parts)


def _triples(name: str, letter: str, value: Any) -> "npt.NDArray[Any]":
    array = to_numbers(value)
    if array.ndim == 3 and len(array) == 1:
        array = array[0]
    if array.ndim != 2 or array.shape[1] != 3 or (name == "vertices" and not len(array)):
        raise ValueError(f"expected {name} of shape ({letter}, 3), got {describe(value)}")
    return array


def _colors(value: Any, vertices: int) -> "npt.NDArray[Any]":
    """Return colours as uint8 of shape (V, 3): floats are taken as [0, 1], integers as [0, 255]."""
    import numpy as np

    colors = _triples("colors", "V", value)
    if len(colors) != vertices:
        raise ValueError(f"{vertices:,} vertices need as many colors, got {len(colors):,}")
    if colors.dtype.kind == "f":
        colors = np.rint(np.nan_to_num(np.clip(colors, 0, 1)) * 255)
    pixels: npt.NDArray[Any] = np.clip(colors, 0, 255).astype(np.uint8)
    return pixels
