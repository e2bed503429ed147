"""A store over arrays, for tests and benchmarks of what asks it."""

import time
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from app.readers.contract import Columns, MediaItem, Overlap, Problem, RunInfo, RunState, RunStatus, TagFacts
from app.store.discovery import Skipped
from app.store.memory import RunSummary, UnknownRunError
from app.store.sidecar import Edits

START = 1_732_140_000.0


def columns(value, step=None, wall_time=None) -> Columns:
    """Make a series; steps count up from 0 and times by a tenth of a second unless given."""
    value = np.asarray(value, np.float64)
    step = np.arange(len(value)) if step is None else np.asarray(step)
    wall_time = START + 0.1 * np.arange(len(value)) if wall_time is None else np.asarray(wall_time, np.float64)
    return Columns(step.astype(np.int64), wall_time, value)


NO_POINTS = columns([])


class ArrayStore:
    """Runs of scalar series and media given by hand; `put` raises the revision like a poll that found news."""

    ready = True
    first_revision = 1_000
    skipped: Sequence[Skipped] = ()
    skipped_revision = first_revision

    def __init__(self, series: Mapping[str, Mapping[str, Columns]] | None = None) -> None:
        self.revision = self.first_revision
        self._series: dict[str, dict[str, Columns]] = {}
        self._media: dict[str, dict[str, list[MediaItem]]] = {}
        self._runs: dict[str, RunSummary] = {}
        self._gone: dict[str, int] = {}
        self.states: dict[str, RunStatus] = {}
        for run_id, tags in (series or {}).items():
            self.put(run_id, tags)

    def put(
        self,
        run_id: str,
        tags: Mapping[str, Columns] | None = None,
        media: Mapping[str, Sequence[MediaItem]] | None = None,
        info: RunInfo | None = None,
    ) -> None:
        """Add a run, or replace some of its series, media or info."""
        self.revision += 1
        self._series.setdefault(run_id, {}).update(tags or {})
        self._media.setdefault(run_id, {}).update({tag: list(items) for tag, items in (media or {}).items()})
        old = self._runs.get(run_id)
        info = info or (old.info if old else RunInfo(run_id.rpartition("/")[2], created=START))
        facts = {tag: facts_of(one) for tag, one in self._series[run_id].items()}
        facts |= {tag: TagFacts(items[0].kind, len(items)) for tag, items in self._media[run_id].items() if items}
        steps = [fact.last_step for fact in facts.values() if fact.last_step is not None]
        self._runs[run_id] = RunSummary(
            id=run_id,
            format="tailboard",
            folder=f"/runs/{run_id}",
            info=info,
            facts=facts,
            problems=(),
            slot=old.slot if old else len(self._runs),
            revision=self.revision,
            last_step=max(steps, default=None),
            last_time=max((fact.last_time for fact in facts.values() if fact.last_time is not None), default=None),
        )

    def problem(self, run_id: str, problem: Problem) -> None:
        """Add something that could not be read."""
        run = self._runs[run_id]
        self._runs[run_id] = replace(run, problems=(*run.problems, problem))

    def skip(self, *skipped: Skipped) -> None:
        """Replace the files that belong to no run."""
        self.revision += 1
        self.skipped, self.skipped_revision = skipped, self.revision

    def edit(self, run_id: str, changes: Mapping[str, Any]) -> Edits:
        self.revision += 1
        run = self.run(run_id)
        edits = replace(run.edits, **changes)
        info = replace(run.info, name=edits.name or run.info.name, notes=edits.notes or run.info.notes)
        self._runs[run_id] = replace(run, edits=edits, info=info, revision=self.revision)
        return edits

    def remove(self, run_id: str) -> None:
        self.revision += 1
        del self._runs[run_id], self._series[run_id]
        self._gone[run_id] = self.revision

    def runs(self) -> Sequence[RunSummary]:
        return list(reversed(self._runs.values()))

    def changed_since(self, revision: int) -> tuple[Sequence[RunSummary], Sequence[str]]:
        changed = [run for run in self.runs() if run.revision > revision]
        return changed, [run_id for run_id, at in self._gone.items() if at > revision]

    def run(self, run_id: str) -> RunSummary:
        if run_id not in self._runs:
            raise UnknownRunError(run_id, len(self._runs))
        return self._runs[run_id]

    def status(self, run_id: str) -> RunStatus:
        self.run(run_id)
        return self.states.get(run_id, RunStatus(RunState.RUNNING, heartbeat=time.time()))

    def series(self, run_id: str, tag: str, overlap: Overlap = "latest") -> Columns:
        self.run(run_id)
        return self._series[run_id].get(tag, NO_POINTS)

    def records(self, run_id: str, tags: Collection[str], overlap: Overlap = "latest") -> Mapping[str, Columns]:
        return {tag: self.series(run_id, tag, overlap) for tag in tags}

    def media(self, run_id: str, tag: str) -> Sequence[MediaItem]:
        self.run(run_id)
        return self._media[run_id].get(tag, ())


def facts_of(series: Columns) -> TagFacts:
    """Make the facts that a reader would have counted."""
    finite = np.flatnonzero(np.isfinite(series.value))
    if not len(finite):
        return TagFacts("scalar", len(series))
    low, high = finite[series.value[finite].argmin()], finite[series.value[finite].argmax()]
    return TagFacts(
        "scalar",
        len(series),
        first_step=int(series.step[0]),
        last_step=int(series.step[-1]),
        last_time=float(series.wall_time[-1]),
        last=float(series.value[-1]),
        min=float(series.value[low]),
        min_step=int(series.step[low]),
        max=float(series.value[high]),
        max_step=int(series.step[high]),
    )
