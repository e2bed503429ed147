"""A small PNG encoder, so that logging an array as an image needs no imaging library."""

import struct
import zlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy.typing as npt

SIGNATURE = b"\x89PNG\r\n\x1a\n"
COLOUR_TYPES = {1: 0, 3: 2, 4: 6}  # channels -> PNG colour type: grey, RGB, RGBA
FILTER_NONE, FILTER_SUB = b"\x00", b"\x01"
COMPRESSION_LEVEL = 6


def encode_png(pixels: "npt.NDArray[Any]") -> bytes:
    """Encode an image losslessly.

    Args:
        pixels: shape (height, width, channels) with 1 (grey), 3 (RGB) or 4 (RGBA) channels, of uint8 or uint16.
    """
    return b"".join((SIGNATURE, chunk(b"IHDR", header(pixels)), chunk(b"IDAT", compressed(pixels)), chunk(b"IEND")))


def header(pixels: "npt.NDArray[Any]") -> bytes:
    """Return the content of the chunk IHDR for pixels as in `encode_png`."""
    height, width, channels = pixels.shape
    return struct.pack(">IIBBBBB", width, height, 8 * pixels.itemsize, COLOUR_TYPES[channels], 0, 0, 0)


def compressed(pixels: "npt.NDArray[Any]") -> bytes:
    """Compress the rows of pixels as in `encode_png`, by the filter that makes them smaller."""
    big_endian = pixels.astype(pixels.dtype.newbyteorder(">"), copy=False)
    height, width, _ = big_endian.shape
    octets = big_endian.reshape(height, width, -1).view("u1")
    return min((_compressed(octets, name) for name in (FILTER_NONE, FILTER_SUB)), key=len)


def _compressed(octets: "npt.NDArray[Any]", filter_type: bytes) -> bytes:
    """Compress the rows, as they are or as differences to the pixel on the left, whichever the filter says."""
    import numpy as np

    rows = octets.copy()
    if filter_type == FILTER_SUB:
        rows[:, 1:] -= octets[:, :-1]
    flat = rows.reshape(len(rows), -1)
    marked = np.concatenate((np.full((len(rows), 1), filter_type[0], np.uint8), flat), axis=1)
    return zlib.compress(marked.tobytes(), COMPRESSION_LEVEL)


def chunk(name: bytes, content: bytes = b"") -> bytes:
    """Return one chunk of a PNG file."""
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))
