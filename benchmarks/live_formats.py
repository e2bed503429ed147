"""Logs of other tools, growing: how old a point is when a server first gives it out. No browser."""

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

SHAPE = Shape(10, 12, 1_000)
SECONDS = 30.0
P95_BUDGET_S = 1.5
FORMATS = {"event files": "tensorboard, flushed", "CSV": "csv"}


def measure(effort: Effort) -> Iterator[Row]:
    """Yield p50, p95 and max for event files, beside TensorBoard on the same, and for CSV."""
    seconds = effort.pick(SECONDS, 8.0)
    for name, tool in FORMATS.items():
        with tempfile.TemporaryDirectory(dir=effort.folder) as folder:
            ours, theirs = _watched(tool, Path(folder), seconds)
        yield from latency_rows(
            f"{name} grew → HTTP answer, {SHAPE.runs} runs × {SHAPE.tags} tags at {STEPS_HZ:g} steps a second",
            [ours],
            [theirs] if theirs else [],
            "TensorBoard, reload_interval 5 (default)" if theirs else "",
            p95_budget_s=P95_BUDGET_S,
            note=f"{len(ours):,} points; written out after every step; one tag of one run asked for every 20 ms",
        )


def _watched(tool: str, folder: Path, seconds: float) -> tuple[list[float], list[float]]:
    """Return the ages of the points in our answers, and in TensorBoard's where it reads the format."""
    ours, peer = Tailboard(free_port(), folder / "cache"), TensorBoard(free_port())
    tag = SHAPE.tag_names[0]

    with training(tool, folder / "runs", SHAPE):
        with ours.server(folder / "runs") as server:
            server.wait_for(lambda: bool(ours.runs()))
            (run,) = [one["id"] for one in ours.runs() if one["id"].startswith(SHAPE.run_names[0])]

            def newest() -> Sequence[float]:
                times: Sequence[float] = ours.points(tag, run)["wall_time"]
                return times

            server.wait_for(lambda: len(newest()) >= SHAPE.steps)
            ages = watch(newest, seconds)
        if tool == "csv":
            return ages, []
        with peer.server(folder / "runs") as server:

            def newest_of_peer() -> Sequence[float]:
                return [point["wallTime"] for point in peer.series(tag).get(SHAPE.run_names[0], ())]

            server.wait_for(lambda: bool(newest_of_peer()))
            return ages, watch(newest_of_peer, seconds)


BENCHMARK = Benchmark("live_formats", measure)
