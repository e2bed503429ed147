"""Runs that other trackers log, growing on demand, written byte by byte as these trackers do."""

from dataclasses import dataclass, field
from pathlib import Path

from tests import blocks
from tests.run_files import BEGAN

Record = tuple[int, float, float]  # step, wall time, value


@dataclass
class WandbSample:
    """A folder with a `.wandb` log, a NaN and a nested key in its history."""

    root: Path
    records: dict[str, list[Record]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.path = self.root / "offline-run-20240501_120000-abc"
        (self.path / "files").mkdir(parents=True)
        self.file = self.path / "run-abc.wandb"

    def grow(self, times: int = 1) -> None:
        for _ in range(times):
            step = len(self.records.get("loss", ()))
            value = float("nan") if step % 3 == 1 else -float(step)
            items = {"loss": 1 / (step + 1), ("α", "β"): value, "_timestamp": BEGAN + step, "_step": step}
            for key, number in items.items():
                tag = key if isinstance(key, str) else "/".join(key)
                self.records.setdefault(tag, []).append((step, BEGAN + step, float(number)))
            blocks.append(self.file, blocks.history(items, step))


TRACKER_SAMPLES = {"wandb": WandbSample}
