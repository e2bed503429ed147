"""What a run folder holds, read the plain way: json, line by line, with none of the code that wrote it."""

import json
import math
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn

import pyarrow.parquet as pq

ROOT = Path(__file__).parents[1]
# Put before a training: on a slow machine it neither gives up waiting, nor logs the load, which comes by the clock.
PATIENT = """
import trainer_hooks.load, trainer_hooks.run, trainer_hooks.start, trainer_hooks.writer
trainer_hooks.start.INIT_TIMEOUT_S = trainer_hooks.run.FINISH_TIMEOUT_S = trainer_hooks.writer.SLOW_WRITE_S = 120.0
trainer_hooks.load.INTERVAL_S = float("inf")
"""
NONFINITE = {"NaN": math.nan, "Infinity": math.inf, "-Infinity": -math.inf}


def rows(folder: Path) -> list[dict[str, Any]]:
    """All rows of all segments, closed and growing, those of one writer in their order."""
    found = []
    for segment in sorted({path.with_suffix("") for path in folder.glob("metrics-*")}, key=_writer_and_number):
        closed = segment.with_name(segment.name + ".parquet")
        found += closed_rows(closed) if closed.exists() else growing_rows(segment.with_name(segment.name + ".jsonl"))
    return found


def series(folder: Path, tag: str) -> dict[int, Any]:
    """Step -> value of one tag."""
    return {row["_step"]: row[tag] for row in rows(folder) if tag in row}


def points(folder: Path) -> dict[str, list[tuple[int, Any]]]:
    """Tag -> steps and values, without the load of the machine, which comes by the clock."""
    found: dict[str, list[tuple[int, Any]]] = {}
    for row in rows(folder):
        for tag, value in row.items():
            if not tag.startswith(("_", "system/")):
                found.setdefault(tag, []).append((row["_step"], value))
    return found


def growing_rows(path: Path) -> list[dict[str, Any]]:
    """Rows of a JSONL file; an incomplete last line is left out, anything else that is not strict JSON fails."""
    return [_strict(line) for line in path.read_bytes().split(b"\n")[:-1]]


def closed_rows(path: Path) -> list[dict[str, Any]]:
    """Rows of a Parquet file put together again, values that are not finite under their names."""
    values = pq.read_table(path).to_pylist()
    found: dict[int, dict[str, Any]] = {}
    for value in sorted(values, key=lambda value: value["_row"]):
        row = found.setdefault(value["_row"], {"_step": value["_step"], "_time": value["_time"]})
        row[value["tag"]] = _named(value["value"])
    return list(found.values())


def media(folder: Path) -> list[dict[str, Any]]:
    """All media lines."""
    return [line for path in sorted(folder.glob("media-*.jsonl")) for line in growing_rows(path)]


def statuses(folder: Path) -> list[dict[str, Any]]:
    """What each writer says of itself."""
    return [_strict(path.read_bytes()) for path in sorted(folder.glob("status-*.json"))]


def run_json(folder: Path) -> dict[str, Any]:
    """What the run says of itself."""
    return _strict((folder / "run.json").read_bytes())


def until(true: Callable[[], Any], patience_s: float = 120.0) -> Any:
    """Wait until `true()` is, and return what it returned."""
    deadline = time.monotonic() + patience_s
    while not (found := true()):
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.005)
    return found


def python(
    code: str, *arguments: object, check: bool = True, env: dict[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run a training in an interpreter of its own."""
    command = [sys.executable, "-c", PATIENT + code, *map(str, arguments)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300, check=False, env=env)
    assert done.returncode == 0 or not check, done.stderr
    return done


def _writer_and_number(segment: Path) -> tuple[str, int]:
    writer, _, number = segment.name.rpartition("-")
    return writer, int(number)


def _strict(text: bytes) -> dict[str, Any]:
    def refuse(name: str) -> NoReturn:
        raise AssertionError(f"{name} is not JSON, in {text!r}")

    return json.loads(text, parse_constant=refuse)


def _named(value: float) -> float | str:
    return value if math.isfinite(value) else next(name for name, one in NONFINITE.items() if repr(one) == repr(value))
