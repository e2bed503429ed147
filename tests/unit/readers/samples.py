"""Runs of every format that grow on demand, for the tests that all readers have to pass."""

from dataclasses import dataclass, field
from pathlib import Path

from tests.run_files import BEGAN, RunFiles
from tests.unit.readers.event_samples import EVENT_SAMPLES
from tests.unit.readers.json_samples import JSON_SAMPLES
from tests.unit.readers.table_samples import TABLE_SAMPLES
from tests.unit.readers.tracker_samples import TRACKER_SAMPLES

Record = tuple[int, float, float]  # step, wall time, value


@dataclass
class TailboardSample:
    """A run of our own format.

    Attributes:
        path: what the reader is to find.
        file: the file that grows, one record of every tag a call of `grow`.
        records: what was written so far, by tag.
    """

    root: Path
    records: dict[str, list[Record]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.path = self.root / "run"
        self._files = RunFiles(self.path)
        self.file = self._files.growing

    def grow(self, times: int = 1) -> None:
        for _ in range(times):
            step = len(self.records.get("loss", ()))
            values = {"loss": 1 / (step + 1), "α/β": float("nan") if step % 3 == 1 else -float(step)}
            for tag, value in values.items():
                self.records.setdefault(tag, []).append((step, BEGAN + step, value))
            self._files.log(values, step)


SAMPLES = {"tailboard": TailboardSample, **EVENT_SAMPLES, **JSON_SAMPLES, **TABLE_SAMPLES, **TRACKER_SAMPLES}
"""By reader's name; a new reader adds its own."""
