"""Embeddings beside event files, as TensorBoard's projector finds them: a config in text form that names tables."""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from math import nan
from pathlib import Path, PurePosixPath
from typing import Any

from app.readers.contract import MediaItem, Stamp, TagFacts
from app.readers.folder import Problems, stamp_of

CONFIG = "projector_config.pbtxt"

_MAX_BYTES = 4 << 20
_MAX_DEPTH = 16
_TOKEN = re.compile(r"""#[^\n]*|([A-Za-z_]\w*)|("(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*')|([-+.\w]+)|([{}<>:;,\[\]])""")
_ESCAPE = re.compile(rb"\\([0-7]{1,3}|x[0-9a-fA-F]{1,2}|.)", re.DOTALL)
_LETTERS = {b"n": b"\n", b"t": b"\t", b"r": b"\r"}
_STEP = re.compile(r"(.+):(\d{5,})")  # torch and tensorboardX write tag and step, TensorFlow `variable:0`
_NUMBER = re.compile(r"[0-9]{1,18}")
_STEP_FOLDER = re.compile(r"\d+")


@dataclass(frozen=True, slots=True)
class Embedding:
    """One entry of the config. Paths are as written, with `/` between names; empty where there is none."""

    name: str = ""
    tensor: str = ""
    metadata: str = ""
    sprite: str = ""
    shape: Sequence[int] = ()
    sprite_px: Sequence[int] = ()

    @property
    def tag(self) -> str:
        """Name without the step; TensorBoard shows embeddings that have none, too."""
        return match[1] if (match := _STEP.fullmatch(self.name)) else self.name or "embedding"

    @property
    def step(self) -> int:
        """The step it was logged at, 0 where the name has none."""
        return int(match[2]) if (match := _STEP.fullmatch(self.name)) else 0


def claimed(folder: Path, names: Collection[str]) -> set[str]:
    """Return which of these names belong to the embeddings of a folder: the config, and what it names there.

    A folder below is claimed where it is named like a step: another one may hold runs of its own.
    """
    if CONFIG not in names:
        return set()
    found = {CONFIG}
    for one in read_config(folder / CONFIG):
        for path in filter(None, (one.tensor, one.metadata, one.sprite)):
            first, *rest = PurePosixPath(path).parts
            if first in names and (not rest or _STEP_FOLDER.fullmatch(first)):
                found.add(first)
    return found


class Projector:
    """The embeddings of one run folder, as items of the run.

    Args:
        folder: the run folder.
        problems: told of tables that are named and not there.
    """

    def __init__(self, folder: Path, problems: Problems) -> None:
        self._folder = folder
        self._problems = problems
        self._stamp: Stamp | None = None
        self._items: dict[str, list[MediaItem]] = {}
        self.facts: Mapping[str, TagFacts] = {}

    def look(self) -> bool:
        """Read the config anew where it changed, which is written whole each time; tell whether it did."""
        path = self._folder / CONFIG
        if (stamp := stamp_of(path)) == self._stamp:
            return False
        self._stamp = stamp
        self._problems.drop(path)
        self._items = {}
        for one in {(one.name, one.tensor): one for one in read_config(path)}.values():  # a resumed run repeats some
            self._items.setdefault(one.tag, []).append(self._item(one))
        self.facts = {
            tag: TagFacts("embedding", len(items), items[0].step, items[-1].step) for tag, items in self._items.items()
        }
        return True

    def items(self, tag: str) -> Sequence[MediaItem]:
        """Return the embeddings of one tag, in the order of the config."""
        return self._items.get(tag, [])

    def _item(self, one: Embedding) -> MediaItem:
        path = self._inside(one.tensor) if one.tensor else None
        if one.tensor and path is None:
            what = "it names a table that is not in the folder of the run"
            self._problems.add(self._folder / CONFIG, one.tensor, what)
        meta: dict[str, Any] = {
            "shape": list(one.shape),
            "metadata": one.metadata,
            "sprite": one.sprite,
            "sprite_px": list(one.sprite_px),
        }
        return MediaItem(
            tag=one.tag,
            kind="embedding",
            step=one.step,
            wall_time=nan,
            path=path,
            media_type="text/tab-separated-values" if one.tensor.endswith(".tsv") else "application/octet-stream",
            parts={
                part: found
                for part, name in (("metadata", one.metadata), ("sprite", one.sprite))
                if name and (found := self._inside(name))
            },
            size_bytes=stamp.size if path and (stamp := stamp_of(path)) else None,
            meta={name: value for name, value in meta.items() if value},
        )

    def _inside(self, name: str) -> Path | None:
        """Return the path of a file in the run folder: what a config names elsewhere is not for us to show."""
        folder = self._folder.resolve()
        path = (folder / name).resolve()
        return path if path.is_relative_to(folder) and path.is_file() else None


def read_config(path: Path) -> Sequence[Embedding]:
    """Return the embeddings that a config names; none where it is gone, empty or no config."""
    stamp = stamp_of(path)
    return _read(path, stamp) if stamp else ()


@lru_cache(maxsize=1000)
def _read(path: Path, _stamp: Stamp) -> Sequence[Embedding]:
    try:
        with path.open("rb") as file:
            text = file.read(_MAX_BYTES).decode("utf-8", "replace")
    except OSError:
        return ()
    embeddings = []
    for message in _parsed(text).all("embeddings"):
        sprite = message.first("sprite")
        embeddings.append(
            Embedding(
                name=message.text("tensor_name"),
                tensor=message.path("tensor_path"),
                metadata=message.path("metadata_path"),
                sprite=sprite.path("image_path"),
                shape=message.numbers("tensor_shape"),
                sprite_px=sprite.numbers("single_image_dim"),
            )
        )
    return tuple(embeddings)


@dataclass(slots=True)
class _Message:
    """A message in text form: the values of each field in their order, texts or messages."""

    fields: dict[str, list["str | _Message"]] = field(default_factory=dict)

    def all(self, name: str) -> Iterator["_Message"]:
        return (one for one in self.fields.get(name, []) if isinstance(one, _Message))

    def first(self, name: str) -> "_Message":
        return next(self.all(name), _Message())

    def text(self, name: str) -> str:
        return next((one for one in self.fields.get(name, []) if isinstance(one, str)), "")

    def path(self, name: str) -> str:
        return self.text(name).replace("\\", "/")  # as Windows wrote it

    def numbers(self, name: str) -> tuple[int, ...]:
        return tuple(int(one) for one in self.fields.get(name, []) if isinstance(one, str) and _NUMBER.fullmatch(one))


def _parsed(text: str) -> _Message:
    """Parse a message in text form as far as it is one; anything else in it is passed over."""
    message = _Message()
    outer: list[_Message] = []
    name, is_list = "", False
    for match in _TOKEN.finditer(text):
        word, quoted, number, sign = match.groups()
        if sign in {"{", "<"}:
            inner = _Message()
            message.fields.setdefault(name, []).append(inner)
            if len(outer) == _MAX_DEPTH:
                break
            outer.append(message)
            message, name = inner, ""
        elif sign in {"}", ">"}:
            message, name = outer.pop() if outer else message, ""
        elif sign in {"[", "]"}:
            name, is_list = name if sign == "[" else "", sign == "["
        elif word and not name:
            name = word
        elif name and (value := quoted or number or word):
            message.fields.setdefault(name, []).append(_unquoted(value) if quoted else value)
            name = name if is_list else ""
    return outer[0] if outer else message


def _unquoted(text: str) -> str:
    """Return what a quoted text stands for; letters beyond ASCII are written as their bytes in UTF-8."""
    return _ESCAPE.sub(_unescaped, text[1:-1].encode()).decode("utf-8", "replace")


def _unescaped(match: re.Match[bytes]) -> bytes:
    code = match[1]
    if code[:1] in b"01234567":
        return bytes([int(code, 8) & 0xFF])
    return bytes([int(code[1:], 16)]) if len(code) > 1 else _LETTERS.get(code, code)
