"""Logging of what is no number: encoded by its kind, stored by content, listed line by line."""

import importlib
import math
import time
from collections.abc import Iterable, Mapping
from functools import partial
from typing import Any, NamedTuple

from trainer_hooks.appender import Entry
from trainer_hooks.calls.documents import DocumentCalls
from trainer_hooks.calls.measures import MeasureCalls
from trainer_hooks.calls.pictures import PictureCalls
from trainer_hooks.disk import replace_file
from trainer_hooks.folder import RunFolder
from trainer_hooks.notices import Notices
from trainer_hooks.record import blob_path, encode_media
from trainer_hooks.values import RefusedError, clean_tag, to_number, to_step
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


class MediaLogging(PictureCalls, MeasureCalls, DocumentCalls):
    """The part of a run that logs what is no number. A step of None means the step logged last."""

    _folder: RunFolder
    _notices: Notices
    _writer: Writer
    _next_step: int
    _refused: int
    _finished: bool

    def _log_items(
        self,
        kind: str,
        tag: str,
        values: Iterable[Any],
        step: int | None = None,
        captions: Iterable[str] = (),
        wall_time: float | None = None,
        **options: Any,
    ) -> None:
        """See `Calls`."""
        if self._finished:
            self._notices.once("late", f"log_{kind}() after finish() is ignored in {self._folder.path}")
            return
        what = {"tag": clean_tag(str(tag)), "kind": kind}
        when = self._media_step(step), self._media_time(wall_time)
        items = [self._encode_item(kind, what["tag"], value, options) for value in values]
        names = [*map(str, captions), *[""] * len(items)]
        for index, (item, caption) in enumerate(zip(items, names, strict=False)):
            if item is not None:
                place = {"index": index, "count": len(items)} if len(items) > 1 else {}
                self._store(item, when, what, {"caption": caption[:MAX_CAPTION_CHARS], **place})

    def _encode_item(self, kind: str, tag: str, value: Any, options: Mapping[str, Any]) -> Item | None:
        try:
            item: Item = importlib.import_module(f"trainer_hooks.kinds.{kind}").encode(value, **options)
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

    def _media_time(self, wall_time: Any) -> float:
        try:
            given = time.time() if wall_time is None else float(to_number(wall_time))
        except RefusedError:
            given = math.nan
        if math.isfinite(given):
            return given
        self._notices.once("time", f"a wall time is in seconds since the epoch, got {wall_time!r}; now is taken")
        return time.time()

    def _store(self, item: Item, when: tuple[int, float], what: dict[str, Any], details: dict[str, Any]) -> None:
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
        line = encode_media(*when, {name: value for name, value in told.items() if value is not None})
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
