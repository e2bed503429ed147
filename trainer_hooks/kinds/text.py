"""Texts: short ones live in the media line, long ones in a blob."""

from typing import Any

from trainer_hooks.media import Blob, Item

MAX_INLINE_BYTES = 16 << 10
MAX_BYTES = 16 << 20


def encode(value: Any) -> Item:
    """Encode any value by its `str()`, as Markdown. Raises ValueError if it is larger than MAX_BYTES."""
    text = str(value)
    content = text.encode("utf-8", "replace")
    if len(content) <= MAX_INLINE_BYTES:
        return Item("text/markdown", text=content.decode())
    if len(content) > MAX_BYTES:
        raise ValueError(f"a text of {len(content):,} bytes is larger than {MAX_BYTES:,}; log a part of it")
    return Item("text/markdown", Blob("md", content))
