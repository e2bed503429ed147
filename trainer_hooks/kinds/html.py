"""Pages of HTML: a text, or a file as it is."""

import os
from typing import Any

from trainer_hooks.given import read_file
from trainer_hooks.media import Blob, Item
from trainer_hooks.values import describe

ENDINGS = (".html", ".htm")
MAX_BYTES = 64 << 20


def encode(value: Any) -> Item:
    """Encode one page, see `Run.log_html`.

    Raises:
        TypeError, ValueError, OSError: with what is wrong with it.
    """
    is_name = isinstance(value, str) and value.lower().endswith(ENDINGS) and "<" not in value
    if is_name or isinstance(value, os.PathLike):
        content = read_file(value, MAX_BYTES)
    elif isinstance(value, str):
        content = value.encode("utf-8", "replace")
    else:
        raise TypeError(f"expected HTML as a text, or the path of a file, got {describe(value)}")
    if len(content) > MAX_BYTES:
        raise ValueError(f"a page of {len(content):,} bytes is larger than {MAX_BYTES:,}")
    return Item("text/html", Blob("html", content))
