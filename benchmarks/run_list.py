"""A log folder of 1,000 runs, opened by the real server: until the run list is complete, first and second time."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

from benchmarks.contract import Arrow, Benchmark, Effort, Row
from benchmarks.datasets import Shape, tailboard_logdir, tensorboard_logdir
from benchmarks.processes import ServerProcess, free_port
from benchmarks.tailboard import Tailboard
from benchmarks.tensorboard_peer import TensorBoard

SHAPE, QUICK_SHAPE = Shape(1_000, 5, 100), Shape(60, 5, 20)
ROUNDS = 3
FIRST_BUDGET_S, SECOND_BUDGET_S = 3.0, 0.5


def measure(effort: Effort) -> Iterator[Row]:
    """Yield seconds from the start of the process, and those beyond the start on an empty folder."""
    shape = effort.pick(SHAPE, QUICK_SHAPE)
    rounds = [_round(effort.folder, shape) for _ in range(effort.pick(ROUNDS, 1))]
    empty, first, second, peer = (list(column) for column in zip(*rounds, strict=True))
    runs = f"{shape.runs:,} runs × {shape.tags} tags"
    for words, taken, budget in (("first", first, FIRST_BUDGET_S), ("second", second, SECOND_BUDGET_S)):
        beyond = [whole - bare for whole, bare in zip(taken, empty, strict=True)]
        note = "the budget is for opening the folder; starting Python and importing Dash comes before"
        yield Row(Arrow.LIST, f"{runs}, {words} start, beyond an empty folder's", "s", beyond, budget=budget, note=note)
        yield Row(Arrow.LIST, f"{runs}, {words} start, from the process's start", "s", taken, peer, "TensorBoard")


def _round(folder: Path, shape: Shape) -> tuple[float, float, float, float]:
    """Start on nothing, on the runs, on the runs again, and TensorBoard; return when each list was complete."""
    logdir, board = tailboard_logdir(folder, shape), tensorboard_logdir(folder, shape)
    empty, caches = folder / "empty", folder / "caches" / "list"
    empty.mkdir(exist_ok=True)
    shutil.rmtree(caches, ignore_errors=True)
    return (
        _ours(empty, caches / "empty", 0, 0),
        _ours(logdir, caches / "full", shape.runs, shape.tags * shape.steps),
        _ours(logdir, caches / "full", shape.runs, shape.tags * shape.steps),
        _theirs(board, shape.runs),
    )


def _ours(logdir: Path, cache: Path, runs: int, points: int) -> float:
    tool = Tailboard(free_port(), cache)

    def complete() -> bool:
        listed = tool.runs()
        return len(listed) == runs and all(run["points"] >= points for run in listed)

    return _until(tool.server(logdir), complete)


def _theirs(logdir: Path, runs: int) -> float:
    tool = TensorBoard(free_port())
    return _until(tool.server(logdir), lambda: len(tool.runs()) == runs)


def _until(server: ServerProcess, complete: Callable[[], bool]) -> float:
    with server:
        return server.wait_for(complete)


BENCHMARK = Benchmark("run_list", measure)
