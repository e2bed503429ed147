"""The runs that exist now: found, polled, numbered, and gone again. Raises the revision."""

import time
from collections.abc import Sequence
from pathlib import Path
from threading import Lock

from app.readers.contract import News, RunState
from app.store.colours import Slots
from app.store.discovery import Discovery, FoundRun, Skipped
from app.store.failures import Failures
from app.store.index import RunIndex
from app.store.parsed import ParsedColumns
from app.store.resident import ResidentSeries
from app.store.sidecar import Sidecar
from app.store.summary import RunSummary, UnknownRunError
from app.store.tracked import TrackedRun

_PUBLISH_S = 0.3
_JUDGED_BY_CLOCK = {RunState.RUNNING, RunState.STALLED}


class Census:
    """All tracked runs by id. One thread at a time changes it; any number ask.

    Attributes:
        revision: goes up with everything that changes.
        first_revision: what it was at first.
        skipped_revision: what it was when something else was skipped than before.
        failures: what readers raised against their promise.
    """

    def __init__(
        self,
        discovery: Discovery,
        resident: ResidentSeries,
        slots: Slots,
        index: RunIndex,
        parsed: ParsedColumns,
        sidecar: Sidecar,
    ) -> None:
        self._discovery = discovery
        self._resident = resident
        self._index = index
        self._parsed = parsed
        self._slots = slots
        self._sidecar = sidecar
        self.failures = Failures()
        self._tracked: dict[str, TrackedRun] = {}
        self._gone: dict[str, int] = {}  # run id -> the revision at which it vanished
        self._lock = Lock()  # held while the two above change or are copied
        # A revision of an earlier server on the same folder is smaller, so its browsers fetch everything anew.
        self.first_revision = self.skipped_revision = self.revision = time.time_ns() // 1_000_000
        self._newest_first: tuple[int, Sequence[RunSummary]] = (-1, ())

    def discover(self) -> list[TrackedRun]:
        """Look which runs there are; drop those that vanished.

        Returns:
            All runs, those with the newest folder first. A new one shows up once it was polled.
        """
        before = self._discovery.skipped
        found = self._discovery.find()
        if self._discovery.skipped != before:
            self.revision += 1
            self.skipped_revision = self.revision
        for run_id, run in list(self._tracked.items()):
            is_there = run_id in found and _is_same(found[run_id], run.found)
            # A network disk that fails for a moment takes no run off the list.
            if not is_there and not self._discovery.is_out_of_sight(run.found.path):
                self._remove(run)
        for run_id, one in found.items():
            if run_id not in self._tracked:
                run = TrackedRun(one, self._resident, self._index, self._parsed)
                run.take_edits(self._sidecar.edits_of(one))
                with self._lock:
                    self._tracked[run_id] = run
        return sorted(self._tracked.values(), key=lambda run: found.get(run.found.id, run.found).changed, reverse=True)

    @property
    def skipped(self) -> Sequence[Skipped]:
        """What was found and belongs to no run."""
        return self._discovery.skipped

    @property
    def group_folders(self) -> Sequence[Path]:
        """Folders in which a new run may appear, from the roots down."""
        return self._discovery.group_folders

    def poll(self, runs: Sequence[TrackedRun]) -> list[TrackedRun]:
        """Take in what is new in these runs and publish it, a few times a second where that takes long.

        Returns:
            The runs that have more to read already: poll them again.
        """
        behind: list[TrackedRun] = []
        changed: list[TrackedRun] = []
        published = time.monotonic()
        for run in runs:
            if run.gone:
                continue
            if time.monotonic() - published > _PUBLISH_S:
                self._publish(changed)
                changed, published = [], time.monotonic()
            if run.is_busy():  # a request loads one of its series; the others need not wait
                behind.append(run)
                continue
            news = News()
            with self.failures.survived(f"reading {run.found.path}"):
                news = run.poll()
            if news.gone:
                self._remove(run)
            elif news.changed:
                changed.append(run)
            if news.behind:
                behind.append(run)
        self._publish(changed)
        self._index.remember([(run.found, entry) for run in runs if (entry := run.to_remember())])
        return behind

    def take_edits(self) -> list[TrackedRun]:
        """Show what people said of runs since the last time.

        Returns:
            The runs that have more to read: poll them again.
        """
        if not self._sidecar.look():
            return []
        runs = [run for run in self._tracked.values() if run.take_edits(self._sidecar.edits_of(run.found))]
        behind = self.poll(runs)
        self._publish([run for run in runs if run.summary and not run.gone])  # their files say nothing new
        return behind

    def judge(self, now: float) -> None:
        """Publish the runs whose state changed by the clock alone: stalled, crashed. `now` is since the epoch."""
        runs = [run for run in self._tracked.values() if run.summary and run.state in _JUDGED_BY_CLOCK]
        self._publish([run for run in runs if run.status(now).state != run.state])

    def get(self, run_id: str) -> tuple[TrackedRun, RunSummary]:
        """Return one run and what the run list shows of it. Raises UnknownRunError."""
        run = self._tracked.get(run_id)
        summary = run.summary if run else None
        if run is None or summary is None:
            raise UnknownRunError(run_id, len(self._tracked))
        return run, summary

    def summaries(self) -> Sequence[RunSummary]:
        """Return all runs, newest first."""
        revision, summaries = self._newest_first
        if revision != self.revision:
            revision = self.revision
            with self._lock:
                known = [(run.created, run.summary) for run in self._tracked.values() if run.summary]
            known.sort(key=lambda one: (-one[0], one[1].id))
            summaries = tuple(summary for _, summary in known)
            self._newest_first = (revision, summaries)
        return summaries

    def gone_since(self, revision: int) -> Sequence[str]:
        """Return the ids of the runs that vanished after `revision`."""
        with self._lock:
            return [run_id for run_id, at in self._gone.items() if at > revision]

    def _publish(self, runs: Sequence[TrackedRun]) -> None:
        """Show these runs as of their last poll, new ones with a slot in order of their creation."""
        if not runs:
            return
        now = time.time()
        for run in sorted(runs, key=lambda run: run.created):
            run.state = run.status(now).state
            slot = self._slots.of(run.found.id)
            with self._lock:
                self._gone.pop(run.found.id, None)
                run.publish(slot, self.revision + 1)
        self._slots.save()
        self.revision += 1

    def _remove(self, run: TrackedRun) -> None:
        run.leave()
        self._slots.free(run.found.id)
        with self._lock:
            self._tracked.pop(run.found.id, None)
            self._gone[run.found.id] = self.revision + 1
        self.revision += 1


def _is_same(one: FoundRun, other: FoundRun) -> bool:
    return one.path == other.path and one.reader is other.reader
