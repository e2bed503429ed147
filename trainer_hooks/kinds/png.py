"""A small PNG encoder, so that logging an array as an image needs no imaging library."""

import struct
import zlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

COLOUR_TYPES = {1: 0, 3: 2, 4: 6}  # channels -> PNG colour type: grey, RGB, RGBA
FILTER_NONE, FILTER_SUB = b"\x00", b"\x01"
COMPRESSION_LEVEL = 6


def encode_png(pixels: "npt.NDArray[np.uint8]") -> bytes:
    """Encode an image losslessly.

    Args:
        pixels: shape (height, width, channels) with 1 (grey), 3 (RGB) or 4 (RGBA) channels.
    """
    height, width, channels = pixels.shape
    header = struct.pack(">IIBBBBB", width, height, 8, COLOUR_TYPES[channels], 0, 0, 0)
    return b"".join(
        (
            b"\x89PNG\r\n\x1a\n",
            _chunk(b"IHDR", header),
            _chunk(b"IDAT", min((_compressed(pixels, name) for name in (FILTER_NONE, FILTER_SUB)), key=len)),
            _chunk(b"IEND", b""),
        )
    )


def _compressed(pixels: "npt.NDArray[np.uint8]", filter_type: bytes) -> bytes:
    """Compress the rows, as they are or as differences to the pixel on the left, whichever the filter says."""
    import numpy as np

    rows = pixels.copy()
    if filter_type == FILTER_SUB:
        rows[:, 1:] -= pixels[:, :-1]
    flat = rows.reshape(len(rows), -1)
    marked = np.concatenate((np.full((len(rows), 1), filter_type[0], np.uint8), flat), axis=1)
    return zlib.compress(marked.tobytes(), COMPRESSION_LEVEL)


def _chunk(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))
