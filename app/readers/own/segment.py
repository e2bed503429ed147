"""One numbered part of a writer's records: JSON Lines while it grows, Parquet once it is closed."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from app.readers.contract import Columns, Stamp, TagFacts
from app.readers.facts import join_facts, scalar_facts
from app.readers.folder import Problems, stamp_of
from app.readers.lines import LOOK_BYTES, concatenate, parse_records, read_lines
from app.readers.own.closed import ClosedSegment
from trainer_hooks.record import AGAIN_KEY, TIME_KEY


@dataclass(frozen=True, slots=True)
class Growth:
    """What a look at one segment found.

    Attributes:
        columns: per tag, records that go after all earlier ones of this segment.
        rewritten: tags whose earlier records changed, or came in without being read.
        behind: complete lines are left for the next look.
    """

    columns: Mapping[str, Columns] = field(default_factory=dict)
    rewritten: frozenset[str] = frozenset()
    behind: bool = False


class Segment:
    """The position in one segment, and the facts of its tags up to there.

    Args:
        stem: path without `.jsonl` or `.parquet`.
        problems: where to report what cannot be read.

    Attributes:
        resumed_at: when the writer resumed a run with this segment, in seconds since the epoch; None where not.
        again_from: the step from which on this supersedes what earlier writers logged; None: of each tag its own first.
        newest: no record has a higher wall time, in seconds since the epoch.
    """

    def __init__(self, stem: Path, problems: Problems) -> None:
        self.growing_path = stem.with_name(stem.name + ".jsonl")
        self.closed_path = stem.with_name(stem.name + ".parquet")
        self.facts: dict[str, TagFacts] = {}
        self.resumed_at: float | None = None
        self.again_from: int | None = None
        self.newest = float("-inf")
        self._closed: ClosedSegment | None = None
        self._problems = problems
        self._stamp: Stamp | None = None
        self._offset = 0
        self._lines = 0

    @property
    def is_closed(self) -> bool:
        """Whether the records are read from Parquet."""
        return self._closed is not None

    def look(self, growing: Stamp | None, closed: Stamp | None) -> Growth:
        """Take in what is new, given what the folder shows of the two files (None: not there).

        A segment is closed by a rename into place and the growing file is removed after that, so the closed
        file counts as soon as it is there, and a growing file that went away is looked up again by name.
        """
        if closed is None and growing is None:
            closed = stamp_of(self.closed_path)
        if closed is not None and (growth := self._look_closed(closed)) is not None:
            return growth
        if growing is None:
            return self._forget()
        return self._look_growing(growing)

    def load(self, tags: Collection[str] | None) -> Mapping[str, Columns]:
        """Read the records of these tags (None: all) as far as the last look went.

        Raises:
            OSError: the files went away or cannot be read.
        """
        wanted = self.facts.keys() if tags is None else [tag for tag in tags if tag in self.facts]
        if not wanted:
            return {}
        if self._closed is None:
            try:
                return self._load_growing(wanted)
            except FileNotFoundError:
                pass  # closed since the last look: the same records are in the closed file, in the same order
        closed = self._closed or ClosedSegment(self.closed_path)
        return {tag: _first(columns, self.facts[tag].points) for tag, columns in closed.load(wanted).items()}

    def _look_growing(self, stamp: Stamp) -> Growth:
        replaced = self._replaced(stamp) if self._stamp else Growth()
        self._closed = None
        self._stamp = stamp
        parts: dict[str, list[Columns]] = {}
        began, is_away = self._offset, False
        try:
            for data in read_lines(self.growing_path, self._offset, stamp.size):
                for tag, columns in self._take(data).items():
                    parts.setdefault(tag, []).append(columns)
                if self._offset - began >= LOOK_BYTES:
                    break
        except FileNotFoundError:
            is_away = True  # closed or deleted since the folder was listed: look again
        except OSError as error:
            self._problems.add(self.growing_path, f"byte {self._offset:,}", f"it cannot be read: {error.strerror}")
        columns_of = {tag: concatenate(found) for tag, found in parts.items()}
        return Growth(columns_of, replaced.rewritten, behind=is_away or self._offset - began >= LOOK_BYTES)

    def _take(self, data: bytes) -> Mapping[str, Columns]:
        """Parse the lines that come next."""
        batch = parse_records(data)
        for line in batch.bad:
            self._problems.add(self.growing_path, f"line {self._lines + line.number + 1:,}", line.what)
        self._offset += len(data)
        self._lines += batch.lines
        self.newest = max(self.newest, batch.newest)
        if batch.marker and self.resumed_at is None:
            self.resumed_at = float(batch.marker[TIME_KEY])
            again_from = batch.marker.get(AGAIN_KEY)
            self.again_from = again_from if type(again_from) is int else None
        for tag, columns in batch.columns.items():
            self.facts[tag] = join_facts(self.facts.get(tag), scalar_facts(columns))
        return batch.columns

    def _replaced(self, stamp: Stamp) -> Growth:
        """Start over where the file is another one than at the last look."""
        assert self._stamp is not None
        if self._closed is None and stamp.inode == self._stamp.inode and stamp.size >= self._offset:
            return Growth()
        what = (
            f"it was replaced: {self._offset:,} bytes were read, and now it has {stamp.size:,}; it is read again "
            "from the start. Give a restarted training process a new run folder, or resume=True to append."
        )
        self._problems.drop(self.growing_path)
        self._problems.add(self.growing_path, f"byte {min(self._offset, stamp.size):,}", what)
        return self._forget()

    def _look_closed(self, stamp: Stamp) -> Growth | None:
        """Compare the closed file with what was read of the growing one; None where it cannot be read."""
        if self._closed and stamp == self._stamp:
            return Growth()
        try:
            closed = ClosedSegment(self.closed_path)
        except FileNotFoundError:
            return None  # deleted since the folder was listed
        except (OSError, ValueError) as error:
            self._problems.add(self.closed_path, "the whole file", f"it is not a closed segment: {error}")
            return None
        had, self.facts = self.facts, dict(closed.facts)
        if closed.times:
            self.newest = max(self.newest, closed.times[1])
        if self.resumed_at is None:
            self.resumed_at, self.again_from = closed.resumed_at, closed.again_from
        replaced = self._closed is not None
        self._closed, self._stamp = closed, stamp
        if replaced or not had:
            return Growth(rewritten=frozenset(had) | frozenset(self.facts))
        return self._growth_since(had)

    def _growth_since(self, had: Mapping[str, TagFacts]) -> Growth:
        points = {tag: facts.points for tag, facts in had.items()}
        more = [tag for tag, facts in self.facts.items() if facts.points > points.get(tag, 0)]
        fewer = [tag for tag in had if tag not in self.facts or self.facts[tag].points < points[tag]]
        try:
            columns = self.load(more)
        except (OSError, ValueError):
            return Growth(rewritten=frozenset([*more, *fewer]))  # who needs the records loads them, or says why not
        return Growth({tag: _after(columns[tag], points.get(tag, 0)) for tag in more}, frozenset(fewer))

    def _forget(self) -> Growth:
        gone = frozenset(self.facts)
        self.facts, self._stamp, self._closed = {}, None, None
        self.resumed_at = self.again_from = None
        self._offset = self._lines = 0
        return Growth(rewritten=gone)

    def _load_growing(self, wanted: Iterable[str]) -> Mapping[str, Columns]:
        keep = frozenset(wanted)
        parts: dict[str, list[Columns]] = {}
        for data in read_lines(self.growing_path, 0, self._offset):
            for tag, columns in parse_records(data, keep).columns.items():
                parts.setdefault(tag, []).append(columns)
        return {tag: concatenate(found) for tag, found in parts.items()}


def _first(columns: Columns, points: int) -> Columns:
    return Columns(columns.step[:points], columns.wall_time[:points], columns.value[:points])


def _after(columns: Columns, points: int) -> Columns:
    return Columns(columns.step[points:], columns.wall_time[points:], columns.value[points:])
