"""Runs that other trackers log, growing on demand, written byte by byte as these trackers do."""

import json
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests import blocks, trackio_files
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


@dataclass
class WandbHistorySample:
    """A folder of an early wandb, with a NaN and a nested key in its history."""

    root: Path
    records: dict[str, list[Record]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.path = self.root / "dryrun-20200501_120000-abc"
        self.path.mkdir(parents=True)
        self.file = self.path / "wandb-history.jsonl"

    def grow(self, times: int = 1) -> None:
        with self.file.open("a") as file:
            for _ in range(times):
                step = len(self.records.get("loss", ()))
                value = float("nan") if step % 3 == 1 else -float(step)
                row = {"loss": 1 / (step + 1), "α": {"β": value}, "_timestamp": BEGAN + step, "_step": step}
                file.write(json.dumps(row) + "\n")
                numbers = row | {"α/β": value}
                for tag in ("loss", "α/β", "_timestamp", "_step"):
                    self.records.setdefault(tag, []).append((step, BEGAN + step, float(numbers[tag])))


@dataclass
class MlflowSample:
    """A run of an MLflow file store with one metric: there is a file for each."""

    root: Path
    records: dict[str, list[Record]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.path = self.root / "mlruns" / "0" / "d6de2e5e632742a9a47253ea80151b5b"
        self.file = self.path / "metrics" / "loss"
        self.file.parent.mkdir(parents=True)
        (self.path / "meta.yaml").write_text("run_id: d6de2e5e632742a9a47253ea80151b5b\nstatus: 1\n")

    def grow(self, times: int = 1) -> None:
        for _ in range(times):
            step = len(self.records.get("loss", ()))
            value = float("nan") if step % 3 == 1 else 1 / (step + 1)
            self.records.setdefault("loss", []).append((step, BEGAN + step, value))
            with self.file.open("a") as file:
                file.write(f"{round((BEGAN + step) * 1000)} {value} {step}\n")


@dataclass
class SacredSample:
    """A run that Sacred stores: all metrics are in one document, written anew each time."""

    root: Path
    records: dict[str, list[Record]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.path = self.root / "1"
        self.path.mkdir(parents=True)
        self.file = self.path / "metrics.json"
        (self.path / "run.json").write_text('{\n  "artifacts": [],\n  "status": "RUNNING"\n}')

    def grow(self, times: int = 1) -> None:
        for _ in range(times):
            step = len(self.records.get("loss", ()))
            values = {"loss": 1 / (step + 1), "α/β": float("nan") if step % 3 == 1 else -float(step)}
            for tag, value in values.items():
                self.records.setdefault(tag, []).append((step, BEGAN + step, value))
        metrics = {
            tag: {
                "steps": [step for step, _, _ in records],
                "timestamps": [
                    datetime.fromtimestamp(time, UTC).replace(tzinfo=None).isoformat() for _, time, _ in records
                ],
                "values": [value for _, _, value in records],
            }
            for tag, records in self.records.items()
        }
        self.file.write_text(json.dumps(metrics, indent=2, sort_keys=True))


@dataclass
class TrackioSample:
    """A run in a database of trackio, in WAL mode as trackio leaves it.

    Attributes:
        cut_bytes: SQLite writes whole pages and looks at all of them in each poll, so not every byte is tried.
    """

    root: Path
    records: dict[str, list[Record]] = field(default_factory=dict)
    cut_bytes: int = 1_009

    def __post_init__(self) -> None:
        self.root.mkdir()
        self.file = self.root / "digits.db"
        self.path = self.file / "brave-otter"

    def grow(self, times: int = 1) -> None:
        with closing(trackio_files.connected(self.file)) as connection:
            for _ in range(times):
                step = len(self.records.get("loss", ()))
                value = float("nan") if step % 3 == 1 else -float(step)
                trackio_files.log(connection, {"loss": 1 / (step + 1), "α": {"β": value}}, step, BEGAN + step)
                for tag, number in {"loss": 1 / (step + 1), "α/β": value}.items():
                    self.records.setdefault(tag, []).append((step, BEGAN + step, number))


@dataclass
class VisdomSample:
    """A replay log of two lines in one window, to which points are added."""

    root: Path
    records: dict[str, list[Record]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.root.mkdir()
        self.path = self.file = self.root / "calls.log"

    def grow(self, times: int = 1) -> None:
        with self.file.open("a") as file:
            for _ in range(times):
                step = len(self.records.get("main/train/loss", ()))
                values = {"loss": 1 / (step + 1), "α/β": float("nan") if step % 3 == 1 else -float(step)}
                for name, value in values.items():
                    self.records.setdefault(f"main/train/{name}", []).append((step, float("nan"), value))
                    line = {"x": [step], "y": [value], "name": name, "type": "scatter", "mode": "lines"}
                    call = {"data": [line], "win": "a", "eid": "main", "opts": {"title": "train"}, "append": True}
                    file.write(json.dumps(["update", call]) + "\n")


class AimSample:
    """No sample: what Aim's package keeps in RocksDB is no format of its own; test_aim.py reads what it wrote."""

    def __init__(self, root: Path) -> None:
        pytest.skip("a run of Aim is written by Aim alone, and read through it")


TRACKER_SAMPLES = {
    "aim": AimSample,
    "wandb": WandbSample,
    "wandb_history": WandbHistorySample,
    "mlflow": MlflowSample,
    "sacred": SacredSample,
    "trackio": TrackioSample,
    "visdom": VisdomSample,
}
