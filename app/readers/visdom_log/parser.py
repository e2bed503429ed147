"""Turns calls to visdom into records and items."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from app.readers._json import decode
from app.readers._points import as_text
from app.readers.contract import Columns, MediaItem, Span, TagFacts
from app.readers.facts import join_facts
from app.readers.folder import Problems
from app.readers.growing import ReadAnewError, UnfinishedError
from app.readers.lines import concatenate
from app.readers.visdom_log.items import Shown, are_lines, shown_of
from app.readers.visdom_log.points import as_list, cut, records, sign

_PLOTS = {"scatter", "scattergl"}
_MOST_ANEW = 16  # times that a file is read from its beginning because a line was drawn anew


@dataclass(slots=True)
class _Drawn:
    """What is known of the records of one tag."""

    records: int = 0
    sign: int = 0  # checksum of them
    last_step: int = -1


class Parser:
    """Turns calls into records.

    A plot may be drawn anew with each point that comes: where it begins with what was drawn before, the rest is new;
    where not, what was drawn before is forgotten, for which the file is read from its beginning.

    Args:
        path: the file.
        problems: is told what cannot be read.
        whole: the file is an environment, not lines of calls.
        forgotten: of tags that were drawn anew, the line that did it; what came before is passed over.
        anew: how often that happened.
        items_of: a tag whose items are wanted.
        own: the file is the log of an environment of the app's.

    Attributes:
        shown: facts of the windows with something else than lines.
        items: of the wanted tag.
    """

    def __init__(
        self,
        path: Path,
        problems: Problems,
        *,
        whole: bool,
        forgotten: Mapping[str, int] | None = None,
        anew: int = 0,
        items_of: str | None = None,
        own: bool = False,
    ) -> None:
        self._path = path
        self._problems = problems
        self._whole = whole
        self._forgotten = forgotten or {}
        self._anew = anew
        self._items_of = items_of
        self._own = own
        self._lines = 0
        self._span = Span(0, 0)  # of the line that is read
        self._traces: dict[str, list[str]] = {}  # of windows: the names of their lines
        self._names: dict[tuple[str, str], str] = {}  # of windows, by environment and id
        self._drawn: dict[str, _Drawn] = {}
        self.shown: dict[str, TagFacts] = {}
        self.items: list[MediaItem] = []

    def again(self, items_of: str) -> "Parser":
        """Return a parser that reads the same once more and keeps the items of one tag."""
        return self._anew_with(Problems(), self._forgotten, _MOST_ANEW, items_of)

    def _anew_with(
        self, problems: Problems, forgotten: Mapping[str, int], anew: int, items_of: str | None = None
    ) -> "Parser":
        return Parser(
            self._path, problems, whole=self._whole, forgotten=forgotten, anew=anew, items_of=items_of, own=self._own
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
        for line in data.splitlines(keepends=True):
            self._lines += 1
            self._span = Span(self._span.offset + self._span.size, len(line))
            if not line.strip():
                continue
            try:
                where, call = decode(line)
            except (ValueError, TypeError, RecursionError):
                where, call = None, None
            if not isinstance(call, dict):
                self._problems.add(self._path, f"line {self._lines:,}", "it is no call of visdom; it is left out")
            elif where == "win_data":
                yield False, _drawing(call.get("win"), call.get("data"), call.get("_time"))
            elif where not in ("close", "back"):
                yield where == "update" and bool(call.get("append", True)), call

    def _environment(self, data: bytes) -> Iterator[tuple[bool, Mapping[str, Any]]]:
        """Yield the windows of an environment as the calls that would draw them."""
        try:
            windows = decode(data)["jsons"]
        except (ValueError, TypeError, KeyError, RecursionError) as error:
            raise UnfinishedError(str(error)) from error
        for key, window in windows.items() if isinstance(windows, dict) else ():
            yield False, {**_drawing(key, window), "eid": self._path.stem}

    def _take(self, call: Mapping[str, Any], *, append: bool) -> Iterator[tuple[str, Columns]]:
        parts = [part for part in as_list(call.get("data")) if isinstance(part, dict)]
        if not parts or call.get("delete"):
            return
        window = self._name(call)
        if self._own and window not in self._traces and not are_lines(parts):
            is_change = window in self.shown and ("updateDir" in call or "append" in call)
            self._show(window, None if is_change else shown_of(call, self._path.parent), call)
            return
        for name, part in self._named(window, call, parts):
            if part.get("type") == "text":
                self._show(window, Shown("text", "text/html", text=str(part.get("content", ""))), call)
            elif part.get("type") in _PLOTS:
                columns = self._add(f"{window}/{name}", part, _time(call), append=append)
                if len(columns):
                    yield f"{window}/{name}", columns

    def _named(
        self, window: str, call: Mapping[str, Any], parts: Sequence[Mapping[str, Any]]
    ) -> Iterator[tuple[str, Mapping[str, Any]]]:
        """Yield the lines of a call, each with its name.

        A client that does not name lines calls them 1, 2, ...: later calls mean those that stand there already.
        """
        known = self._traces.setdefault(window, [])
        names = set[str]()
        for place, part in enumerate(parts):
            said = str(part.get("name") or place + 1)
            if call.get("name") is None and said == str(place + 1) and place < len(known):
                said = known[place]
            name = as_text(said)
            name = name if name not in names else f"{name} ({place + 1})"
            names.add(name)
            if name not in known:
                known.append(name)
            yield name, part

    def _name(self, call: Mapping[str, Any]) -> str:
        """Return environment and title of the window that is called, as they were in the first call."""
        key = "" if self._own else str(call.get("eid") or "main"), str(call.get("win"))
        if key not in self._names:
            title = _title(call) or key[1]
            name = as_text(title if self._own else f"{key[0]}/{title}")
            self._names[key] = name if name not in self._names.values() else f"{name} ({key[1]})"
        return self._names[key]

    def _show(self, window: str, shown: Shown | None, call: Mapping[str, Any]) -> None:
        if shown is None:
            return
        known = self.shown.get(window)
        tag = window if known is None or known.kind == shown.kind else f"{window} ({shown.kind})"
        before, time = self.shown.get(tag), _time(call)
        step = before.points if before else 0
        last_time = None if math.isnan(time) else time
        more = TagFacts(shown.kind, 1, first_step=step, last_step=step, last_time=last_time)
        self.shown[tag] = join_facts(before, more)
        if tag == self._items_of:
            self.items.append(shown.as_item(tag, step, time, self._path, self._span))

    def _add(self, tag: str, part: Mapping[str, Any], time: float, *, append: bool) -> Columns:
        """Return the records of a line that are new."""
        drawn = self._drawn.setdefault(tag, _Drawn())
        columns = records(part, drawn.records if append else 0, time)
        if self._lines < self._forgotten.get(tag, 0) or not len(columns):
            return cut(columns, len(columns))
        if not append and drawn.records:
            if sign(cut(columns, 0, drawn.records)) == drawn.sign:
                columns = cut(columns, drawn.records)
            elif self._anew < _MOST_ANEW:
                forgotten = {**self._forgotten, tag: self._lines}
                raise ReadAnewError(lambda problems: self._anew_with(problems, forgotten, self._anew + 1))
            else:
                what = f"plots were drawn anew more than {_MOST_ANEW} times; of these, later steps alone are added"
                self._problems.add(self._path, f"line {self._lines:,}", what)
                columns = cut(columns, int(np.searchsorted(columns.step, drawn.last_step, side="right")))
        if len(columns):
            drawn.records += len(columns)
            drawn.sign = sign(columns, drawn.sign)
            drawn.last_step = int(columns.step[-1])
        return columns


def _drawing(key: object, window: object, time: object = None) -> dict[str, Any]:
    """Return a window as the call that would draw it."""
    content = window.get("content") if isinstance(window, dict) else None
    if not isinstance(window, dict) or not content:
        return {}
    call = {"win": key, "opts": {"title": window.get("title")}, "_time": time}
    if isinstance(content, dict) and window.get("type") == "plot":
        return {**call, "data": content.get("data"), "layout": content.get("layout")}
    return {**call, "data": [{"type": "text", "content": content}]} if window.get("type") == "text" else {}


def _time(call: Mapping[str, Any]) -> float:
    """Return when a call came, in seconds since the epoch; NaN where it does not say."""
    time = call.get("_time")
    return float(time) if isinstance(time, int | float) else math.nan


def _title(call: Mapping[str, Any]) -> str:
    for options in (call.get("layout"), call.get("opts")):
        title = options.get("title") if isinstance(options, dict) else None
        title = title.get("text") if isinstance(title, dict) else title
        if isinstance(title, str) and title.strip():
            return title.strip()
    return ""
