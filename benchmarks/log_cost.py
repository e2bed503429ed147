"""What one `log()` costs the training, beside the least it could cost and beside TensorBoard.

The floor is `orjson.dumps` of the row and one `os.write`. All ways are measured in turns in one process, round by
round, so that a busy machine shifts them alike; the ratios are what counts. `python -m benchmarks.log_cost` prints
them, `import_ms` tells what importing costs.
"""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import orjson

import trainer_hooks
from benchmarks.contract import Arrow, Benchmark, Effort, Row
from benchmarks.table import as_markdown
from trainer_hooks.encoder import template_encoder

ORJSON_BUDGET, STANDARD_BUDGET = 3.0, 8.0  # times the floor
IMPORT_BUDGET_MS = 50.0
ROWS = 500  # different ones, made beforehand

Log = Callable[[dict[str, float], int], object]


def measure(effort: Effort) -> Iterator[Row]:
    """Yield the cost of a log() with 1 and with 10 metrics, and of the import."""
    rounds = effort.pick(9, 2)
    for metrics in (1, 10):
        taken = time_ways(effort.folder, metrics, rounds, steps=effort.pick(20_000, 500))
        yield from _rows(metrics, taken)
    yield Row(Arrow.LOG, "import trainer_hooks", "ms", import_ms("trainer_hooks", rounds), budget=IMPORT_BUDGET_MS)


def time_ways(folder: Path, metrics: int, rounds: int, steps: int) -> dict[str, list[float]]:
    """Return name of each way -> microseconds per logged step, one for each round.

    "floor", "orjson", "standard" (library alone), and "tensorboard" where it is installed.
    """
    with tempfile.TemporaryDirectory(dir=folder) as scratch:
        ways = _ways(Path(scratch))
        taken: dict[str, list[float]] = {name: [] for name in ways}
        for _ in range(rounds):
            for name, (log, _) in ways.items():
                taken[name].append(_time_us(log, metrics, steps if name != "tensorboard" else steps // 20))
        for _, close in ways.values():
            close()
    return taken


def import_ms(module: str, rounds: int) -> list[float]:
    """Return how long an interpreter takes to import `module`, in milliseconds, one for each round."""
    code = f"import time; begin = time.perf_counter(); import {module}; print(time.perf_counter() - begin)"
    command = [sys.executable, "-c", code]
    return [1e3 * float(subprocess.run(command, check=True, capture_output=True).stdout) for _ in range(rounds)]


def _rows(metrics: int, taken: dict[str, list[float]]) -> Iterator[Row]:
    floor = taken["floor"]
    for name, words, budget in (
        ("orjson", "with orjson", ORJSON_BUDGET),
        ("standard", "standard library alone", STANDARD_BUDGET),
    ):
        ratios = [ours / least for ours, least in zip(taken[name], floor, strict=True)]
        yield Row(Arrow.LOG, f"log() of {metrics}, {words}", "× floor", ratios, budget=budget)
    per_scalar = {name: [us / metrics for us in times] for name, times in taken.items()}
    yield Row(
        Arrow.LOG,
        f"log() of {metrics}, per scalar",
        "µs",
        per_scalar["orjson"],
        peer=per_scalar.get("tensorboard", ()),
        peer_name="TensorBoard's SummaryWriter",
        note=f"the floor of {metrics} is {min(per_scalar['floor']):.2f} µs a scalar; ours/peer should be under 0.05",
    )


def _ways(folder: Path) -> dict[str, tuple[Log, Callable[[], object]]]:
    """Return name -> (how to log one row, how to end)."""
    descriptor = os.open(folder / "floor.jsonl", os.O_CREAT | os.O_APPEND | os.O_WRONLY)
    with_orjson, standard = trainer_hooks.init(folder / "orjson"), trainer_hooks.init(folder / "standard")
    standard._encode = template_encoder()  # noqa: SLF001 - what it uses where orjson is not installed
    ways: dict[str, tuple[Log, Callable[[], object]]] = {
        "floor": (_floor(descriptor), lambda: os.close(descriptor)),
        "orjson": (with_orjson.log, with_orjson.finish),
        "standard": (standard.log, standard.finish),
    }
    try:
        from torch.utils.tensorboard import SummaryWriter
    except ImportError:
        return ways
    board = SummaryWriter(str(folder / "board"))
    return {**ways, "tensorboard": (_tensorboard(board.add_scalar), board.close)}


def _floor(descriptor: int) -> Log:
    dumps, write, now = orjson.dumps, os.write, time.time

    def log(row: dict[str, float], step: int) -> None:
        write(descriptor, dumps({"_step": step, "_time": now(), **row}) + b"\n")

    return log


def _tensorboard(add_scalar: Callable[[str, float, int], object]) -> Log:
    def log(row: dict[str, float], step: int) -> None:
        for tag, value in row.items():
            add_scalar(tag, value, step)

    return log


def _time_us(log: Log, metrics: int, steps: int) -> float:
    rows = [{f"train/metric_{metric}": 1 / (step + metric + 1.7) for metric in range(metrics)} for step in range(ROWS)]
    begin = time.perf_counter()
    for step in range(steps):
        log(rows[step % ROWS], step)
    return (time.perf_counter() - begin) / steps * 1e6


BENCHMARK = Benchmark("log_cost", measure)

if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as scratch_folder:
        print(as_markdown(list(measure(Effort(Path(scratch_folder))))))
