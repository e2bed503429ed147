"""Runs in JSON, text and folders of such files, for the tests that all readers have to pass."""

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from tests.run_files import BEGAN

Record = tuple[int, float, float]  # step, wall time, value


@dataclass
class JsonLinesSample:
    """A file of JSON lines, with a bare NaN and steps and times beside the numbers."""

    root: Path
    records: dict[str, list[Record]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.root.mkdir()
        self.path = self.file = self.root / "metrics.jsonl"

    def grow(self, times: int = 1) -> None:
        for _ in range(times):
            step = 10 * len(self.records.get("loss", ()))
            value = float("nan") if step % 30 == 10 else -float(step)
            row = {"step": step, "loss": 1 / (step + 1), "val": {"α": value}, "_timestamp": BEGAN + step}
            values = {"step": step, "loss": row["loss"], "val/α": value, "_timestamp": BEGAN + step}
            for tag, number in values.items():
                self.records.setdefault(tag, []).append((step, BEGAN + step, float(number)))
            with self.file.open("a") as file:
                file.write(json.dumps(row) + "\n")


@dataclass
class DlloggerSample:
    """A log of DLLogger whose iterations begin anew with each epoch."""

    root: Path
    records: dict[str, list[Record]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.root.mkdir()
        self.path = self.file = self.root / "nvlog.json"

    def grow(self, times: int = 1) -> None:
        for _ in range(times):
            step = len(self.records.get("loss", ()))
            at = BEGAN + step
            value = float("nan") if step % 3 == 1 else -float(step)
            data = {"loss": 1 / (step + 1), "val.α": value}
            for tag, number in {"epoch": step // 4, "iteration": step, **data}.items():
                self.records.setdefault(tag, []).append((step, at, float(number)))
            moment = datetime.fromtimestamp(at, UTC).replace(tzinfo=None).isoformat(" ")
            record = {"datetime": moment, "type": "LOG", "step": [step // 4, step % 4], "data": data}
            with self.file.open("a") as file:
                file.write("DLLL " + json.dumps(record) + "\n")


@dataclass
class JsonObjectSample:
    """A JSON document that lists rows, written anew with each."""

    root: Path
    records: dict[str, list[Record]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.root.mkdir()
        self.path = self.file = self.root / "results.json"

    def grow(self, times: int = 1) -> None:
        for _ in range(times):
            step = 10 * len(self.records.get("loss", ()))
            for tag, value in {"epoch": float(step), "loss": 1 / (step + 1)}.items():
                self.records.setdefault(tag, []).append((step, float("nan"), value))
        rows = zip(*([(tag, value) for _, _, value in records] for tag, records in self.records.items()), strict=True)
        self.file.write_text(json.dumps(list(map(dict, rows)), indent=1))


@dataclass
class HfTrainerSample:
    """An output folder of the Trainer, whose state is written anew with each entry of its history."""

    root: Path
    records: dict[str, list[Record]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.path = self.root / "output"
        self.path.mkdir(parents=True)
        self.file = self.path / "trainer_state.json"

    def grow(self, times: int = 1) -> None:
        for _ in range(times):
            step = 10 * (len(self.records.get("loss", ())) + 1)
            value = float("nan") if step % 30 == 10 else 1 / step
            for tag, number in {"epoch": step / 100, "loss": value, "step": float(step)}.items():
                self.records.setdefault(tag, []).append((step, float("nan"), number))
        history = zip(
            *([(tag, value) for _, _, value in records] for tag, records in self.records.items()), strict=True
        )
        state = {"best_metric": None, "epoch": 0.1, "global_step": 10, "log_history": list(map(dict, history))}
        self.file.write_text(json.dumps(state | {"max_steps": 500}, indent=2))


@dataclass
class RayTuneSample:
    """A trial folder with a row for each result; a NaN is written bare."""

    root: Path
    records: dict[str, list[Record]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.path = self.root / "train_08fff_00000_0_lr=0.1"
        self.path.mkdir(parents=True)
        self.file = self.path / "result.json"
        (self.path / "params.json").write_text('{"lr": 0.1}')

    def grow(self, times: int = 1) -> None:
        for _ in range(times):
            step = len(self.records.get("loss", ())) + 1
            loss = float("nan") if step % 3 == 1 else 1 / step
            row = {"loss": loss, "timestamp": int(BEGAN) + step, "training_iteration": step}
            for tag, value in row.items():
                self.records.setdefault(tag, []).append((step, int(BEGAN) + step, float(value)))
            with self.file.open("a") as file:
                file.write(
                    json.dumps(row | {"done": False, "config": {"lr": 0.1}, "date": "2024-05-01_10-00-00"}) + "\n"
                )


@dataclass
class DvcLiveSample:
    """A run folder with the table of one tag."""

    root: Path
    records: dict[str, list[Record]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.path = self.root / "dvclive"
        self.file = self.path / "plots" / "metrics" / "loss.tsv"
        self.file.parent.mkdir(parents=True)

    def grow(self, times: int = 1) -> None:
        for _ in range(times):
            step = 10 * len(self.records.get("loss", ()))
            value = float("nan") if step % 30 == 10 else 1 / (step + 1)
            self.records.setdefault("loss", []).append((step, float("nan"), value))
            with self.file.open("a") as file:
                file.write(("" if file.tell() else "step\tloss\n") + f"{step}\t{value}\n")


@dataclass
class TextSample:
    """A log as nanoGPT prints it, with lines that hold no numbers between."""

    root: Path
    records: dict[str, list[Record]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.root.mkdir()
        self.path = self.file = self.root / "train.log"

    def grow(self, times: int = 1) -> None:
        for _ in range(times):
            step = 10 * len(self.records.get("loss", ()))
            loss = float("nan") if step % 30 == 10 else 1 / (step + 1)
            for tag, value in {"step": float(step), "loss": loss, "mfu": 30.5}.items():
                self.records.setdefault(tag, []).append((step, float("nan"), value))
            with self.file.open("a") as file:
                file.write(f"saving checkpoint to out\niter {step}: loss {loss!r}, mfu 30.50%\n")


JSON_SAMPLES = {
    "json_lines": JsonLinesSample,
    "dllogger": DlloggerSample,
    "json_object": JsonObjectSample,
    "hf_trainer": HfTrainerSample,
    "ray_tune": RayTuneSample,
    "dvclive": DvcLiveSample,
    "text": TextSample,
}
