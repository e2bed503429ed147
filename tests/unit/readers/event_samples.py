"""Runs of TensorBoard event files that grow on demand."""

import struct
from dataclasses import dataclass, field
from pathlib import Path

from tests.event_files import scalar, version, write

Record = tuple[int, float, float]
BEGAN = 1_732_140_000.25


@dataclass
class EventSample:
    """One event file, as torch writes it; values are floats of 32 bits."""

    root: Path
    records: dict[str, list[Record]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.path = self.root / "run"
        self.file = self.path / "events.out.tfevents.1732140000.host.1.0"

    def grow(self, times: int = 1) -> None:
        if not self.file.exists():
            write(self.file, version())
        for _ in range(times):
            step = len(self.records.get("loss", ()))
            values = {"loss": 1 / (step + 1), "α/β": float("nan") if step % 3 == 1 else -float(step)}
            with self.file.open("ab") as file:
                for tag, value in values.items():
                    (stored,) = struct.unpack("<f", struct.pack("<f", value))
                    self.records.setdefault(tag, []).append((step, BEGAN + step, stored))
                    file.write(scalar(tag, step, value, BEGAN + step))


EVENT_SAMPLES = {"tensorboard": EventSample}
