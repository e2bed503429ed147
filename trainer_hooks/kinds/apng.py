"""An encoder of animated PNG, which every browser plays: lossless, and without any package."""

import struct
from collections.abc import Iterator
from typing import TYPE_CHECKING

from trainer_hooks.kinds.png import SIGNATURE, chunk, compressed, header

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

MAX_DENOMINATOR = 65_535
KEEP, REPLACE = 0, 0  # what becomes of a frame after its time, and how the next is put over it


def encode_apng(frames: "npt.NDArray[np.uint8]", fps: float) -> bytes:
    """Encode a video losslessly; of each frame only the rectangle that changed is stored.

    Args:
        frames: shape (frames, height, width, channels) with 1 (grey), 3 (RGB) or 4 (RGBA) channels.
        fps: frames per second, above 0.
    """
    return b"".join(_chunks(frames, _delay(fps)))


def _chunks(frames: "npt.NDArray[np.uint8]", delay: bytes) -> Iterator[bytes]:
    """Yield the parts of the file. Layout: https://www.w3.org/TR/png-3/#apng-frame-based-animation."""
    yield SIGNATURE
    yield chunk(b"IHDR", header(frames[0]))
    yield chunk(b"acTL", struct.pack(">II", len(frames), 0))  # 0: play for ever
    number = 0  # counts the chunks fcTL and fdAT
    for place, frame in enumerate(frames):
        top, left, bottom, right = _changed(frames[place - 1], frame) if place else (0, 0, *frame.shape[:2])
        where = struct.pack(">IIII", right - left, bottom - top, left, top)
        yield chunk(b"fcTL", struct.pack(">I", number) + where + delay + bytes((KEEP, REPLACE)))
        data = compressed(frame[top:bottom, left:right])
        yield chunk(b"fdAT", struct.pack(">I", number + 1) + data) if place else chunk(b"IDAT", data)
        number += 2 if place else 1
    yield chunk(b"IEND")


def _changed(before: "npt.NDArray[np.uint8]", after: "npt.NDArray[np.uint8]") -> tuple[int, int, int, int]:
    """Return top, left, bottom and right of what differs; one pixel where nothing does."""
    import numpy as np

    differs = (before != after).any(axis=2)
    rows, columns = np.flatnonzero(differs.any(axis=1)), np.flatnonzero(differs.any(axis=0))
    if not rows.size:
        return 0, 0, 1, 1
    return int(rows[0]), int(columns[0]), int(rows[-1]) + 1, int(columns[-1]) + 1


def _delay(fps: float) -> bytes:
    """Return the time of one frame as a fraction of a second in two numbers of 16 bits."""
    from fractions import Fraction

    delay = (1 / Fraction(fps).limit_denominator(1_000)).limit_denominator(MAX_DENOMINATOR)
    return struct.pack(">HH", min(delay.numerator, MAX_DENOMINATOR), delay.denominator)
