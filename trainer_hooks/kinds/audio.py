"""Sound: arrays become WAV of 16 bits, files are stored as they are."""

import io
import os
import wave
from typing import TYPE_CHECKING, Any

from trainer_hooks.arrays import to_numbers
from trainer_hooks.given import read_file
from trainer_hooks.media import Blob, Item
from trainer_hooks.values import describe, to_number

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

MEDIA_TYPES = {"wav": "audio/wav", "mp3": "audio/mpeg", "flac": "audio/flac", "ogg": "audio/ogg"}
MAX_CHANNELS = 64
MAX_RATE = 2**31 - 1  # of the header of a WAV file
MAX_BYTES = 1 << 30


def encode(value: Any, sample_rate: Any = 44_100) -> Item:
    """Encode one sound, see `Run.log_audio`.

    Raises:
        TypeError, ValueError, OSError: with what is wrong with it.
    """
    if isinstance(value, str | os.PathLike):
        return _from_file(read_file(value, MAX_BYTES), str(value))
    if isinstance(value, bytes | bytearray):
        return _from_file(bytes(value), f"the {len(value):,} bytes")
    rate = to_number(sample_rate)
    if not 1 <= rate <= MAX_RATE:
        raise ValueError(f"expected a sample rate in samples per second, got {sample_rate!r}")
    samples = to_samples(value)
    meta = {"sample_rate": round(rate), "duration_s": len(samples) / rate}
    return Item("audio/wav", Blob("wav", _wav(samples, round(rate))), meta=meta)


def to_samples(value: Any) -> "npt.NDArray[np.int16]":
    """Return a sound as samples of shape (length, channels).

    Floats are taken as [-1, 1] and clipped, NaN is silence; integers of 8, 16 or 32 bits over their whole range.

    Raises:
        ValueError: the shape is no sound's.
        TypeError: the values are no numbers.
    """
    import numpy as np

    array = to_numbers(value)
    if array.ndim == 1:
        array = array[:, None]
    elif array.ndim == 2 and array.shape[0] <= array.shape[1]:
        array = array.T
    if array.ndim != 2 or not array.size or array.shape[1] > MAX_CHANNELS:
        raise ValueError(f"expected shape (L,), (C, L) or (L, C) with C up to {MAX_CHANNELS}, got {describe(value)}")
    if array.dtype.kind == "f":
        array = np.clip(np.nan_to_num(array.astype(np.float64), nan=0.0), -1, 1)
        return np.asarray(np.rint(array * 32_767), np.int16)
    return _of_16_bits(array)


def _of_16_bits(array: "npt.NDArray[Any]") -> "npt.NDArray[np.int16]":
    """Bring integers of the widths that sound is kept in to 16 bits; those of 8 bits without a sign lie around 128."""
    import numpy as np

    if array.dtype not in (np.int16, np.int32, np.uint8):
        raise TypeError(f"expected floats in [-1, 1] or integers of 8, 16 or 32 bits, got {array.dtype}")
    if array.dtype == np.int32:
        array = array >> 16
    elif array.dtype == np.uint8:
        array = (array.astype(np.int16) - 128) << 8
    return np.asarray(array, np.int16)


def _wav(samples: "npt.NDArray[np.int16]", rate: int) -> bytes:
    if samples.nbytes > MAX_BYTES:
        raise ValueError(f"a sound of {samples.nbytes:,} bytes is larger than {MAX_BYTES:,}; log a part of it")
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as file:
        file.setnchannels(samples.shape[1])
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(samples.astype("<i2").tobytes())
    return buffer.getvalue()


def _from_file(content: bytes, name: str) -> Item:
    extension = _format(content)
    if extension is None:
        raise ValueError(f"{name} is none of {', '.join(map(str.upper, MEDIA_TYPES))}")
    if len(content) > MAX_BYTES:
        raise ValueError(f"{name} are more than {MAX_BYTES:,}; log a part of it")
    meta = _wav_facts(content) if extension == "wav" else {}
    return Item(MEDIA_TYPES[extension], Blob(extension, content), meta=meta)


def _format(content: bytes) -> str | None:
    """Tell a sound's format by its first bytes."""
    if content[:4] == b"RIFF" and content[8:12] == b"WAVE":
        return "wav"
    if content[:3] == b"ID3" or (len(content) > 2 and content[0] == 0xFF and content[1] & 0xE6 == 0xE2):
        return "mp3"  # a tag, or a frame of layer III
    return {b"fLaC": "flac", b"OggS": "ogg"}.get(content[:4])


def _wav_facts(content: bytes) -> dict[str, Any]:
    try:
        with wave.open(io.BytesIO(content), "rb") as file:
            rate, length = file.getframerate(), file.getnframes()
    except (wave.Error, EOFError):  # floats, compressed: the browser plays them all the same
        return {}
    return {"sample_rate": rate, "duration_s": length / rate} if rate else {}
