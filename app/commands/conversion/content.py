"""The content of logged items, wherever their format keeps it, and how much of a run another format cannot hold."""

import io
import wave
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from app.readers.contract import MediaItem

EXTENSIONS: Mapping[str, str] = {
    "image/png": "png",
    "image/jpeg": "jpg",
    "image/gif": "gif",
    "image/apng": "png",
    "image/webp": "webp",
    "image/bmp": "bmp",
    "image/svg+xml": "svg",
    "audio/wav": "wav",
    "audio/x-wav": "wav",
    "audio/mpeg": "mp3",
    "audio/ogg": "ogg",
    "audio/flac": "flac",
    "video/mp4": "mp4",
    "video/webm": "webm",
    "video/ogg": "ogv",
    "text/plain": "txt",
    "text/markdown": "md",
    "text/html": "html",
    "application/json": "json",
    "application/vnd.plotly+json": "json",
    "application/x-npy": "npy",
}

LeftOut = Counter[str]
"""What was not taken over, in words, and how many of it there are."""


def describe_left_out(left_out: Mapping[str, int]) -> str:
    """Return one line that names what was left out, empty where nothing was."""
    return ", ".join(f"{count:,} {what}" for what, count in sorted(left_out.items()) if count)


def extension_of(media_type: str, path: Path | None) -> str:
    """Return how a file with such content ends, without the dot; `path` is where it lies, if it is a file by itself."""
    suffix = path.suffix.lower().removeprefix(".") if path else ""
    return EXTENSIONS.get(media_type, suffix or "bin")


def content_of(item: MediaItem) -> bytes:
    """Read what an item is made of: its text, a file, a part of one, or what is made of that.

    Raises:
        OSError: the file is gone or cannot be read.
        ValueError: the item has neither text nor file, the file ends before it, or it is damaged.
    """
    if item.text is not None:
        return item.text.encode("utf-8", "replace")
    if item.path is None:
        raise ValueError(f"{item.tag} at step {item.step:,} has neither a text nor a file")
    if item.check is not None and (fault := item.check()):
        raise ValueError(fault)
    if item.make is not None:
        return item.make()
    if item.span is None:
        return item.path.read_bytes()
    with item.path.open("rb") as file:
        file.seek(item.span.offset)
        content = file.read(item.span.size)
    if len(content) < item.span.size:
        raise ValueError(f"{item.path} ends within {item.tag} at step {item.step:,}")
    return content


class Sound(NamedTuple):
    """How a sound is sampled; 0 where it is not known."""

    rate_hz: int = 0
    channels: int = 0
    frames: int = 0


def sound_of(content: bytes) -> Sound:
    """Read the header of a WAV file; of other formats nothing is known."""
    try:
        with wave.open(io.BytesIO(content)) as sound:
            return Sound(sound.getframerate(), sound.getnchannels(), sound.getnframes())
    except (wave.Error, EOFError):
        return Sound()
