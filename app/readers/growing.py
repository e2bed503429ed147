"""One file as a run: it grows by whole lines, is replaced, or is written anew as a whole.

A format brings a `Parser`; all else that one file needs is here: positions, torn lines, replaced and rewritten files,
facts, and news that hold what is new and nothing else.
"""

import time
import zlib
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Generic, Protocol, TypeVar

import numpy as np

from app.readers.contract import (
    Columns,
    MediaItem,
    News,
    Overlap,
    Problem,
    RunInfo,
    RunState,
    RunStatus,
    Stamp,
    TagFacts,
)
from app.readers.facts import join_facts, scalar_facts
from app.readers.folder import Problems, stamp_of
from app.readers.lines import LOOK_BYTES, concatenate, read_lines, read_pieces

_SIGN_BYTES = 4096  # before the position, compared to tell a file that grew from one that was written anew
_TAIL_AGE_S = 2.0  # a last line without a newline is whole when the file has rested for so long
_SETTLE_S = 0.3  # a file that became smaller is being written anew: it is looked at when it has rested for so long


class UnfinishedError(ValueError):
    """A document ends too early or is no document: it is being written, or broken. Says which and where."""


class Parser(Protocol):
    """Turns the content of one file into columns, from its beginning on; a new one is made to read it again."""

    def feed(self, data: bytes) -> Mapping[str, Columns]:
        """Take in the next whole lines, or the whole document; return the records they hold, by tag.

        Of a file of bytes it takes in any next piece and keeps what is not whole until the rest comes.

        Where the file gives no time of a record its wall time is NaN. What cannot be read is left out and told to
        the problems that the parser was made with.

        Raises:
            UnfinishedError: the document is not whole. Not for lines.
        """


P = TypeVar("P", bound=Parser)


@dataclass(slots=True)
class _Position:
    """How far a file was read, and what it looked like there."""

    offset: int = 0  # bytes taken in
    sign: tuple[bytes, bytes] = (b"", b"")  # the file's first bytes, and those before the offset
    tail_taken: bool = False  # the last line taken in had no newline


@dataclass(slots=True)
class _Taken:
    """What was handed over of one tag: its facts, and a checksum to know the same records by."""

    facts: TagFacts
    checksum: int = field(default=0)


class GrowingFile(Generic[P]):
    """A `RunLog` over one file of numbers.

    Args:
        path: the file.
        parser: makes a parser, which tells the given problems what it cannot read.
        describe: makes the run's info from the parser; called when the file or one `beside` it changed.
        beside: files that say more of the run, such as hparams.yaml.
        whole: the file is one document that is written anew each time, not lines that are added: it is read from the
            beginning whenever it changed, and while it is not whole, what it held before stays.
        lines: False where the file holds bytes that no newline parts.
    """

    def __init__(
        self,
        path: Path,
        parser: Callable[[Problems], P],
        describe: Callable[[P], RunInfo],
        beside: Sequence[Path] = (),
        *,
        whole: bool = False,
        lines: bool = True,
    ) -> None:
        self._path = path
        self._make = parser
        self._describe = describe
        self._beside = beside
        self._whole = whole
        self._read_pieces = read_lines if lines else read_pieces
        self._has_lines = lines and not whole
        self._problems = Problems()
        self._parser = parser(self._problems)
        self._info: RunInfo | None = None
        self._taken: dict[str, _Taken] = {}
        self._stamp: Stamp | None = None
        self._stamps_beside: list[Stamp | None] = []
        self._at = _Position()
        self._behind = False

    @property
    def info(self) -> RunInfo:
        """What the run says of itself."""
        if self._info is None:
            self._info = self._describe(self._parser)
        return self._info

    @property
    def facts(self) -> Mapping[str, TagFacts]:
        """All tags and their facts; that of the column which gave the steps is marked."""
        facts = {tag: taken.facts for tag, taken in self._taken.items()}
        step_column = self.info.step_column
        if step_column in facts:
            facts[step_column] = replace(facts[step_column], is_step=True)
        return facts

    @property
    def problems(self) -> Sequence[Problem]:
        """What could not be read so far."""
        return self._problems.all()

    def status(self, now: float) -> RunStatus:  # noqa: ARG002
        """Judge nothing: a plain file has no heartbeat."""
        return RunStatus(RunState.UNKNOWN)

    def media(self, tag: str) -> Sequence[MediaItem]:  # noqa: ARG002
        """Return nothing: the file holds numbers."""
        return []

    def poll(self) -> News:
        """Take in what the file holds beyond the last poll."""
        stamp = stamp_of(self._path)
        if stamp is None:
            return News(changed=True, gone=True)
        described_anew = self._look_beside()
        rest_s = time.time() - stamp.mtime_ns / 1e9
        tail_waits = self._has_lines and self._at.offset < stamp.size and rest_s > _TAIL_AGE_S
        if stamp == self._stamp and not self._behind and not tail_waits:
            return News(changed=described_anew)
        try:
            if self._stamp is not None and stamp.size < self._at.offset and rest_s < _SETTLE_S:
                return News(changed=described_anew, behind=True)
            if self._whole or not self._continues(stamp):
                appended, rewritten = self._read_anew(stamp, take_tail=rest_s > _TAIL_AGE_S)
            else:
                appended, rewritten = self._read_on(stamp, take_tail=rest_s > _TAIL_AGE_S), set[str]()
        except FileNotFoundError:
            return News(changed=True, gone=True)
        except (UnfinishedError, OSError) as error:
            self._stamp = stamp
            self._problems.drop(self._path)
            self._problems.add(self._path, "the whole file", f"it cannot be read: {error}")
            return News(changed=True)
        self._stamp = stamp
        self._info = self._describe(self._parser)
        return News(changed=True, appended=appended, rewritten=frozenset(rewritten), behind=self._behind)

    def load(self, tags: Collection[str], overlap: Overlap = "latest") -> Mapping[str, Columns]:  # noqa: ARG002
        """Read the file once more, up to the last poll; all its tags come along."""
        parts: dict[str, list[Columns]] = {}
        with suppress(OSError, UnfinishedError):
            for found in self._parsed(self._make(Problems())):
                for tag, columns in found.items():
                    parts.setdefault(tag, []).append(columns)
        return {
            tag: _first(concatenate(pieces), self._taken[tag].facts.points)
            for tag, pieces in parts.items()
            if tag in self._taken
        }

    def _parsed(self, parser: P) -> Iterator[Mapping[str, Columns]]:
        """Parse what was taken in so far once more."""
        if self._whole:
            yield parser.feed(self._path.read_bytes()) if self._taken else {}
            return
        end = self._at.offset
        taken = 0
        for lines in self._read_pieces(self._path, 0, end):
            taken += len(lines)
            yield parser.feed(lines)
        if self._at.tail_taken:
            yield parser.feed(_read(self._path, taken, end) + b"\n")

    def _read_on(self, stamp: Stamp, *, take_tail: bool) -> dict[str, Columns]:
        """Take in the lines from the offset on, a few MB of them; return the records by tag."""
        appended: dict[str, list[Columns]] = {}
        pieces = self._pieces(stamp, LOOK_BYTES, take_tail=take_tail)
        for found in pieces:
            for tag, columns in found.items():
                appended.setdefault(tag, []).append(columns)
        self._at.sign = self._sign()
        joined = {tag: concatenate(parts) for tag, parts in appended.items()}
        for tag, columns in joined.items():
            self._take(tag, columns)
        return joined

    def _read_anew(self, stamp: Stamp, *, take_tail: bool) -> tuple[dict[str, Columns], set[str]]:
        """Read the whole file; return what comes after the records that are as they were, and which tags are not.

        Raises:
            UnfinishedError: it is no whole document; nothing was taken in.
        """
        if self._whole and stamp.size == 0:  # emptied, to be written anew
            return {}, set()
        problems = Problems()
        parser = self._make(problems)
        before, had = self._taken, self._at.offset
        everything: dict[str, list[Columns]] = {}
        if self._whole:
            everything = {tag: [columns] for tag, columns in parser.feed(self._path.read_bytes()).items()}
            at, behind = _Position(stamp.size), False
        else:
            self._parser, self._at = parser, _Position()
            for found in self._pieces(stamp, stamp.size, take_tail=take_tail):
                for tag, columns in found.items():
                    everything.setdefault(tag, []).append(columns)
            at, behind = self._at, self._behind
            at.sign = self._sign()
        self._problems, self._parser, self._at, self._behind, self._taken = problems, parser, at, behind, {}
        if stamp.size < had:
            self._problems.add(
                self._path, "the whole file", f"it was replaced: it had {had:,} bytes and has {stamp.size:,}"
            )
        appended: dict[str, Columns] = {}
        for tag, parts in everything.items():
            columns = concatenate(parts)
            self._take(tag, columns)
            known = before.pop(tag, None)
            if known is None:
                appended[tag] = columns
            elif _checksum(_first(columns, known.facts.points)) == known.checksum:
                if len(columns) > known.facts.points:
                    appended[tag] = _after(columns, known.facts.points)
            else:
                before[tag] = known
        return appended, set(before)

    def _pieces(self, stamp: Stamp, most: int, *, take_tail: bool) -> Iterator[Mapping[str, Columns]]:
        """Parse the lines from the offset on until `most` bytes are passed, and move the offset behind them."""
        begun = self._at.offset
        self._behind = False
        for lines in self._read_pieces(self._path, begun, stamp.size):
            self._at.offset += len(lines)
            yield self._parser.feed(lines)
            if self._at.offset - begun >= most:
                self._behind = self._at.offset < stamp.size
                return
        if take_tail and self._has_lines and self._at.offset < stamp.size:
            tail = _read(self._path, self._at.offset, stamp.size)
            self._at.offset, self._at.tail_taken = stamp.size, True
            yield self._parser.feed(tail + b"\n")

    def _take(self, tag: str, columns: Columns) -> None:
        known = self._taken.get(tag)
        facts = join_facts(known.facts if known else None, scalar_facts(columns))
        self._taken[tag] = _Taken(facts, _checksum(columns, known.checksum if known else 0))

    def _continues(self, stamp: Stamp) -> bool:
        """Tell whether the file still begins with what was taken in."""
        if self._stamp is None:
            return True
        if stamp.inode != self._stamp.inode or stamp.size < self._at.offset:
            return False
        if self._at.tail_taken and stamp.size > self._at.offset:
            return False
        return self._sign() == self._at.sign

    def _sign(self) -> tuple[bytes, bytes]:
        offset = self._at.offset
        return (
            _read(self._path, 0, min(_SIGN_BYTES, offset)),
            _read(self._path, max(0, offset - _SIGN_BYTES), offset),
        )

    def _look_beside(self) -> bool:
        """Read anew what lies beside the file, where that changed; tell whether it did."""
        stamps = [stamp_of(path) for path in self._beside]
        changed = stamps != self._stamps_beside
        self._stamps_beside = stamps
        if changed:
            self._info = None
        return changed


def _read(path: Path, begin: int, end: int) -> bytes:
    with path.open("rb", buffering=0) as file:
        file.seek(begin)
        return file.read(end - begin)


def _checksum(columns: Columns, before: int = 0) -> int:
    """Return a checksum of records; that of more records continues that of the first ones, step by step."""
    rows = np.empty((len(columns), 2), np.float64)
    rows[:, 0], rows[:, 1] = columns.step, columns.value
    return zlib.crc32(rows.tobytes(), before)


def _first(columns: Columns, rows: int) -> Columns:
    return Columns(columns.step[:rows], columns.wall_time[:rows], columns.value[:rows])


def _after(columns: Columns, rows: int) -> Columns:
    return Columns(columns.step[rows:], columns.wall_time[rows:], columns.value[rows:])
