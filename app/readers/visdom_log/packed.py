"""Long texts of a call to visdom, kept in files beside the log of calls.

In place of such a text a message holds `{"_parts": [...]}`: texts, and files that stand for what lay there:
`{"file": "media/ab/<sha256>.png", "type": "image/png", "bytes": 90112, "as": "uri"}`. With `"as": "uri"` the content
stands as a data: URI in the text, with `"as": "text"` it is a piece of the text itself.
"""

import base64
import re
from collections.abc import Callable, Iterator, Mapping
from errno import ENOENT
from pathlib import Path
from typing import Any

PARTS = "_parts"
FILE_NAME = re.compile(r"media/([0-9a-f]{2})/(\1[0-9a-f]{62}\.[a-z0-9]{1,8})")


def parts_of(value: Any) -> list[Any] | None:
    """Return the parts of a text that is kept in files; None where a value is no such text."""
    if not isinstance(value, dict) or value.keys() != {PARTS}:
        return None
    parts = value[PARTS]
    return parts if isinstance(parts, list) and all(isinstance(one, str) or is_file(one) for one in parts) else None


def is_file(part: Any) -> bool:
    """Tell whether a part names a file, which then lies below the folder of the log."""
    return (
        isinstance(part, Mapping)
        and isinstance(part.get("file"), str)
        and FILE_NAME.fullmatch(part["file"]) is not None
        and isinstance(part.get("type"), str)
        and type(part.get("bytes")) is int
    )


def files_in(value: Any) -> Iterator[Mapping[str, Any]]:
    """Yield every file that a value names, however deep."""
    parts = parts_of(value)
    if parts is not None:
        yield from (part for part in parts if not isinstance(part, str))
    elif isinstance(value, dict):
        for inner in value.values():
            yield from files_in(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from files_in(inner)


def joined(value: Any, folder: Path) -> str:
    """Return a text as it was sent.

    Args:
        value: a text, or its parts.
        folder: of the log.

    Raises:
        OSError: a file cannot be read.
    """
    parts = parts_of(value)
    if parts is None:
        return value if isinstance(value, str) else ""
    return "".join(part if isinstance(part, str) else _as_text(part, folder) for part in parts)


def whole(value: Any, text: Callable[[Any], Any]) -> Any:
    """Return a value with every text that is kept in files replaced by what `text` makes of it."""
    if isinstance(value, dict):
        if parts_of(value) is not None:
            return text(value)
        return {key: whole(inner, text) for key, inner in value.items()}
    if isinstance(value, list) and any(isinstance(inner, dict | list) for inner in value):
        return [whole(inner, text) for inner in value]
    return value


def file_at(folder: Path, name: str) -> Path:
    """Return where a file of a log lies. Raises FileNotFoundError where that is no file in the log's own folder."""
    path = folder / name
    if not path.is_file() or not path.resolve().is_relative_to(folder.resolve()):  # a link may lead to anything
        raise FileNotFoundError(ENOENT, "the log has no such file of its own", str(path))
    return path


def _as_text(part: Mapping[str, Any], folder: Path) -> str:
    content: bytes = file_at(folder, part["file"]).read_bytes()
    if part.get("as") == "uri":
        return f"data:{part['type']};base64,{base64.b64encode(content).decode('ascii')}"
    return content.decode("utf-8", "replace")
