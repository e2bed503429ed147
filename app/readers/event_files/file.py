"""One event file as it grows: how far it was read, and what came of it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from io import FileIO
from pathlib import Path

from app.readers.contract import Columns, Stamp, TagFacts
from app.readers.event_files.batch import NEVER, Batch, Restarts
from app.readers.event_files.frames import pieces
from app.readers.event_files.items import Items
from app.readers.event_files.parser import Parser
from app.readers.facts import join_facts, scalar_facts
from app.readers.folder import Problems
from app.readers.lines import concatenate

LOOK_BYTES = 16 << 20
"""Taken in by one look at one run, so that none holds up the others for longer than a tenth of a second."""

_BIG_WORK = 1 << 12  # bytes that are matched in the time that it takes to find a big record and see how it begins
_BATCH_BYTES = 1 << 18  # that much is parsed together, so that what is computed fits the processor's cache
_SIGN_BYTES = 256

_LOST = "no record begins where the one before ends; all up to the next record that can be found was left out"


@dataclass(slots=True)
class Growth:
    """What one look at one file found.

    Attributes:
        columns: per tag the records that are new.
        facts: of these records.
        cut: tags of which records of this file are out of date since.
        restart: records of files before this one, of any tag, are out of date from this step on.
        back: the same of single tags.
        replaced: the file is another one, or was written anew, and all its records are new.
        work: how much was done, in bytes that are matched in the same time.
    """

    columns: dict[str, Columns] = field(default_factory=dict)
    facts: dict[str, TagFacts] = field(default_factory=dict)
    cut: set[str] = field(default_factory=set)
    restart: int = NEVER
    back: dict[str, int] = field(default_factory=dict)
    replaced: bool = False
    work: int = 0


class EventFile:
    """One file of a run.

    Attributes:
        facts: per tag, of all its records, out of date or not.
        highest: per tag, the highest step.
        behind: there is more to read than the last look took.
    """

    def __init__(self, path: Path, items: Items, restarts: Restarts, problems: Problems) -> None:
        self.path = path
        self.facts: dict[str, TagFacts] = {}
        self.highest: dict[str, int] = {}
        self.behind = False
        self._items = items
        self._restarts = restarts
        self._problems = problems
        self._stamp: Stamp | None = None
        self._offset = 0  # bytes taken in
        self._sign: Mapping[int, bytes] = {}
        self._is_lost = False  # before the offset lies what is no record
        self._parser = self._new_parser()

    @property
    def began(self) -> float | None:
        """Wall time of the first record, in seconds since the epoch."""
        return self._parser.began

    def look(self, stamp: Stamp, most: int) -> Growth:
        """Take in what is new, until about `most` bytes' worth of work is done.

        Raises:
            OSError: the file cannot be read.
        """
        growth = Growth()
        if stamp == self._stamp and not self.behind:
            return growth
        with self.path.open("rb", buffering=0) as file:
            if not self._continues(file, stamp):
                self._forget(stamp)
                growth.replaced = True
            self._stamp, self.behind = stamp, False
            parts: dict[str, list[Columns]] = {}
            for batch in self._batches(file, stamp.size, growth):
                self._judge(batch, growth)
                for tag, columns in batch.columns.items():
                    parts.setdefault(tag, []).append(columns)
                    self.highest[tag] = max(self.highest.get(tag, int(columns.step[0])), int(columns.step.max()))
                if growth.work >= most:
                    self.behind = self._offset < stamp.size
                    break
            self._sign = _sign(file, self._offset)
        growth.columns = {tag: concatenate(found) for tag, found in parts.items()}
        growth.facts = {tag: scalar_facts(columns) for tag, columns in growth.columns.items()}
        for tag, facts in growth.facts.items():
            self.facts[tag] = join_facts(self.facts.get(tag), facts)
        return growth

    def again(self, restarts: Restarts) -> Iterator[Batch]:
        """Read once more what was read so far; blobs and problems are known already.

        Raises:
            OSError: the file cannot be read.
        """
        end = self._offset
        once_more = EventFile(self.path, Items(Problems()), restarts, Problems())
        if not self._parser.has_big_scalars and self._restarts.heeds_sessions:
            once_more._parser = once_more._new_parser(skips_big=True)
        with self.path.open("rb", buffering=0) as file:
            yield from once_more._batches(file, end, Growth())

    def _batches(self, file: FileIO, end: int, growth: Growth) -> Iterator[Batch]:
        work, waiting = self._parser.work, 0
        for piece in pieces(file, self._offset, end):
            self._offset = piece.end
            is_lost = piece.small is None and not piece.is_big
            if is_lost and not self._is_lost:
                self._problems.add(self.path, f"byte {piece.begin:,}", _LOST)
            if not is_lost:
                self._parser.add(piece)
            self._is_lost = is_lost
            waiting += _BIG_WORK if piece.is_big else piece.end - piece.begin
            if waiting >= _BATCH_BYTES:
                batch = self._parser.batch(file)
                growth.work += waiting + self._parser.work - work
                work, waiting = self._parser.work, 0
                yield batch
        yield self._parser.batch(file)

    def _judge(self, batch: Batch, growth: Growth) -> None:
        """Find the tags of which records of this file are out of date since."""
        growth.cut |= batch.kept.keys() | self.outdated(batch)
        growth.restart = min(growth.restart, batch.restart)
        for tag, step in batch.back.items():
            growth.back[tag] = min(step, growth.back.get(tag, NEVER))

    def outdated(self, later: Batch | Growth) -> set[str]:
        """Return the tags of which records of this file are out of date since something later."""
        limits = dict.fromkeys(self.highest, later.restart) if later.restart < NEVER else later.back
        return {tag for tag, step in limits.items() if self.highest.get(tag, step - 1) >= step}

    def _continues(self, file: FileIO, stamp: Stamp) -> bool:
        """Tell whether the file still begins with what was read."""
        if self._stamp is None:
            return True
        return (
            stamp.inode == self._stamp.inode and stamp.size >= self._offset and _sign(file, self._offset) == self._sign
        )

    def _forget(self, stamp: Stamp) -> None:
        had = self._stamp.size if self._stamp else 0
        self._problems.drop(self.path)
        self._items.forget(self.path)
        if stamp.size < had:
            what = f"it was replaced: it had {had:,} bytes and has {stamp.size:,}"
            self._problems.add(self.path, "the whole file", what)
        self.facts, self.highest = {}, {}
        self._offset, self._sign, self._is_lost = 0, {}, False
        self._parser = self._new_parser()

    def _new_parser(self, *, skips_big: bool = False) -> Parser:
        return Parser(self.path, self._items, self._restarts, self._problems, skips_big=skips_big)


def _sign(file: FileIO, offset: int) -> Mapping[int, bytes]:
    """Return the first bytes of a file and those before the offset, by where they begin."""
    found = {}
    for begin in (0, max(0, offset - _SIGN_BYTES)):
        file.seek(begin)
        found[begin] = file.read(min(_SIGN_BYTES, offset - begin))
    return found
