"""Runs made of arrays, for questions whose answers can be worked out by hand."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import numpy as np

from app.readers.contract import Columns, MediaItem, Overlap, RunInfo, RunState, RunStatus, TagFacts
from app.readers.facts import scalar_facts
from app.store.memory import RunSummary, UnknownRunError

NOTHING = Columns(np.empty(0, np.int64), np.empty(0), np.empty(0))


def records(points: Sequence[tuple[int, float]], began: float = 1000.0) -> Columns:
    """Records of (step, value), a second apart."""
    step, value = zip(*points, strict=True) if points else ((), ())
    return Columns(
        np.array(step, dtype=np.int64),
        began + np.arange(len(points), dtype=np.float64),
        np.array(value, dtype=np.float64),
    )


class ArrayStore:
    """A store over arrays: run id -> tag -> records, and run id -> config."""

    def __init__(
        self, runs: Mapping[str, Mapping[str, Columns]], config: Mapping[str, Mapping[str, Any]] | None = None
    ) -> None:
        self._series = runs
        self._config = config or {}
        self.revision = 1
        self.looked_at: list[tuple[str, str]] = []
        self.read_at_once: list[tuple[str, ...]] = []

    def runs(self) -> Sequence[RunSummary]:
        return [self.run(run_id) for run_id in self._series]

    def run(self, run_id: str) -> RunSummary:
        if run_id not in self._series:
            raise UnknownRunError(run_id, len(self._series))
        facts: dict[str, TagFacts] = {
            tag: scalar_facts(columns) for tag, columns in self._series[run_id].items() if len(columns)
        }
        info = RunInfo(run_id, created=990.0, config=self._config.get(run_id, {}), tags=("a", "b"), notes="=1+1")
        last_step = max((one.last_step or 0 for one in facts.values()), default=None)
        return RunSummary(run_id, "array", "/nowhere", info, facts, (), 0, 1, last_step, 2000.0)

    def status(self, run_id: str) -> RunStatus:
        return RunStatus(RunState.FINISHED)

    def series(self, run_id: str, tag: str, overlap: Overlap = "latest") -> Columns:
        self.looked_at.append((run_id, tag))
        return self._series[run_id].get(tag, NOTHING)

    def records(self, run_id: str, tags: Collection[str], overlap: Overlap = "latest") -> Mapping[str, Columns]:
        self.read_at_once.append(tuple(tags))
        return {tag: self._series[run_id][tag] for tag in tags if tag in self._series[run_id]}

    def media(self, run_id: str, tag: str) -> Sequence[MediaItem]:
        return []
