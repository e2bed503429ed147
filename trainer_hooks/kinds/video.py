"""Videos: arrays become animated PNG, files are stored as they are."""

import math
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from trainer_hooks.arrays import to_numbers
from trainer_hooks.given import read_file
from trainer_hooks.kinds.apng import encode_apng
from trainer_hooks.kinds.image import to_levels
from trainer_hooks.kinds.png import COLOUR_TYPES
from trainer_hooks.media import Blob, Item
from trainer_hooks.values import describe, to_number

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

MEDIA_TYPES = {"mp4": "video/mp4", "webm": "video/webm", "gif": "image/gif", "png": "image/png", "apng": "image/png"}
MIN_FPS, MAX_FPS = 0.001, 1_000
MAX_FRAME_BYTES = 1 << 30  # of all frames together


def encode(value: Any, fps: Any = 4) -> Item:
    """Encode one video, see `Run.log_video`.

    Raises:
        TypeError, ValueError, OSError: with what is wrong with it.
    """
    if isinstance(value, str | os.PathLike):
        return _from_file(Path(value))
    rate = to_number(fps)
    if not MIN_FPS <= rate <= MAX_FPS:
        raise ValueError(f"expected {MIN_FPS} to {MAX_FPS:,} frames per second, got {fps!r}")
    frames = to_frames(value)
    count, height, width, _ = frames.shape
    meta = {"fps": rate, "frames": count, "duration_s": count / rate}
    return Item("image/png", Blob("png", encode_apng(frames, rate)), width_px=width, height_px=height, meta=meta)


def to_frames(value: Any) -> "npt.NDArray[np.uint8]":
    """Return a video as frames of shape (frames, height, width, channels), channels 1, 3 or 4.

    Raises:
        ValueError: the shape is no video's, or it is too large.
        TypeError: the values are no numbers.
    """
    import numpy as np

    array = to_numbers(value)
    if array.ndim == 3:
        array = array[..., None]
    if array.ndim in (4, 5) and array.shape[-1] not in COLOUR_TYPES and array.shape[-3] in COLOUR_TYPES:
        array = np.moveaxis(array, -3, -1)
    if array.ndim not in (4, 5) or array.shape[-1] not in COLOUR_TYPES or not array.size:
        raise ValueError(
            "expected shape (T, H, W), (T, C, H, W), (T, H, W, C) or, for several clips, (N, T, C, H, W), "
            f"with C 1, 3 or 4, got {describe(value)}"
        )
    if array.size > MAX_FRAME_BYTES:
        raise ValueError(f"frames of {array.size:,} bytes are more than {MAX_FRAME_BYTES:,}; log fewer or smaller ones")
    levels = to_levels(array)
    return np.ascontiguousarray(_side_by_side(levels) if levels.ndim == 5 else levels)


def _side_by_side(clips: "npt.NDArray[np.uint8]") -> "npt.NDArray[np.uint8]":
    """Put clips of shape (N, T, H, W, C) into one grid that is as square as may be; what is left of it is black."""
    import numpy as np

    number, count, height, width, channels = clips.shape
    columns = math.ceil(math.sqrt(number))
    rows = -(-number // columns)
    grid = np.zeros((count, rows * height, columns * width, channels), np.uint8)
    for place, clip in enumerate(clips):
        top, left = place // columns * height, place % columns * width
        grid[:, top : top + height, left : left + width] = clip
    return grid


def _from_file(path: Path) -> Item:
    extension = path.suffix.lower().removeprefix(".")
    if extension not in MEDIA_TYPES:
        raise ValueError(f"{path} ends in none of {', '.join(MEDIA_TYPES)}, which browsers play; convert it to .mp4")
    return Item(MEDIA_TYPES[extension], Blob(extension, read_file(path)))
