"""Logging of what is no number: encoded by its kind, stored by content, listed line by line."""

import time
from collections.abc import Iterable, Mapping
from contextlib import suppress
from functools import partial
from itertools import islice
from typing import Any, NamedTuple

from trainer_hooks.appender import Entry
from trainer_hooks.calls.documents import DocumentCalls
from trainer_hooks.calls.measures import MeasureCalls
from trainer_hooks.calls.pictures import PictureCalls
from trainer_hooks.copies import copy_of, size_of
from trainer_hooks.disk import replace_file
from trainer_hooks.encoding import SMALL_BYTES, EncodingQueue, Job
from trainer_hooks.folder import RunFolder
from trainer_hooks.forking import no_fork
from trainer_hooks.given import at_most, in_words, text_of
from trainer_hooks.kinds import Encoders
from trainer_hooks.notices import Notices
from trainer_hooks.record import blob_path, encode_media
from trainer_hooks.values import RefusedError, clean_tag, to_finite, to_step
from trainer_hooks.writer import Writer

MAX_CAPTION_CHARS = 2_000
_MAIN = ""  # the blob that is no part

MAX_ITEMS = 10_000  # of one call
# What is logged runs code of its own, and libraries raise errors of their own. Training must not stop for any of it.
REFUSALS = (Exception,)


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


class Logged(NamedTuple):
    """What is known of a logged value before it is encoded."""

    kind: str
    tag: str
    step: int
    wall_time: float  # seconds since the epoch, UTC
    caption: str
    place: int  # among the `places` items that one call logged
    places: int

    def entry(self, item: Item, folder: RunFolder) -> Entry:
        """Return the line that names an item, and the storing of its blobs before it.

        Raises:
            ValueError: `meta` holds what JSON cannot.
        """
        blobs = {**item.parts, **({_MAIN: item.blob} if item.blob else {})}
        paths = {name: blob.path for name, blob in blobs.items()}
        fields = {
            "tag": self.tag,
            "kind": self.kind,
            "file": paths.pop(_MAIN, None),
            "text": item.text,
            "media_type": item.media_type,
            "width": item.width_px,
            "height": item.height_px,
            "bytes": _size(item),
            "caption": self.caption,
            **({"index": self.place, "count": self.places} if self.places > 1 else {}),
            "meta": dict(item.meta),
            "parts": paths,
        }
        told = {name: value for name, value in fields.items() if name == "text" or value not in ("", {})}
        known = {name: value for name, value in told.items() if value is not None}
        line = encode_media(self.step, self.wall_time, known)
        prepare = partial(_store_blobs, folder, list(blobs.values())) if blobs else None
        return Entry(line, prepare, sum(len(blob.content) for blob in blobs.values()))


class MediaLogging(PictureCalls, MeasureCalls, DocumentCalls):
    """The part of a run that logs what is no number. A step of None means the step logged last.

    What is large is copied and encoded by a thread; what is small, or cannot be copied, is encoded and stored when
    the call returns, unless something of its tag still waits: the order within a tag is kept.
    """

    _folder: RunFolder
    _notices: Notices
    _writer: Writer
    _encoding: EncodingQueue
    _encoders: Encoders
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
        name, number, seconds = clean_tag(text_of(tag)), self._media_step(step), self._media_time(wall_time)
        try:
            values = at_most(values, MAX_ITEMS, "items in one call")
            names = _captions(captions, len(values))
        except REFUSALS as error:
            self._refuse(kind, name, error)
            return
        for place, (value, caption) in enumerate(zip(values, names, strict=True)):
            self._log_item(Logged(kind, name, number, seconds, caption, place, len(values)), value, options)

    def _log_item(self, logged: Logged, value: Any, options: Mapping[str, Any]) -> None:
        try:
            encode = self._encoders.find(logged.kind)
            size_bytes = None if isinstance(value, str) else size_of((value, options))  # a text may be a path
            if self._is_for_later(size_bytes, known=encode is not None):
                job = partial(self._encode_later, logged, copy_of(value), copy_of(options))
                self._encoding.put(Job(logged.tag, size_bytes or 0, job))
                return
            if encode is None:
                raise RuntimeError("a signal handler logged it while the module that encodes it was being loaded")
            entry = logged.entry(encode(value, **options), self._folder)
        except REFUSALS as error:
            self._refuse(logged.kind, logged.tag, error)
        else:
            kept_bytes = len(entry.line) + entry.size_bytes
            self._encoding.do_in_order(Job(logged.tag, kept_bytes, partial(self._store, entry)))

    def _is_for_later(self, size_bytes: int | None, *, known: bool) -> bool:
        """Tell whether a value whose copy takes so much is encoded by the thread; `known`: it could be at once."""
        if size_bytes is None or (known and size_bytes <= SMALL_BYTES):
            return False
        return self._encoding.has_room(size_bytes)

    def _encode_later(self, logged: Logged, value: Any, options: Mapping[str, Any]) -> None:
        """Called by the thread that encodes."""
        try:
            with no_fork():
                encode = self._encoders.find(logged.kind)
            assert encode is not None  # no signal handler runs in this thread
            entry = logged.entry(encode(value, **options), self._folder)
        except REFUSALS as error:
            self._refuse(logged.kind, logged.tag, error)
            return
        if entry.prepare is not None and self._writer.error is None:
            with suppress(OSError):  # tried again below
                entry.prepare()  # here, as the lock below keeps others from logging
        self._store(entry)

    def _store(self, entry: Entry) -> None:
        with self._writer.media.lock:
            self._writer.media.append_after(entry)

    def _refuse(self, kind: str, tag: str, error: BaseException) -> None:
        self._refused += 1
        self._notices.once(f"{kind} {tag}", f"{tag!r} is not logged as {kind}: {in_words(error)}")

    def _media_step(self, step: Any) -> int:
        try:
            return max(self._next_step - 1, 0) if step is None else to_step(step)
        except RefusedError as error:
            self._notices.once("step", f"a step is a whole number, got {error}; the last step is taken")
            return max(self._next_step - 1, 0)

    def _media_time(self, wall_time: Any) -> float:
        try:
            return time.time() if wall_time is None else to_finite(wall_time)
        except RefusedError as error:
            self._notices.once("time", f"a time is in seconds since the epoch, got {error}; the item gets the present")
            return time.time()


def _captions(captions: Any, count: int) -> list[str]:
    """Return `count` captions: those that were given, one for all that is no collection, and empty ones."""
    several = isinstance(captions, Iterable) and not isinstance(captions, str)
    told = islice(captions, count) if several else [captions]
    named = ["" if caption is None else text_of(caption)[:MAX_CAPTION_CHARS] for caption in told]
    return [*named, *[""] * count][:count]


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
