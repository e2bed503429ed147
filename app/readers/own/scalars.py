"""The scalar tags of one run folder: which records are new, and all records of a tag."""

from collections.abc import Collection, Mapping
from pathlib import Path

from app.readers.contract import Columns, Overlap, Stamp, TagFacts
from app.readers.facts import join_facts, scalar_facts
from app.readers.folder import Problems
from app.readers.own.segment import Growth
from app.readers.own.writer import Cut, WriterLog, merged, put_together, without_cut
from trainer_hooks.record import SEGMENT_NAME

_EXTRA_POINTS = 1_000_000
"""Records that one load may return of tags nobody asked for (24 bytes each)."""


class Scalars:
    """The writers of one run and the facts of their tags together.

    Attributes:
        facts: per tag, of the series with overlap "latest".
        behind: there is more to read than one look takes.
    """

    def __init__(self, folder: Path, problems: Problems) -> None:
        self.facts: dict[str, TagFacts] = {}
        self.behind = False
        self._folder = folder
        self._problems = problems
        self._writers: dict[str, WriterLog] = {}
        self._unsettled: set[str] = set()  # tags whose facts wait until all is read
        self._going_back: set[str] = set()  # writers that supersede all tags from a step on

    def resumed_at(self) -> Mapping[str, float]:
        """Return per writer that resumed the run when it did, in seconds since the epoch."""
        return {name: at for name, writer in self._writers.items() if (at := writer.resumed_at) is not None}

    def look(self, files: Mapping[str, Stamp]) -> tuple[Mapping[str, Columns], set[str]]:
        """Take in what is new in these files.

        Returns:
            Per tag the records that go after all that `load` gave so far, with either overlap; and the tags whose
            earlier records changed.
        """
        newest = max((writer.newest for writer in self._writers.values()), default=float("-inf"))
        growths = self._look_at_writers(files)
        self.behind = any(growth.behind for growth in growths.values())
        appended, rewritten = self._together(growths, newest)
        rewritten |= self._newly_superseded()
        appended = {tag: columns for tag, columns in appended.items() if tag not in rewritten}
        for tag, columns in appended.items():
            self.facts[tag] = join_facts(self.facts.get(tag), scalar_facts(columns))
        self._settle(rewritten)
        return appended, rewritten

    def load(self, tags: Collection[str], overlap: Overlap = "latest") -> Mapping[str, Columns]:
        """Read all records of these tags up to the last look, and of others that are parsed with them anyway."""
        wanted = {tag for tag in tags if tag in self.facts}
        wanted |= self._read_along(wanted)
        parts: dict[str, dict[str, Columns]] = {}
        for name, writer in self._writers.items():
            for tag, columns in writer.load(wanted).items():
                parts.setdefault(tag, {})[name] = columns
        resumed = bool(self.resumed_at()) and overlap == "latest"
        return {tag: put_together(found, self._cuts(tag) if resumed else ()) for tag, found in parts.items()}

    def _look_at_writers(self, files: Mapping[str, Stamp]) -> dict[str, Growth]:
        found: dict[str, dict[int, tuple[Stamp | None, Stamp | None]]] = {name: {} for name in self._writers}
        for match in filter(None, map(SEGMENT_NAME.fullmatch, files)):
            number = int(match["number"])
            segments = found.setdefault(match["writer"], {})
            growing, closed = segments.get(number, (None, None))
            stamp = files[match.string]
            segments[number] = (stamp, closed) if match["suffix"] == "jsonl" else (growing, stamp)
        for name in found.keys() - self._writers.keys():
            self._writers[name] = WriterLog(self._folder, name, self._problems)
        return {name: self._writers[name].look(segments) for name, segments in sorted(found.items())}

    def _together(self, growths: Mapping[str, Growth], newest: float) -> tuple[Mapping[str, Columns], set[str]]:
        """Put together what writers appended; a tag whose new records belong between earlier ones is rewritten.

        Args:
            growths: by writer.
            newest: no record up to the last look has a higher wall time, in seconds since the epoch.
        """
        rewritten = {tag for growth in growths.values() for tag in growth.rewritten}
        if len(growths) == 1:
            return next(iter(growths.values())).columns, rewritten
        pieces: dict[str, dict[str, Columns]] = {}
        for name, growth in growths.items():
            for tag, columns in growth.columns.items():
                pieces.setdefault(tag, {})[name] = columns
        rewritten |= {tag for tag, parts in pieces.items() if not self._goes_after(tag, parts, newest)}
        return {tag: merged(list(parts.values())) for tag, parts in pieces.items() if tag not in rewritten}, rewritten

    def _goes_after(self, tag: str, pieces: Mapping[str, Columns], newest: float) -> bool:
        """Whether the new records of a tag belong behind all earlier ones and change none of them."""
        if sum(writer.has(tag) for writer in self._writers.values()) == 1 and not self._going_back:
            return True
        if min(float(columns.wall_time[0]) for columns in pieces.values()) <= newest:
            return False
        cuts = self._cuts(tag)
        begins = any(0 < self._writers[cut.writer].points(tag) == len(pieces.get(cut.writer, ())) for cut in cuts)
        return not begins and all(without_cut(columns, name, cuts) is columns for name, columns in pieces.items())

    def _cuts(self, tag: str) -> list[Cut]:
        cuts = ((name, at, self._cut_step(self._writers[name], tag)) for name, at in self.resumed_at().items())
        return [Cut(name, at, step) for name, at, step in cuts if step is not None]

    def _cut_step(self, writer: WriterLog, tag: str) -> int | None:
        """Return from which step on a resumed writer supersedes a tag; None where it does not."""
        if writer.again_from is not None:
            return writer.again_from
        facts = writer.facts(tag)
        return facts.first_step if facts else None

    def _newly_superseded(self) -> set[str]:
        """Return all tags where a writer went back that did not at the last look."""
        before = self._going_back
        self._going_back = {name for name, writer in self._writers.items() if writer.again_from is not None}
        if not self._going_back - before:
            return set()
        return {tag for writer in self._writers.values() for closed in (True, False) for tag in writer.tags(closed)}

    def _settle(self, rewritten: Collection[str]) -> None:
        """Make the facts of these tags anew; where a resumed writer cut some off, from the records."""
        self._unsettled.update(rewritten)
        cut: set[str] = set()
        for tag in self._unsettled:
            parts = [facts for _, writer in sorted(self._writers.items()) if (facts := writer.facts(tag))]
            # By their last records, without reading any: exact but for `first` of writers side by side.
            parts.sort(key=lambda facts: facts.last_time or 0.0)
            self.facts.pop(tag, None)
            for facts in parts:
                self.facts[tag] = join_facts(self.facts.get(tag), facts)
            if (len(parts) > 1 or self._going_back) and self._cuts(tag):
                cut.add(tag)
        if self.behind:
            return
        self._unsettled.clear()
        loaded = self.load(cut) if cut else {}
        for tag in cut & loaded.keys():
            del self.facts[tag]
            if len(loaded[tag]):
                self.facts[tag] = scalar_facts(loaded[tag])

    def _read_along(self, wanted: Collection[str]) -> set[str]:
        """Tags that stand in growing files alone, which are parsed as a whole for the wanted ones."""
        growing = {tag for writer in self._writers.values() for tag in writer.tags(closed=False)}
        if not growing.intersection(wanted):
            return set()
        growing -= {tag for writer in self._writers.values() for tag in writer.tags(closed=True)}
        growing &= self.facts.keys()  # some may be superseded altogether
        points = sum(self.facts[tag].points for tag in growing)
        return growing if points <= _EXTRA_POINTS else set()
