"""All segments of one writer, and how writers of one run come together: the order of a series."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from app.readers.contract import Columns, Stamp, TagFacts
from app.readers.facts import join_facts
from app.readers.folder import Problems
from app.readers.lines import concatenate, in_order
from app.readers.own.segment import Growth, Segment


class WriterLog:
    """What one process wrote: its segments in the order of their numbers."""

    def __init__(self, folder: Path, name: str, problems: Problems) -> None:
        self.name = name
        self._folder = folder
        self._problems = problems
        self._segments: dict[int, Segment] = {}

    @property
    def resumed_at(self) -> float | None:
        """When this writer went on with the run, in seconds since the epoch; None where it began it."""
        times = (segment.resumed_at for segment in self._segments.values())
        return min((time for time in times if time is not None), default=None)

    @property
    def again_from(self) -> int | None:
        """The step from which on this writer supersedes what earlier ones logged; None: of each tag its own first."""
        steps = (segment.again_from for segment in self._segments.values())
        return next((step for step in steps if step is not None), None)

    @property
    def newest(self) -> float:
        """No record read so far has a higher wall time, in seconds since the epoch."""
        return max((segment.newest for segment in self._segments.values()), default=float("-inf"))

    def look(self, files: Mapping[int, tuple[Stamp | None, Stamp | None]]) -> Growth:
        """Take in what is new; `files` holds the stamps of (growing, closed) per segment number."""
        for number in files.keys() - self._segments.keys():
            stem = self._folder / f"metrics-{self.name}-{number}"
            self._segments[number] = Segment(stem, self._problems)
        appended: dict[str, list[Columns]] = {}
        rewritten: set[str] = set()
        behind = False
        for number in sorted(self._segments):
            growth = self._segments[number].look(*files.get(number, (None, None)))
            rewritten |= growth.rewritten
            behind = growth.behind
            for tag, columns in growth.columns.items():
                if any(tag in segment.facts for later, segment in self._segments.items() if later > number):
                    rewritten.add(tag)  # an earlier segment grew after a later one was read
                appended.setdefault(tag, []).append(columns)
            if behind:
                break  # later segments wait, so that records come in order
        whole = {tag: concatenate(parts) for tag, parts in appended.items() if tag not in rewritten}
        return Growth(whole, frozenset(rewritten), behind)

    def facts(self, tag: str) -> TagFacts | None:
        """Return the facts of one tag over all segments, None where the writer has no such tag."""
        known = None
        for _, segment in sorted(self._segments.items()):
            if tag in segment.facts:
                known = join_facts(known, segment.facts[tag])
        return known

    def has(self, tag: str) -> bool:
        """Whether any segment has this tag."""
        return any(tag in segment.facts for segment in self._segments.values())

    def points(self, tag: str) -> int:
        """Return how many records of this tag were read."""
        return sum(segment.facts[tag].points for segment in self._segments.values() if tag in segment.facts)

    def tags(self, closed: bool) -> set[str]:
        """Return the tags of all closed or of all growing segments."""
        return {tag for segment in self._segments.values() if segment.is_closed is closed for tag in segment.facts}

    def load(self, tags: Collection[str]) -> Mapping[str, Columns]:
        """Read all records of these tags, in order of arrival; a segment that cannot be read is a problem."""
        parts: dict[str, list[Columns]] = {}
        for _, segment in sorted(self._segments.items()):
            for tag, columns in self._loaded(segment, tags).items():
                parts.setdefault(tag, []).append(columns)
        return {tag: concatenate(found) for tag, found in parts.items()}

    def _loaded(self, segment: Segment, tags: Collection[str]) -> Mapping[str, Columns]:
        try:
            return segment.load(tags)
        except FileNotFoundError:
            return {}  # deleted since the last look; the next one says so
        except (OSError, ValueError) as error:
            path = segment.closed_path if segment.is_closed else segment.growing_path
            self._problems.add(path, "the whole file", f"its records cannot be read: {error}")
            return {}


@dataclass(frozen=True, slots=True)
class Cut:
    """Where a resumed writer goes on with a tag: what was logged before `time`, from `step` on, is out of date."""

    writer: str
    time: float  # seconds since the epoch
    step: int


def put_together(parts: Mapping[str, Columns], cuts: Sequence[Cut]) -> Columns:
    """Make one series of one tag out of what several writers logged.

    Args:
        parts: per writer, its records in order of arrival.
        cuts: where writers resumed this tag; what they logged again is left out. Without any, all is kept.

    Returns:
        The records by wall time. Those of one writer keep their order even where its clock went back.
    """
    return merged([without_cut(columns, writer, cuts) for writer, columns in sorted(parts.items())])


def without_cut(columns: Columns, writer: str, cuts: Sequence[Cut]) -> Columns:
    """Return the records of one writer that no other writer logged again after resuming."""
    if not cuts:
        return columns
    outdated = np.zeros(len(columns), dtype=np.bool_)
    for cut in cuts:
        if cut.writer != writer:
            outdated |= (columns.wall_time < cut.time) & (columns.step >= cut.step)
    if not outdated.any():
        return columns
    kept = ~outdated
    return Columns(columns.step[kept], columns.wall_time[kept], columns.value[kept])


def merged(parts: Sequence[Columns]) -> Columns:
    """Return the records of all parts by wall time, each part in its own order."""
    if len(parts) == 1:
        return parts[0]
    # The running maximum lets a part whose clock went back keep its order.
    times = np.concatenate([np.maximum.accumulate(part.wall_time) for part in parts])
    return in_order(parts, np.argsort(times, kind="stable"))
