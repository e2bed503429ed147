"""Tables of every format, for the tests that all readers have to pass."""

import json
import math
from dataclasses import dataclass, field
from pathlib import Path

from tests.run_files import BEGAN

Record = tuple[int, float, float]  # step, wall time, value


@dataclass
class TableSample:
    """A table, the settings beside it, and the line of numbers that each step writes."""

    root: Path
    records: dict[str, list[Record]] = field(default_factory=dict)

    folder, table, step, separator, head = "", "", "step", ",", ""
    settings = ()  # name and content of a file

    def __post_init__(self) -> None:
        folder = self.root / self.folder if self.folder else self.root
        folder.mkdir(parents=True)
        self.file = folder / self.table
        self.path = folder if self.folder else self.file
        if self.settings:
            (folder / self.settings[0]).write_text(self.settings[1])

    def values(self, row: int) -> tuple[int, float, dict[str, float]]:
        """Return the step, the wall time and the values by column that a row brings."""
        value = math.nan if row % 3 == 1 else -row / 3
        return 10 * row, math.nan, {self.step: float(10 * row), "loss": 1 / (row + 1), "α/β": value}

    def grow(self, times: int = 1) -> None:
        for _ in range(times):
            step, wall_time, values = self.values(len(next(iter(self.records.values()), ())))
            for tag, value in values.items():
                self.records.setdefault(tag, []).append((step, wall_time, value))
            self._write(values)

    def _write(self, values: dict[str, float]) -> None:
        begin = self.head + self.separator.join(values) + "\n"
        is_new = not self.file.exists() or not self.file.stat().st_size
        with self.file.open("a", encoding="utf-8") as file:
            file.write((begin if is_new else "") + self.separator.join(map(repr, values.values())) + "\n")


class CsvSample(TableSample):
    """A CSV with a column of times."""

    table, step = "losses.csv", "global_step"

    def values(self, row):
        step, _, values = super().values(row)
        return step, BEGAN + row, {**values, "timestamp": BEGAN + row}


class LightningSample(TableSample):
    """A version folder of Lightning's CSVLogger."""

    folder, table, settings = "version_0", "metrics.csv", ("hparams.yaml", "lr: 0.1\n")


class YoloSample(TableSample):
    """A training folder of Ultralytics, its table padded with spaces."""

    folder, table, settings, step, separator = "train", "results.csv", ("args.yaml", "lr0: 0.01\n"), "epoch", ",   "

    def values(self, row):
        step, time, values = super().values(row)
        return step, time, {**values, "train/box_loss": float(row)}


class TimmSample(TableSample):
    """An output folder of timm's training script."""

    folder, table, settings, step = "resnet", "summary.csv", ("args.yaml", "lr: 0.5\n"), "epoch"


class RlProgressSample(TableSample):
    """An output folder of spinning-up."""

    folder, table, settings = "td3_s0", "progress.txt", ("config.json", '{"seed": 0}')
    step, separator = "TotalEnvInteracts", "\t"


class RlMonitorSample(TableSample):
    """The episodes of one environment; each is as long as its number."""

    table = "0.monitor.csv"
    head = "#" + json.dumps({"t_start": BEGAN, "env_id": "CartPole-v1"}) + "\n"

    def values(self, row):
        value = math.nan if row % 3 == 1 else -row / 3
        return row * (row + 1) // 2, BEGAN + row / 4, {"r": value, "l": float(row), "t": row / 4, "loss": 1 / (row + 1)}


TABLE_SAMPLES = {
    "csv": CsvSample,
    "lightning_csv": LightningSample,
    "yolo": YoloSample,
    "timm": TimmSample,
    "rl_progress": RlProgressSample,
    "rl_monitor": RlMonitorSample,
}
"""By reader's name."""
