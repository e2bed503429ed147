import io

import numpy as np
import pytest
from PIL import Image

from trainer_hooks.kinds import png

NOISE = np.random.default_rng(0)
SHAPES = [(1, 1, 1), (1, 7, 3), (7, 1, 4), (50, 37, 1), (64, 40, 3), (33, 90, 4)]


def drawing(shape):
    """Few values, repeated."""
    return np.resize(np.array([0, 0, 255, 0, 9], np.uint8), shape)


def photograph(shape):
    """Neighbours that are alike, and no two the same."""
    return np.cumsum(NOISE.integers(-2, 3, shape), axis=0).astype(np.uint8)


def decoded(content, shape):
    return np.asarray(Image.open(io.BytesIO(content))).reshape(shape)


@pytest.mark.parametrize("block_bytes", [1, 700, png.BLOCK_BYTES])
@pytest.mark.parametrize("made", [drawing, photograph])
def test_whatever_is_encoded_is_decoded_as_it_was(monkeypatch, block_bytes, made):
    monkeypatch.setattr(png, "BLOCK_BYTES", block_bytes)
    for shape in SHAPES:
        pixels = made(shape)
        assert (decoded(png.encode_png(pixels), shape) == pixels).all()


def test_sixteen_bits_of_a_pixel_are_kept():
    pixels = np.cumsum(NOISE.integers(0, 90, (40, 50, 1)), axis=1).astype(np.uint16)
    assert (decoded(png.encode_png(pixels), pixels.shape) == pixels).all()


@pytest.mark.parametrize("made", [drawing, photograph])
def test_neither_drawings_nor_photographs_take_more_room_than_from_pillow(made):
    pixels, pillow = made((128, 128, 3)), io.BytesIO()
    Image.fromarray(pixels).save(pillow, "PNG")
    assert len(png.encode_png(pixels)) <= pillow.tell()
