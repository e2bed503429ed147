"""One text file as a run: it grows by whole lines, is replaced, or is written anew as a whole.

A format brings a `Parser`; all else that one file needs is here: positions, torn lines, replaced and rewritten files,
facts, and news that hold what is new and nothing else.
"""

import time
import zlib
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any, Generic, NamedTuple, Protocol, TypeVar

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
_SETTLE_S = 0.3  # a file that no longer holds what it held is being written anew, until it has rested for so long ...
_PATIENCE_S = 1.0  # ... or goes on being written for so long, ...
_SMALLER_PATIENCE_S = 5.0  # ... or, while it is smaller than it was, for so long


class UnfinishedError(ValueError):
    """A document ends too early or is no document: it is being written, or broken. Says which and where."""


class ReadAnewError(Exception):
    """What came last tells a parser that the records it gave so far were wrong, such as steps of the wrong column.

    Args:
        parser: makes one that knows; with it the file is read from its beginning.
    """

    def __init__(self, parser: Callable[[Problems], Any]) -> None:
        super().__init__("the file is to be read from its beginning")
        self.parser = parser


class Parser(Protocol):
    """Turns the content of one file into columns, from its beginning on; a new one is made to read it again."""

    def feed(self, data: bytes) -> Mapping[str, Columns]:
        """Take in the next whole lines, or the whole document; return the records they hold, by tag.

        Of a file of bytes it takes in any next piece and keeps what is not whole until the rest comes.

        Where the file gives no time of a record its wall time is NaN. What cannot be read is left out and told to
        the problems that the parser was made with.

        Raises:
            UnfinishedError: the document is not whole. Not for lines.
            ReadAnewError: what was returned before is to be forgotten. Never again for the same beginning of a file.
        """


P = TypeVar("P", bound=Parser)


class _Taken(NamedTuple):
    """What was taken in of one tag: its facts, and a checksum to know the same records by."""

    facts: TagFacts
    checksum: int


class _Reading(Generic[P]):
    """The file as it was read from its beginning on.

    Args:
        make: makes the parser.
        known: what an earlier reading took in: only records beyond these are new.

    Attributes:
        offset: bytes taken in.
        sign: the first and the last of these bytes.
        tail_taken: the last line taken in had no newline.
        behind: there is more than was taken in at once.
        taken: all that was taken in, by tag.
        told: what of all this, or of `known`, `news` has told.
    """

    def __init__(self, make: Callable[[Problems], P], known: Mapping[str, _Taken]) -> None:
        self.make = make
        self.problems = Problems()
        self.parser = make(self.problems)
        self.taken: dict[str, _Taken] = {}
        self.told = known
        self.offset = 0
        self.sign = (b"", b"")
        self.tail_taken = False
        self.behind = False
        self._known = dict(known)
        self._new: dict[str, list[Columns]] = {}

    def feed(self, data: bytes, *, newline: bytes = b"") -> None:
        """Take in the next piece of the file, and a newline that it lacks."""
        first, last = self.sign
        self.offset += len(data)
        self.sign = first + data[: _SIGN_BYTES - len(first)], (last + data[-_SIGN_BYTES:])[-_SIGN_BYTES:]
        for tag, columns in self.parser.feed(data + newline).items():
            rest = columns
            if tag in self._known:
                known, have = self._known[tag], self.taken[tag].facts.points if tag in self.taken else 0
                missing = max(0, known.facts.points - have)
                self._take(tag, _part(columns, 0, missing), new=False)
                rest = _part(columns, missing, len(columns))
                if 0 < missing <= len(columns) and self.taken[tag].checksum == known.checksum:
                    del self._known[tag]
            self._take(tag, rest, new=tag not in self._known)

    def news(self) -> tuple[dict[str, Columns], set[str]]:
        """Return the records that are new since this was asked last, and the tags that are not what was known."""
        changed, self._known = set(self._known), {}
        new, self._new = self._new, {}
        self.told = dict(self.taken)
        return {tag: concatenate(parts) for tag, parts in new.items()}, changed

    def _take(self, tag: str, columns: Columns, *, new: bool) -> None:
        if not len(columns):
            return
        taken = self.taken.get(tag)
        facts = join_facts(taken.facts if taken else None, scalar_facts(columns))
        self.taken[tag] = _Taken(facts, _checksum(columns, taken.checksum if taken else 0))
        if new:
            self._new.setdefault(tag, []).append(columns)


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
        look_bytes: taken in by one look, less where the parser is slow.
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
        look_bytes: int = LOOK_BYTES,
    ) -> None:
        self._path = path
        self._make = parser
        self._describe = describe
        self._beside = beside
        self._whole = whole
        self._look_bytes = look_bytes
        self._read_pieces = read_lines if lines else read_pieces
        self._has_lines = lines and not whole
        self._reading = _Reading(parser, {})
        self._info: RunInfo | None = None
        self._stamp: Stamp | None = None
        self._stamps_beside: list[Stamp | None] = []
        self._unsettled_since: float | None = None  # by the monotonic clock
        self._trouble: Sequence[Problem] = ()  # why the file could not be read last time

    @property
    def _parser(self) -> P:
        """The parser that took in what is shown, for formats that tell more than numbers."""
        return self._reading.parser

    @property
    def info(self) -> RunInfo:
        """What the run says of itself."""
        if self._info is None:
            self._info = self._describe(self._parser)
        return self._info

    @property
    def facts(self) -> Mapping[str, TagFacts]:
        """All tags and their facts; that of the column which gave the steps is marked."""
        facts = {tag: taken.facts for tag, taken in self._reading.taken.items()}
        step_column = self.info.step_column
        if step_column in facts:
            facts[step_column] = replace(facts[step_column], is_step=True)
        return facts

    @property
    def problems(self) -> Sequence[Problem]:
        """What could not be read so far."""
        return (*self._reading.problems.all(), *self._trouble)

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
        tail_waits = self._has_lines and self._reading.offset < stamp.size and rest_s > _TAIL_AGE_S
        if stamp == self._stamp and not self._reading.behind and not tail_waits:
            return News(changed=described_anew)
        try:
            if not self._look(stamp, rest_s):
                return News(changed=described_anew, behind=True)
        except FileNotFoundError:
            return News(changed=True, gone=True)
        except (UnfinishedError, OSError) as error:
            self._stamp = stamp
            self._trouble = (Problem(self._path, "the whole file", f"it cannot be read: {error}"),)
            return News(changed=True)
        self._stamp, self._trouble = stamp, ()
        self._info = self._describe(self._parser)
        appended, rewritten = self._reading.news()
        return News(changed=True, appended=appended, rewritten=frozenset(rewritten), behind=self._reading.behind)

    def load(self, tags: Collection[str], overlap: Overlap = "latest") -> Mapping[str, Columns]:  # noqa: ARG002
        """Read the file once more, up to the last poll; all its tags come along."""
        parts: dict[str, list[Columns]] = {}
        with suppress(OSError, UnfinishedError, ReadAnewError):
            parser = self._reading.make(Problems())
            for piece in self._taken_pieces():
                for tag, columns in parser.feed(piece).items():
                    parts.setdefault(tag, []).append(columns)
        taken = self._reading.taken
        return {
            tag: _part(concatenate(pieces), 0, taken[tag].facts.points) for tag, pieces in parts.items() if tag in taken
        }

    def _taken_pieces(self) -> Iterator[bytes]:
        """Read what was taken in so far once more."""
        if self._whole:
            if self._reading.taken:
                yield self._path.read_bytes()
            return
        end, begun = self._reading.offset, 0
        for piece in self._read_pieces(self._path, 0, end):
            begun += len(piece)
            yield piece
        if self._reading.tail_taken:
            yield _read(self._path, begun, end) + b"\n"

    def _look(self, stamp: Stamp, rest_s: float) -> bool:
        """Take in what is there; return False where the file is being written anew and is better looked at later.

        Raises:
            UnfinishedError: it is no whole document; nothing was taken in.
            OSError: it cannot be read.
        """
        take_tail = self._has_lines and rest_s > _TAIL_AGE_S
        if self._whole:
            if stamp.size > 0:  # else it was emptied, to be written anew
                self._read_anew(stamp, self._make, take_tail=False)
            return True
        if self._reading.tail_taken and stamp.size > self._reading.offset:  # the tail was no whole line
            return self._read_anew(stamp, self._make, take_tail=take_tail)
        if self._continues(stamp):
            self._unsettled_since = None
            try:
                return self._take_in(self._reading, stamp, self._look_bytes, take_tail=take_tail)
            except ReadAnewError as error:
                return self._read_anew(stamp, error.parser, take_tail=take_tail)
        now = time.monotonic()
        self._unsettled_since = self._unsettled_since or now
        patience_s = _PATIENCE_S if stamp.size >= self._reading.offset else _SMALLER_PATIENCE_S
        if rest_s < _SETTLE_S and now - self._unsettled_since < patience_s:
            return False
        return self._read_anew(stamp, self._make, take_tail=take_tail)

    def _take_in(self, reading: _Reading[P], stamp: Stamp, most: int, *, take_tail: bool) -> bool:
        """Take in the pieces from the offset on until `most` bytes are passed, and the last line if it is whole.

        Return False where the file is written anew meanwhile: no more of it is taken in.
        """
        begun = reading.offset
        for piece in self._read_pieces(self._path, begun, stamp.size):
            if not self._begins_with(reading):
                return False
            reading.feed(piece)
            if reading.offset - begun >= most:
                break
        reading.behind = reading.offset - begun >= most and reading.offset < stamp.size
        if take_tail and not reading.behind and reading.offset < stamp.size:
            tail = _read(self._path, reading.offset, stamp.size)
            if not self._begins_with(reading):
                return False
            reading.tail_taken = True
            reading.feed(tail, newline=b"\n")
        return True

    def _read_anew(self, stamp: Stamp, make: Callable[[Problems], P], *, take_tail: bool) -> bool:
        """Read the whole file with a new parser; only then is what it held before forgotten.

        Return False where the file is written anew meanwhile.
        """
        while True:
            reading = _Reading(make, self._reading.told)
            try:
                if self._whole:
                    reading.feed(self._path.read_bytes())
                elif not self._take_in(reading, stamp, stamp.size, take_tail=take_tail):
                    return False
                break
            except ReadAnewError as error:
                make = error.parser
        if stamp.size < self._reading.offset:
            what = f"it was replaced: it had {self._reading.offset:,} bytes and has {stamp.size:,}"
            reading.problems.add(self._path, "the whole file", what)
        self._reading, self._unsettled_since = reading, None
        return True

    def _continues(self, stamp: Stamp) -> bool:
        """Tell whether the file still begins with what was taken in."""
        if self._reading.offset == 0:
            return True
        if self._stamp is not None and stamp.inode != self._stamp.inode:
            return False
        if self._stamp is not None and stamp.size == self._stamp.size == self._reading.offset:
            return False  # it was written once more, and nothing was added
        return stamp.size >= self._reading.offset and self._begins_with(self._reading)

    def _begins_with(self, reading: _Reading[P]) -> bool:
        """Tell whether the first and last bytes that were taken in are still where they were."""
        first, last = reading.sign
        end = reading.offset
        return _read(self._path, 0, len(first)) == first and _read(self._path, end - len(last), end) == last

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


def _checksum(columns: Columns, before: int) -> int:
    """Return a checksum of records; that of more records continues that of the first ones, step by step."""
    rows = np.empty((len(columns), 2), np.float64)
    rows[:, 0], rows[:, 1] = columns.step, columns.value
    return zlib.crc32(rows.tobytes(), before)


def _part(columns: Columns, begin: int, end: int) -> Columns:
    return Columns(columns.step[begin:end], columns.wall_time[begin:end], columns.value[begin:end])
