"""Run folders written by hand, byte by byte as docs/file-format.md says."""

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from trainer_hooks.closing import close_segment
from trainer_hooks.record import encode_media, encode_resume, encode_row

BEGAN = 1_700_000_000.0


@dataclass
class RunFiles:
    """What one process writes into a run folder."""

    folder: Path
    writer: str = "host-1-0"
    number: int = 0

    def __post_init__(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)

    @property
    def growing(self) -> Path:
        return self.folder / f"metrics-{self.writer}-{self.number}.jsonl"

    def say(self, **members: Any) -> "RunFiles":
        """Write run.json."""
        _replace(self.folder / "run.json", {"format": 1, "name": self.folder.name, "created": BEGAN, **members})
        return self

    def log(self, values: Mapping[str, float], step: int, wall_time: float | None = None) -> "RunFiles":
        return self.append(encode_row(step, BEGAN + step if wall_time is None else wall_time, values))

    def resume(self, step: int, wall_time: float) -> "RunFiles":
        return self.append(encode_resume(step, wall_time))

    def append(self, data: bytes) -> "RunFiles":
        with self.growing.open("ab") as file:
            file.write(data)
        return self

    def close(self) -> "RunFiles":
        """Close the growing segment, if anything was written to it, and begin the next."""
        if self.growing.exists():
            close_segment(self.growing)
            self.number += 1
        return self

    def media(self, step: int, **fields: Any) -> "RunFiles":
        with (self.folder / f"media-{self.writer}.jsonl").open("ab") as file:
            file.write(encode_media(step, BEGAN + step, fields))
        return self

    def status(self, state: str = "running", **members: Any) -> "RunFiles":
        known = {"format": 1, "writer": self.writer, "host": "elsewhere", "pid": 1, "state": state}
        beat = {"heartbeat": time.time(), "heartbeat_interval_s": 2.0, "last_log": None, "log_interval_s": None}
        _replace(self.folder / f"status-{self.writer}.json", {**known, **beat, **members})
        return self


def _replace(path: Path, members: Mapping[str, Any]) -> None:
    temporary = path.with_name(f".{path.name}")
    temporary.write_text(json.dumps(members))
    temporary.replace(path)
