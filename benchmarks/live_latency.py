"""log() -> HTTP answer: how old a point is when a server first gives it out. No browser; that is live_page.py."""

import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from benchmarks.contract import Benchmark, Effort, Row
from benchmarks.datasets import Shape
from benchmarks.latency import latency_rows, watch
from benchmarks.processes import free_port
from benchmarks.tailboard import Tailboard
from benchmarks.tensorboard_peer import TensorBoard
from benchmarks.trainer import STEPS_HZ, training

SHAPE = Shape(10, 12, 200)
ROUNDS = 2
SECONDS = 30.0


def measure(effort: Effort) -> Iterator[Row]:
    """Yield p50, p95 and max, each tool in turns with a training of its own."""
    seconds = effort.pick(SECONDS, 8.0)
    ours, theirs = [], []
    for _ in range(effort.pick(ROUNDS, 1)):
        with tempfile.TemporaryDirectory(dir=effort.folder) as folder:
            ours.append(_ours(Path(folder), seconds))
            theirs.append(_theirs(Path(folder), seconds))
    points = sum(map(len, ours))
    yield from latency_rows(
        f"log() → HTTP answer, {SHAPE.runs} runs × {SHAPE.tags} tags at {STEPS_HZ:g} steps a second",
        ours,
        theirs,
        "TensorBoard, reload_interval 5 (default)",
        note=f"{points:,} points; one tag of one run asked for every 20 ms",
    )


def _ours(folder: Path, seconds: float) -> list[float]:
    tool, run, tag = Tailboard(free_port(), folder / "cache"), SHAPE.run_names[0], SHAPE.tag_names[0]

    def newest() -> Sequence[float]:
        times: Sequence[float] = tool.points(tag, run)["wall_time"]
        return times

    with training("tailboard", folder / "tailboard", SHAPE), tool.server(folder / "tailboard") as server:
        server.wait_for(lambda: len(newest()) >= SHAPE.steps)
        return watch(newest, seconds)


def _theirs(folder: Path, seconds: float) -> list[float]:
    tool, run, tag = TensorBoard(free_port()), SHAPE.run_names[0], SHAPE.tag_names[0]

    def newest() -> Sequence[float]:
        return [point["wallTime"] for point in tool.series(tag).get(run, ())]

    with training("tensorboard", folder / "tensorboard", SHAPE), tool.server(folder / "tensorboard") as server:
        server.wait_for(lambda: len(newest()) >= SHAPE.steps)
        return watch(newest, seconds)


BENCHMARK = Benchmark("live_latency", measure)
