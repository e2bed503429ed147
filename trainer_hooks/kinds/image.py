"""Images: arrays and tensors become PNG, files are stored as they are."""

import io
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from trainer_hooks.arrays import to_array
from trainer_hooks.given import read_file
from trainer_hooks.kinds.overlays import overlaid
from trainer_hooks.kinds.png import COLOUR_TYPES, encode_png
from trainer_hooks.media import Blob, Item
from trainer_hooks.values import describe

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

MEDIA_TYPES = {
    "png": "image/png",
    "jpg": "image/jpeg",
    "jpeg": "image/jpeg",
    "gif": "image/gif",
    "webp": "image/webp",
    "bmp": "image/bmp",
    "svg": "image/svg+xml",
}
PIL_MODES = ("1", "L", "LA", "P", "RGB", "RGBA")  # that PNG stores as they are


def encode(
    value: Any, boxes: Any = None, labels: Any = None, scores: Any = None, masks: Any = None, classes: Any = None
) -> Item:
    """Encode one image and what lies over it, see `Run.log_image`, `log_boxes` and `log_masks`.

    Raises:
        ValueError, TypeError, OSError: with what is wrong with it.
    """
    item = _encode_alone(value)
    if boxes is None and masks is None:
        return item
    return overlaid(item, boxes, labels, scores, masks, classes)


def _encode_alone(value: Any) -> Item:
    if isinstance(value, str | os.PathLike):
        return _from_file(Path(value))
    if hasattr(value, "getbands"):
        return _from_pil(value)
    pixels = to_pixels(value)
    height, width, _ = pixels.shape
    return Item("image/png", Blob("png", encode_png(pixels)), width_px=width, height_px=height)


def to_pixels(value: Any) -> "npt.NDArray[np.uint8]":
    """Return an array or tensor as pixels of shape (height, width, channels), channels 1, 3 or 4.

    Floats are taken as [0, 1] and clipped, NaN is black; integers as [0, 255] and clipped; True is white.

    Raises:
        ValueError: the shape is no image's.
        TypeError: the values are no numbers.
    """
    import numpy as np

    array = to_array(value)
    if array.ndim == 2:
        array = array[:, :, None]
    elif array.ndim == 3 and array.shape[2] not in COLOUR_TYPES and array.shape[0] in COLOUR_TYPES:
        array = array.transpose(1, 2, 0)
    if array.ndim != 3 or array.shape[2] not in COLOUR_TYPES or not array.size:
        raise ValueError(f"expected shape (H, W), (H, W, C) or (C, H, W) with C 1, 3 or 4, got {describe(value)}")
    return np.ascontiguousarray(to_levels(array))


def to_levels(array: "npt.NDArray[Any]") -> "npt.NDArray[np.uint8]":
    """Return numbers of any shape as levels of brightness, as `to_pixels` takes them. Raises TypeError."""
    import numpy as np

    if array.dtype == np.uint8:
        return array
    if array.dtype.kind == "f":
        array = np.rint(np.clip(np.nan_to_num(array, nan=0.0), 0, 1) * 255)
    elif array.dtype.kind == "b":
        return array.astype(np.uint8) * 255
    elif array.dtype.kind not in "iu":
        raise TypeError(f"expected floats in [0, 1] or integers in [0, 255], got {array.dtype}")
    return np.asarray(np.clip(array, 0, 255), np.uint8)


def _from_pil(image: Any) -> Item:
    buffer = io.BytesIO()
    (image if image.mode in PIL_MODES else image.convert("RGB")).save(buffer, "PNG")
    return Item("image/png", Blob("png", buffer.getvalue()), width_px=image.width, height_px=image.height)


def _from_file(path: Path) -> Item:
    extension = path.suffix.lower().removeprefix(".")
    if extension not in MEDIA_TYPES:
        raise ValueError(f"{path} ends in none of {', '.join(MEDIA_TYPES)}")
    content = read_file(path)
    width, height = _png_size(content)
    return Item(MEDIA_TYPES[extension], Blob(extension, content), width_px=width, height_px=height)


def _png_size(content: bytes) -> tuple[int | None, int | None]:
    """Read width and height where the file is PNG; other formats are measured by the browser."""
    if content[:8] != b"\x89PNG\r\n\x1a\n":
        return None, None
    return int.from_bytes(content[16:20]), int.from_bytes(content[20:24])
