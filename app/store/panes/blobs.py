"""Takes long texts out of a call into files of their own, named by their content."""

import base64
import binascii
import os
import re
import threading
from hashlib import sha256
from mimetypes import guess_extension
from pathlib import Path
from typing import Any

from app.readers.visdom_log.packed import PARTS

LONG_CHARS = 16 << 10
"""A text of more is kept in a file: below it, a file of its own would cost more than the line that holds it."""

_URI = re.compile(r"data:([a-z]+/[A-Za-z0-9.+-]{1,100});base64,([A-Za-z0-9+/]{16000,}={0,2})")
_TYPE = {"audio/wav": "wav", "audio/flac": "flac", "video/ogg": "ogv", "image/jpeg": "jpg", "image/jpg": "jpg"}
_SAFE = re.compile(r"[a-z0-9]{1,8}")


def pack(value: Any, folder: Path) -> Any:
    """Return a value of JSON with every long text in it replaced by its parts, whose files are written first.

    Raises:
        OSError: a file cannot be written.
    """
    if isinstance(value, str):
        return _pack_text(value, folder) if len(value) > LONG_CHARS else value
    if isinstance(value, dict):
        return {key: pack(inner, folder) for key, inner in value.items()}
    if isinstance(value, list):
        return [pack(inner, folder) if isinstance(inner, str | dict | list) else inner for inner in value]
    return value


def _pack_text(text: str, folder: Path) -> dict[str, Any]:
    parts: list[Any] = []
    end = 0
    for uri in _URI.finditer(text):
        content = _decoded(uri[2])
        if content is not None:
            parts += [*_plain(text[end : uri.start()], folder), _kept(content, uri[1], "uri", folder)]
            end = uri.end()
    return {PARTS: [*parts, *_plain(text[end:], folder)]}


def _plain(text: str, folder: Path) -> list[Any]:
    if len(text) <= LONG_CHARS:
        return [text] if text else []
    media_type = "image/svg+xml" if text.lstrip()[:4].lower() == "<svg" else "text/html"
    return [_kept(text.encode("utf-8", "replace"), media_type, "text", folder)]


def _decoded(text: str) -> bytes | None:
    """Return what a data: URI holds; None where it would not be the same again."""
    try:
        content = base64.b64decode(text, validate=True)
    except binascii.Error:
        return None
    return content if base64.b64encode(content) == text.encode("ascii") else None


def _kept(content: bytes, media_type: str, form: str, folder: Path) -> dict[str, Any]:
    sign = sha256(content).hexdigest()
    name = f"media/{sign[:2]}/{sign}.{_suffix(media_type)}"
    path = folder / name
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_name(f".{path.name}.{os.getpid()}-{threading.get_ident()}")
        try:
            part.write_bytes(content)
            part.replace(path)
        finally:
            part.unlink(missing_ok=True)  # half a file would keep a full disk full
    return {"file": name, "type": media_type, "bytes": len(content), "as": form}


def _suffix(media_type: str) -> str:
    suffix = _TYPE.get(media_type) or (guess_extension(media_type) or "").removeprefix(".")
    return suffix if _SAFE.fullmatch(suffix) else "bin"
