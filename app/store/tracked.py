"""One run as the store follows it: its log, its lock, and what the run list shows of it."""

import time
from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from threading import Lock

from app.readers.contract import Choices, Columns, MediaItem, News, Overlap, RunInfo, RunLog, RunState, RunStatus, Stamp
from app.store.discovery import FoundRun
from app.store.index import IndexEntry, RunIndex
from app.store.naming import as_text
from app.store.parsed import Keeping, ParsedColumns
from app.store.resident import ResidentSeries, SeriesKey
from app.store.sidecar import NO_EDITS, Edits
from app.store.summary import RunSummary

ENDED = frozenset({RunState.FINISHED, RunState.FAILED, RunState.CRASHED})

_OVERLAPS: tuple[Overlap, ...] = ("latest", "all")
_COUNT_S = 5.0  # how often the files of a growing run are counted
_QUIET_S = 60.0  # a run of a format without an end counts as ended when no file changed for so long


class TrackedRun:
    """A run that was found: polled by one thread, asked by any number of others.

    A run whose files have not changed since an earlier start is not opened before someone looks at its records.

    Args:
        found: where it is and who reads it.
        resident: where its series are held once someone looked at them.
        index: what earlier starts found out.
        parsed: the columns that earlier starts parsed.

    Attributes:
        summary: None until the run was polled and got its slot.
        gone: it is no longer there; nothing of it enters the memory any more.
        state: what it was doing when it was published last.
        edits: what people say of it.
    """

    def __init__(self, found: FoundRun, resident: ResidentSeries, index: RunIndex, parsed: ParsedColumns) -> None:
        self.found = found
        self.summary: RunSummary | None = None
        self.gone = False
        self.state = RunState.UNKNOWN
        self.edits = NO_EDITS
        self._resident = resident
        self._index = index
        self._parsed = parsed
        self._keeping: Keeping | None = None  # while the log is read for the first time
        self._kept: Mapping[str, Stamp] | None = None  # stamps of the files whose columns the cache may hold
        self._lock = Lock()  # held while the log is polled or loaded: it serves one thread at a time
        self._log: RunLog | None = None
        self._entry: IndexEntry | None = None  # stands for the log until that is opened
        self._status = RunStatus(RunState.UNKNOWN)
        self._stamps: Mapping[str, Stamp] | None = None  # taken before the last poll, or not taken
        self._is_remembered = False
        self._was_polled_aside = False
        self._files = 1
        self._counted = 0.0  # by the monotonic clock, in seconds

    @property
    def created(self) -> float:
        """When the run began as far as it says, else when its folder changed; seconds since the epoch."""
        created = self._known().info.created
        return self.found.changed if created is None else created

    def poll(self) -> News:
        """Take in what is new, into the series in memory too."""
        with self._lock:
            self._stamps = self._take_stamps()
            if self._log is None and self._is_as_before():
                return News(changed=self.summary is None)
            if self._log is None:
                self._keeping = self._begin_keeping()
            news = self._opened().poll()
            if self._keeping is not None:
                self._keep(news)
            elif news.changed:
                self._kept = None
            self._keep_up(news)
            if news.changed:
                self._is_remembered = False
            if news.behind:
                self._stamps = None
            if self._was_polled_aside:
                self._was_polled_aside = False
                return replace(news, changed=True)
            return news

    def take_edits(self, edits: Edits) -> bool:
        """Take in what people say of the run, and tell whether that is new.

        Where the steps are in another column now, the next poll reads it anew.
        """
        if edits == self.edits:
            return False
        if edits.step_column != self.edits.step_column:
            with self._lock:
                self.found = replace(self.found, choices=Choices(step_column=edits.step_column))
                self._log = self._entry = self._stamps = self._kept = None
                self._is_remembered = False
                if self._keeping is not None:
                    self._keeping.drop()
                    self._keeping = None
                self._resident.drop_run(self)
        self.edits = edits
        return True

    def is_busy(self) -> bool:
        """Whether a load is under way that a poll would have to wait for."""
        return self._lock.locked()

    def publish(self, slot: int, revision: int) -> None:
        """Make the summary anew from the last poll."""
        known = self._known()
        steps = [one.last_step for one in known.facts.values() if one.last_step is not None]
        times = [one.last_time for one in known.facts.values() if one.last_time is not None]
        chosen = self.edits.slot
        self.summary = RunSummary(
            id=self.found.id,
            format=self.found.reader.name,
            folder=as_text(str(self.found.folder)),
            info=_edited(known.info, self.edits),
            facts=known.facts,
            problems=tuple(known.problems),
            slot=slot if chosen is None else chosen,
            revision=revision,
            last_step=max(steps, default=None),
            last_time=max(times, default=None),
            path=as_text(str(self.found.path)),
            files=self._count_files(),
            edits=self.edits,
        )

    def status(self, now: float) -> RunStatus:
        """Judge the run at `now`, in seconds since the epoch; what was judged last while a load is under way."""
        if self._lock.acquire(blocking=False):
            try:
                if self._log is not None:
                    self._status = self._log.status(now)
                elif self._entry is not None:
                    self._status = self._entry.status
            finally:
                self._lock.release()
        return self._status

    def to_remember(self) -> IndexEntry | None:
        """Return what the next start may take instead of opening the run; None where that may still change."""
        if self._stamps is None or self._is_remembered or self._log is None:
            return None
        if self.state not in ENDED and not (self.state is RunState.UNKNOWN and _is_quiet(self._stamps)):
            return None
        self._is_remembered = True
        return IndexEntry(self._stamps, self._log.info, self._log.facts, self._log.problems, self._status)

    def series(self, tag: str, overlap: Overlap) -> Columns | None:
        """Return all records of a scalar tag, read from the files unless they are in memory; None without any."""
        key = SeriesKey(self, tag, overlap)
        held = self._resident.view(key)
        if held is not None:
            return held
        with self._lock:
            held = self._resident.view(key)  # another request may have loaded it in the meantime
            if held is not None or self.gone:
                return held
            loaded = self._load([tag], overlap)
            for other, columns in loaded.items():
                self._resident.put(SeriesKey(self, other, overlap), columns, viewed=other == tag)
            return self._resident.view(key) or loaded.get(tag)

    def records(self, tags: Collection[str], overlap: Overlap) -> Mapping[str, Columns]:
        """Return all records of these scalar tags; those that are not in memory are read and not put there."""
        held = {tag: self._resident.view(SeriesKey(self, tag, overlap)) for tag in tags}
        found = {tag: columns for tag, columns in held.items() if columns is not None}
        missing = [tag for tag in tags if tag not in found]
        if missing:
            with self._lock:
                loaded = {} if self.gone else self._load(missing, overlap)
            found |= {tag: loaded[tag] for tag in missing if tag in loaded}
        return found

    def media(self, tag: str) -> Sequence[MediaItem]:
        """Read all items of a blob tag."""
        with self._lock:
            return self._read().media(tag)

    def leave(self) -> None:
        """Let go of everything: the run is no longer there."""
        with self._lock:
            self.gone = True
            if self._keeping is not None:
                self._keeping.drop()
            self._resident.drop_run(self)

    def _known(self) -> RunLog | IndexEntry:
        """Whatever knows the facts: the log once it is open, until then what an earlier start found out."""
        return self._entry if self._log is None and self._entry is not None else self._opened()

    def _opened(self) -> RunLog:
        if self._log is None:
            self._log = self.found.reader.open(self.found.path, self.found.choices)
        return self._log

    def _load(self, tags: Collection[str], overlap: Overlap) -> Mapping[str, Columns]:
        """Read records, from the cache where they are and nothing came since. For who holds the lock."""
        columns = None if self._kept is None else self._parsed.recall(self.found, self._kept, tags)
        return self._read().load(tags, overlap) if columns is None else columns

    def _read(self) -> RunLog:
        """Return the log, polled to the end if nothing was read of it yet. For who holds the lock."""
        if self._log is None:
            self._stamps = self._take_stamps()
            self._keeping = self._begin_keeping()
            log = self.found.reader.open(self.found.path, self.found.choices)
            news = News(behind=True)
            while news.behind:
                news = log.poll()
                self._keep(news)
            self._log = log
            self._was_polled_aside = True  # what it found that is new goes to the next poll's answer
        return self._log

    def _begin_keeping(self) -> Keeping | None:
        """Begin to keep what is about to be parsed, where that is worth it: files at rest, and not our own Parquet."""
        if self.found.reader.order == 0 or self._stamps is None or not _is_quiet(self._stamps):
            return None
        return self._parsed.begin(self.found, self._stamps)

    def _keep(self, news: News) -> None:
        if self._keeping is None:
            return
        self._keeping.add(news.appended)
        if news.behind and not news.rewritten:
            return
        # Records that were superseded are not the same with either overlap: such a run is parsed again.
        if news.rewritten or news.gone or self._take_stamps() != self._keeping.stamps:
            self._keeping.drop()
        else:
            self._keeping.finish()
            self._kept = self._keeping.stamps
        self._keeping = None

    def _take_stamps(self) -> Mapping[str, Stamp] | None:
        """Take them where they can save opening the log, now or at the next start."""
        if self._log is not None and (self._is_remembered or self.state not in ENDED | {RunState.UNKNOWN}):
            return None
        try:
            return self.found.reader.stamps(self.found.path)
        except OSError:
            return None

    def _count_files(self) -> int:
        if self._stamps is not None:
            self._files = len(self._stamps)
        elif time.monotonic() - self._counted > _COUNT_S:
            self._counted = time.monotonic()
            with suppress(OSError):
                self._files = len(self.found.reader.stamps(self.found.path))
        return self._files

    def _is_as_before(self) -> bool:
        if self._stamps is None:
            return False
        if self._entry is None:
            self._entry = self._index.recall(self.found, self._stamps)
        if self._entry is None or self._entry.stamps != self._stamps:
            return False
        self._kept = self._stamps
        return True

    def _keep_up(self, news: News) -> None:
        for overlap in _OVERLAPS:
            for tag in news.rewritten:
                self._resident.drop(SeriesKey(self, tag, overlap))
            for tag, columns in news.appended.items():
                self._resident.append(SeriesKey(self, tag, overlap), columns)


def _edited(info: RunInfo, edits: Edits) -> RunInfo:
    name = info.name if edits.name is None else edits.name
    notes = info.notes if edits.notes is None else edits.notes
    return replace(info, name=name, notes=notes)


def _is_quiet(stamps: Mapping[str, Stamp]) -> bool:
    newest = max((stamp.mtime_ns for stamp in stamps.values()), default=0)
    return newest / 1e9 < time.time() - _QUIET_S
