"""Logging of what is no number: encoded by its kind, stored by content, listed line by line."""

import importlib
import time
from collections.abc import Iterable, Mapping
from functools import partial
from typing import Any, NamedTuple

from trainer_hooks.appender import Entry
from trainer_hooks.disk import replace_file
from trainer_hooks.folder import RunFolder
from trainer_hooks.notices import Notices
from trainer_hooks.record import blob_path, encode_media
from trainer_hooks.values import RefusedError, clean_tag, to_step
from trainer_hooks.writer import Writer

MAX_CAPTION_CHARS = 2_000
_MAIN = ""  # the blob that is no part

# What encoders, foreign libraries included, raise for a value that they cannot take. Training must not stop for it.
REFUSALS = (ArithmeticError, AttributeError, ImportError, LookupError, OSError, RuntimeError, TypeError, ValueError)


class Blob:
    """Bytes to be stored under a name made of their content.

    Attributes:
        content: the bytes.
        path: where they go, below the run folder.
    """

    def __init__(self, extension: str, content: bytes) -> None:
        """Take bytes of a file that ends in `extension`, given without its dot."""
        from hashlib import sha256  # 3 ms that `import trainer_hooks` need not wait for

        self.content = content
        self.path = blob_path(sha256(content).hexdigest(), extension)


class Item(NamedTuple):
    """One encoded value: a blob, or a `text` kept in the media line itself, or `meta` alone."""

    media_type: str  # "image/png", "text/markdown", ...
    blob: Blob | None = None
    text: str | None = None
    width_px: int | None = None
    height_px: int | None = None
    meta: Mapping[str, Any] = {}
    parts: Mapping[str, Blob] = {}  # further blobs, by a name that the kind gives them


class MediaLogging:
    """The part of a run that logs blobs. A step of None means the step logged last."""

    _folder: RunFolder
    _notices: Notices
    _writer: Writer
    _next_step: int
    _refused: int
    _finished: bool

    def log_image(self, tag: str, image: Any, step: int | None = None, caption: str = "") -> None:
        """Log one image.

        Args:
            tag: its name; `/` groups.
            image: a numpy array or tensor on any device of shape (H, W), (H, W, C) or (C, H, W) with C 1, 3 or 4,
                where the last axis is taken for C if both fit: floats in [0, 1], integers in [0, 255] or
                booleans; or a PIL image; or the path of an image file, which is stored as it is.
            step: the trainer's own counter.
            caption: shown beneath.
        """
        self._log_items("image", tag, [image], step, [caption])

    def log_images(
        self, tag: str, images: Iterable[Any], step: int | None = None, captions: Iterable[str] = ()
    ) -> None:
        """Log several images as one gallery.

        Args:
            tag: name of the gallery.
            images: each as in `log_image`, or one array of shape (N, H, W), (N, H, W, C) or (N, C, H, W).
            step: the trainer's own counter.
            captions: one per image, in their order; missing ones are empty.
        """
        try:
            values = list(images)
        except TypeError:
            values = [images]  # refused by the encoder, in words
        self._log_items("image", tag, values, step, captions)

    def log_figure(self, tag: str, figure: Any, step: int | None = None, caption: str = "") -> None:
        """Log a matplotlib or plotly figure; it is drawn at once and may be changed or closed afterwards."""
        self._log_items("figure", tag, [figure], step, [caption])

    def log_text(self, tag: str, text: str, step: int | None = None, caption: str = "") -> None:
        """Log a text, shown as Markdown."""
        self._log_items("text", tag, [text], step, [caption])

    def _log_items(self, kind: str, tag: str, values: Iterable[Any], step: int | None, captions: Iterable[str]) -> None:
        if self._finished:
            self._notices.once("late", f"log_{kind}() after finish() is ignored in {self._folder.path}")
            return
        tag = clean_tag(str(tag))
        items = [self._encode_item(kind, tag, value) for value in values]
        names = [*map(str, captions), *[""] * len(items)]
        number = self._media_step(step)
        for index, (item, caption) in enumerate(zip(items, names, strict=False)):
            if item is not None:
                place = {"index": index, "count": len(items)} if len(items) > 1 else {}
                self._store(item, number, {"tag": tag, "kind": kind}, {"caption": caption[:MAX_CAPTION_CHARS], **place})

    def _encode_item(self, kind: str, tag: str, value: Any) -> Item | None:
        try:
            item: Item = importlib.import_module(f"trainer_hooks.kinds.{kind}").encode(value)
        except REFUSALS as error:
            self._refused += 1
            self._notices.once(f"{kind} {tag}", f"{tag!r} is not logged as {kind}: {error}")
            return None
        return item

    def _media_step(self, step: Any) -> int:
        try:
            return max(self._next_step - 1, 0) if step is None else to_step(step)
        except RefusedError as error:
            self._notices.once("step", f"a step is a whole number, got {error}; the last step is taken")
            return max(self._next_step - 1, 0)

    def _store(self, item: Item, step: int, what: dict[str, Any], details: dict[str, Any]) -> None:
        blobs = {**item.parts, **({_MAIN: item.blob} if item.blob else {})}
        paths = {name: blob.path for name, blob in blobs.items()}
        fields = {
            **what,
            "file": paths.pop(_MAIN, None),
            "text": item.text,
            "media_type": item.media_type,
            "width": item.width_px,
            "height": item.height_px,
            "bytes": _size(item),
            **details,
            "meta": dict(item.meta),
            "parts": paths,
        }
        told = {name: value for name, value in fields.items() if name == "text" or value not in ("", {})}
        line = encode_media(step, time.time(), {name: value for name, value in told.items() if value is not None})
        prepare = partial(_store_blobs, self._folder, list(blobs.values())) if blobs else None
        with self._writer.media.lock:
            size_bytes = sum(len(blob.content) for blob in blobs.values())
            self._writer.media.append_after(Entry(line, prepare, size_bytes))


def _size(item: Item) -> int | None:
    """Return the size of the content in bytes, parts left out."""
    if item.text is not None:
        return len(item.text.encode("utf-8", "replace"))
    return len(item.blob.content) if item.blob else None


def _store_blobs(folder: RunFolder, blobs: Iterable[Blob]) -> None:
    """Put blobs into the run folder, but for those whose content is there already. Raises OSError."""
    for blob in blobs:
        path = folder.path / blob.path
        if path.exists():
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        replace_file(path, blob.content)
