"""The media list of one writer: one line for each image, figure, text or other blob."""

from array import array
from collections.abc import Iterator, Mapping, Sequence
from itertools import accumulate
from pathlib import Path
from typing import Any, overload

from app.readers.contract import MediaItem, Stamp, TagFacts
from app.readers.facts import join_facts
from app.readers.folder import Problems
from app.readers.lines import LOOK_BYTES, BadLine, decode_lines, read_lines
from trainer_hooks.record import MAX_STEP, STEP_KEY, TIME_KEY

MAX_SIZE = 2**53  # above it a browser rounds


class MediaLog:
    """The position in one `media-<writer>.jsonl`, and the facts of its tags up to there."""

    def __init__(self, path: Path, problems: Problems) -> None:
        self.path = path
        self.facts: dict[str, TagFacts] = {}
        self.behind = False
        self._problems = problems
        self._stamp: Stamp | None = None
        self._starts: dict[str, array[int]] = {}  # per tag, the byte where the line of each item begins
        self._offset = 0
        self._lines = 0

    def look(self, stamp: Stamp) -> None:
        """Take in the facts of the lines that are new."""
        if self._stamp and (stamp.inode != self._stamp.inode or stamp.size < self._offset):
            what = f"it was replaced: {self._offset:,} bytes were read, and now it has {stamp.size:,}"
            self._problems.add(self.path, f"byte {min(self._offset, stamp.size):,}", what)
            self.facts, self._starts, self._offset, self._lines = {}, {}, 0, 0
        self._stamp = stamp
        began = self._offset
        try:
            for data in read_lines(self.path, self._offset, stamp.size):
                self._take(data)
                if self._offset - began >= LOOK_BYTES:
                    break
        except OSError:
            pass  # it went away since the folder was listed: the next look sees that
        self.behind = self._offset - began >= LOOK_BYTES

    def items(self, tag: str) -> Sequence[MediaItem]:
        """Return the items of one tag, in order of arrival, as far as the last look went."""
        return StoredItems(self.path, self._starts.get(tag, array("Q"))[:])

    def _take(self, data: bytes) -> None:
        bad: list[BadLine] = []
        lines = data[:-1].split(b"\n")
        starts = list(accumulate((len(line) + 1 for line in lines), initial=self._offset))
        for number, item in _items(self.path.parent, lines, bad):
            self._starts.setdefault(item.tag, array("Q")).append(starts[number])
            facts = TagFacts(item.kind, 1, item.step, item.step, item.wall_time)
            self.facts[item.tag] = join_facts(self.facts.get(item.tag), facts)
        for line in bad:
            self._problems.add(self.path, f"line {self._lines + line.number + 1:,}", line.what)
        self._offset += len(data)
        self._lines += len(lines)


class StoredItems(Sequence[MediaItem]):
    """Items that are read when they are asked for: a list may name 100,000, and a browser wants the last sixteen."""

    def __init__(self, path: Path, starts: "array[int]") -> None:
        self._path = path
        self._starts = starts

    def __len__(self) -> int:
        """How many there are."""
        return len(self._starts)

    @overload
    def __getitem__(self, place: int) -> MediaItem: ...
    @overload
    def __getitem__(self, place: slice) -> Sequence[MediaItem]: ...
    def __getitem__(self, place: int | slice) -> MediaItem | Sequence[MediaItem]:
        """Read one item, or some. Raises OSError where the file is gone."""
        if isinstance(place, slice):
            return self._read(self._starts[place])
        return self._read([self._starts[place]])[0]

    def __iter__(self) -> Iterator[MediaItem]:
        """Read all, with the file opened once. Raises OSError where it is gone."""
        return iter(self._read(self._starts))

    def _read(self, starts: Sequence[int]) -> list[MediaItem]:
        lines = []
        with self._path.open("rb") as file:
            for start in starts:
                file.seek(start)
                lines.append(file.readline().rstrip(b"\n"))
        return [item for _, item in _items(self._path.parent, lines, [])]


def _items(folder: Path, lines: list[bytes], bad: list[BadLine]) -> Iterator[tuple[int, MediaItem]]:
    """Yield each item with the number of its line."""
    rows, numbers = decode_lines(lines, bad)
    for number, row in zip(numbers.tolist(), rows, strict=True):
        try:
            yield number, _item(folder, row)
        except (KeyError, TypeError, ValueError) as error:
            bad.append(BadLine(number, f"it is not a media item: {type(error).__name__} {error}"))


def _item(folder: Path, row: Mapping[str, Any]) -> MediaItem:
    """Return the item of one line. Raises KeyError, TypeError and ValueError: a member is not what the format says."""
    name, text, meta, parts = row.get("file"), row.get("text"), row.get("meta") or {}, row.get("parts") or {}
    if not (isinstance(text, str | None) and isinstance(meta, dict) and isinstance(parts, dict)):
        raise TypeError("text is a text, meta and parts are objects")
    if row["kind"] == "scalar":
        raise ValueError("scalars are in the metrics files")
    return MediaItem(
        tag=_text(row, "tag"),
        kind=_text(row, "kind"),
        step=_step(row[STEP_KEY]),
        wall_time=_seconds(row[TIME_KEY]),
        path=_inside(folder, name) if name is not None else None,
        media_type=str(row.get("media_type") or "application/octet-stream"),
        caption=str(row.get("caption") or ""),
        text=text,
        width_px=_whole(row.get("width")),
        height_px=_whole(row.get("height")),
        size_bytes=_whole(row.get("bytes")),
        index=_whole(row.get("index")) or 0,
        count=_whole(row.get("count")) or 1,
        meta=meta,
        parts={part: _inside(folder, file) for part, file in parts.items()},
    )


def _text(row: Mapping[str, Any], name: str) -> str:
    if not isinstance(row[name], str):
        raise TypeError(f"{name} is a text, found {str(row[name])[:40]}")
    return str(row[name])


def _step(value: Any) -> int:
    if type(value) is not int or not -MAX_STEP - 1 <= value <= MAX_STEP:
        raise ValueError(f"{STEP_KEY} is an integer of 64 bits, found {str(value)[:40]}")
    return value


def _seconds(value: Any) -> float:
    if type(value) not in (int, float):
        raise TypeError(f"{TIME_KEY} is in seconds, found {str(value)[:40]}")
    return float(value)


def _whole(value: Any) -> int | None:
    """Return a size or a place; None for anything else, as the item is as good without it."""
    return value if type(value) is int and 0 <= value <= MAX_SIZE else None


def _inside(folder: Path, name: Any) -> Path:
    """Return the path of a blob; a list that somebody else wrote must not lead out of its folder."""
    if not isinstance(name, str) or "\0" in name:
        raise TypeError(f"a file is named by a path, found {str(name)[:40]!r}")
    if Path(name).is_absolute() or ".." in Path(name).parts:
        raise ValueError(f"the file {name!r} lies outside the run folder")
    return folder / name
