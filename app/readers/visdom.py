"""Reads what visdom's clients were told to draw: replay logs (`log_to_filename=`) and environments a server saved.

A line of a replay log is one call, as JSON: where it goes and what it says. The lines of a plot become tags named
`<environment>/<title of the window>/<name of the line>`, and texts become text.
"""

import math
import re
import zlib
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from app.readers._json import decode
from app.readers._points import as_text
from app.readers.contract import (
    DEFAULT_CHOICES,
    NOTHING_FOUND,
    Choices,
    Columns,
    Finding,
    MediaItem,
    RunInfo,
    RunLog,
    Stamp,
    TagFacts,
)
from app.readers.facts import join_facts
from app.readers.folder import Problems, stamp_of
from app.readers.growing import GrowingFile, ReadAnewError, UnfinishedError
from app.readers.heads import head
from app.readers.lines import concatenate

_OF_A_LOG = re.compile(rb'\s*\[\s*"(events|update)"\s*,\s*\{')
_OF_AN_ENVIRONMENT = re.compile(rb'\s*\{\s*"jsons"\s*:\s*\{')
_SUFFIXES = {"", ".log", ".txt", ".json", ".jsonl", ".visdom"}
_PLOTS = {"scatter", "scattergl"}
_MOST_ANEW = 16  # times that a file is read from its beginning because a line was drawn anew
_MAX_STEP = float(1 << 62)


class VisdomReader:
    """Recognises both by how they begin."""

    name = "visdom"
    order = 10

    def find(self, folder: Path, names: Collection[str], *, named: bool = False) -> Finding:
        """Find each file that is a replay log or an environment."""
        asked = [name for name in names if named or Path(name).suffix.lower() in _SUFFIXES]
        found = [name for name in asked if _is_log(folder / name) or _is_environment(folder / name)]
        return Finding([folder / name for name in found], found) if found else NOTHING_FOUND

    def stamps(self, path: Path) -> Mapping[str, Stamp]:
        """Return the stamp of the file."""
        stamp = stamp_of(path)
        if stamp is None:
            raise FileNotFoundError(path)
        return {path.name: stamp}

    def open(self, path: Path, choices: Choices = DEFAULT_CHOICES) -> RunLog:  # noqa: ARG002
        """Open a replay log, or an environment."""
        return VisdomRun(path)


class VisdomRun(GrowingFile["_Parser"]):
    """One file: lines that are added, or a document that is written anew."""

    def __init__(self, path: Path) -> None:
        whole = _is_environment(path)
        super().__init__(
            path, lambda problems: _Parser(path, problems, whole=whole), lambda _: RunInfo(path.name), whole=whole
        )

    @property
    def facts(self) -> Mapping[str, TagFacts]:
        """All tags and their facts."""
        return {**self._parser.texts, **super().facts}

    def media(self, tag: str) -> Sequence[MediaItem]:
        """Read the texts of one window up to the last poll."""
        if tag not in self._parser.texts:
            return []
        parser = self._parser.again(text_of=tag)
        with suppress(OSError, UnfinishedError):
            for piece in self._taken_pieces():
                parser.feed(piece)
        return parser.items


@dataclass(slots=True)
class _Drawn:
    """What is known of the records of one tag."""

    records: int = 0
    sign: int = 0  # checksum of them
    last_step: int = -1


class _Parser:
    """Turns calls into records.

    A plot may be drawn anew with each point that comes: where it begins with what was drawn before, the rest is new;
    where not, what was drawn before is forgotten, for which the file is read from its beginning.

    Args:
        path: the file.
        problems: is told what cannot be read.
        whole: the file is an environment, not lines of calls.
        forgotten: of tags that were drawn anew, the line that did it; what came before is passed over.
        anew: how often that happened.
        text_of: a window whose texts are wanted.

    Attributes:
        texts: facts of the windows with text.
        items: the texts of the wanted window.
    """

    def __init__(
        self,
        path: Path,
        problems: Problems,
        *,
        whole: bool,
        forgotten: Mapping[str, int] | None = None,
        anew: int = 0,
        text_of: str | None = None,
    ) -> None:
        self._path = path
        self._problems = problems
        self._whole = whole
        self._forgotten = forgotten or {}
        self._anew = anew
        self._text_of = text_of
        self._lines = 0
        self._names: dict[tuple[str, str], str] = {}  # of windows, by environment and id
        self._drawn: dict[str, _Drawn] = {}
        self.texts: dict[str, TagFacts] = {}
        self.items: list[MediaItem] = []

    def again(self, text_of: str) -> "_Parser":
        """Return a parser that reads the same once more and keeps the texts of one window."""
        return _Parser(
            self._path, Problems(), whole=self._whole, forgotten=self._forgotten, anew=_MOST_ANEW, text_of=text_of
        )

    def feed(self, data: bytes) -> Mapping[str, Columns]:
        """Take in whole lines, or the whole environment.

        Raises:
            UnfinishedError: the environment is not whole.
            ReadAnewError: a plot was drawn anew.
        """
        found: dict[str, list[Columns]] = {}
        for append, call in self._environment(data) if self._whole else self._calls(data):
            for tag, columns in self._take(call, append=append):
                found.setdefault(tag, []).append(columns)
        return {tag: concatenate(parts) for tag, parts in found.items()}

    def _calls(self, data: bytes) -> Iterator[tuple[bool, Mapping[str, Any]]]:
        """Yield the calls in some lines, and whether each adds to what is drawn."""
        for line in data.splitlines():
            self._lines += 1
            if not line.strip():
                continue
            try:
                where, call = decode(line)
            except (ValueError, TypeError, RecursionError):
                where, call = None, None
            if isinstance(call, dict):
                yield where == "update" and bool(call.get("append", True)), call
            else:
                self._problems.add(self._path, f"line {self._lines:,}", "it is no call of visdom; it is left out")

    def _environment(self, data: bytes) -> Iterator[tuple[bool, Mapping[str, Any]]]:
        """Yield the windows of an environment as the calls that would draw them."""
        try:
            windows = decode(data)["jsons"]
        except (ValueError, TypeError, KeyError, RecursionError) as error:
            raise UnfinishedError(str(error)) from error
        for key, window in windows.items() if isinstance(windows, dict) else ():
            content = window.get("content") if isinstance(window, dict) else None
            call = {"win": key, "eid": self._path.stem, "opts": {"title": window.get("title")}} if content else {}
            if isinstance(content, dict):
                yield False, {**call, "data": content.get("data"), "layout": content.get("layout")}
            elif isinstance(content, str) and window.get("type") == "text":
                yield False, {**call, "data": [{"type": "text", "content": content}]}

    def _take(self, call: Mapping[str, Any], *, append: bool) -> Iterator[tuple[str, Columns]]:
        parts = [part for part in _as_list(call.get("data")) if isinstance(part, dict)]
        window = self._name(call)
        names = set[str]()
        for place, part in enumerate(parts):
            if part.get("type") == "text":
                self._take_text(window, str(part.get("content", "")))
            elif part.get("type") in _PLOTS:
                name = as_text(str(part.get("name") or place + 1))
                name = name if name not in names else f"{name} ({place + 1})"
                names.add(name)
                columns = self._add(f"{window}/{name}", part, append=append)
                if len(columns):
                    yield f"{window}/{name}", columns

    def _name(self, call: Mapping[str, Any]) -> str:
        """Return environment and title of the window that is called, as they were in the first call."""
        key = str(call.get("eid") or "main"), str(call.get("win"))
        if key not in self._names:
            title = _title(call) or key[1]
            name = as_text(f"{key[0]}/{title}")
            self._names[key] = name if name not in self._names.values() else f"{name} ({key[1]})"
        return self._names[key]

    def _take_text(self, window: str, text: str) -> None:
        before = self.texts.get(window)
        step = before.points if before else 0
        self.texts[window] = join_facts(before, TagFacts("text", 1, first_step=step, last_step=step))
        if window == self._text_of:
            self.items.append(MediaItem(window, "text", step, math.nan, None, "text/html", text=text))

    def _add(self, tag: str, part: Mapping[str, Any], *, append: bool) -> Columns:
        """Return the records of a line that are new."""
        drawn = self._drawn.setdefault(tag, _Drawn())
        columns = _records(part, drawn.records if append else 0)
        if self._lines < self._forgotten.get(tag, 0) or not len(columns):
            return _part(columns, len(columns))
        if not append and drawn.records:
            if _sign(_part(columns, 0, drawn.records)) == drawn.sign:
                columns = _part(columns, drawn.records)
            elif self._anew < _MOST_ANEW:
                forgotten = {**self._forgotten, tag: self._lines}
                raise ReadAnewError(
                    lambda problems: _Parser(
                        self._path, problems, whole=False, forgotten=forgotten, anew=self._anew + 1
                    )
                )
            else:
                what = f"plots were drawn anew more than {_MOST_ANEW} times; of these, later steps alone are added"
                self._problems.add(self._path, f"line {self._lines:,}", what)
                columns = _part(columns, int(np.searchsorted(columns.step, drawn.last_step, side="right")))
        if len(columns):
            drawn.records += len(columns)
            drawn.sign = _sign(columns, drawn.sign)
            drawn.last_step = int(columns.step[-1])
        return columns


def _records(part: Mapping[str, Any], before: int) -> Columns:
    """Return the points of a line: x as steps where these are whole numbers, else the points counted from `before`."""
    x, values = _as_list(part.get("x")), _as_list(part.get("y"))
    # Visdom writes a NaN as null; where x is one too, it is the empty point that people open a window with.
    there = [place for place, at in enumerate(x[: len(values)]) if at is not None]
    nan = {place for place in there if values[place] is None}
    numbers = [place for place, value in enumerate(values) if type(value) in (int, float) or place in nan]
    steps = [x[place] for place in numbers if place < len(x) and type(x[place]) in (int, float)]
    if len(steps) < len(numbers) or not all(abs(step) < _MAX_STEP and float(step).is_integer() for step in steps):
        steps = [before + place for place in range(len(numbers))]
    value = np.array([values[place] for place in numbers], np.float64)
    return Columns(np.array(steps, np.int64), np.full(len(steps), np.nan), value)


def _sign(columns: Columns, before: int = 0) -> int:
    """Return a checksum of records; that of more records continues that of the first ones."""
    rows = np.empty((len(columns), 2), np.float64)
    rows[:, 0], rows[:, 1] = columns.step, columns.value
    return zlib.crc32(rows.tobytes(), before)


def _part(columns: Columns, begin: int, end: int | None = None) -> Columns:
    return Columns(columns.step[begin:end], columns.wall_time[begin:end], columns.value[begin:end])


def _title(call: Mapping[str, Any]) -> str:
    for options in (call.get("layout"), call.get("opts")):
        title = options.get("title") if isinstance(options, dict) else None
        title = title.get("text") if isinstance(title, dict) else title
        if isinstance(title, str) and title.strip():
            return title.strip()
    return ""


def _is_log(path: Path) -> bool:
    return _OF_A_LOG.match(head(path)) is not None


def _is_environment(path: Path) -> bool:
    return _OF_AN_ENVIRONMENT.match(head(path)) is not None


def _as_list(value: object) -> Sequence[Any]:
    return value if isinstance(value, list) else []


READER = VisdomReader()
