"""A training that goes on while something is measured: runs that grow at a steady pace, in a process of its own."""

import csv
import multiprocessing
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from multiprocessing.synchronize import Event
from pathlib import Path

from benchmarks.datasets import Shape, rows

Log = Callable[[dict[str, float], int], object]
STEPS_HZ = 4.0  # of each run


@contextmanager
def training(tool: str, logdir: Path, shape: Shape) -> Iterator[None]:
    """Log `shape.steps` steps of history at once, then STEPS_HZ a second in every run, until left.

    Each row is logged with the time at which log() was called, to which latencies are counted.

    Args:
        tool: whose writer logs: "tailboard", "tensorboard", "tensorboard, flushed" after every step, or "csv", a row a
            step, flushed, with the time in a column `time`.
        logdir: becomes the log folder.
        shape: runs, tags, and steps before the steady pace begins.
    """
    context = multiprocessing.get_context("spawn")
    begun, stop = context.Event(), context.Event()
    child = context.Process(target=_train, args=(tool, logdir, shape, begun, stop), daemon=True)
    child.start()
    try:
        if not begun.wait(120):
            raise TimeoutError(f"the {tool} training logged no history within 120 s")
        yield
    finally:
        stop.set()
        child.join(30)


def _train(tool: str, logdir: Path, shape: Shape, begun: Event, stop: Event) -> None:
    with ExitStack() as open_runs:
        logs = [_open(tool, logdir / name, open_runs) for name in shape.run_names]
        for log, name in zip(logs, shape.run_names, strict=True):
            for step, row in enumerate(rows(shape, name)):
                log(row, step)
        begun.set()
        _go_on(logs, shape, stop)


def _go_on(logs: list[Log], shape: Shape, stop: Event) -> None:
    """Let the runs take turns, evenly spread over the time that one step takes."""
    endless = [rows(Shape(1, shape.tags, 1 << 30), name) for name in shape.run_names]
    begin, turn = time.monotonic(), 0
    while not stop.wait(max(0.0, begin + turn / (STEPS_HZ * shape.runs) - time.monotonic())):
        number, step = turn % shape.runs, shape.steps + turn // shape.runs
        logs[number](next(endless[number]), step)
        turn += 1


def _open(tool: str, folder: Path, open_runs: ExitStack) -> Log:
    if tool == "tailboard":
        import trainer_hooks

        run = open_runs.enter_context(trainer_hooks.init(folder))
        return lambda row, step: run.log(row, step=step)
    if tool == "csv":
        return _open_csv(folder, open_runs)
    from torch.utils.tensorboard import SummaryWriter

    writer = open_runs.enter_context(SummaryWriter(folder))

    def log(row: dict[str, float], step: int) -> None:
        for tag, value in row.items():
            writer.add_scalar(tag, value, step)
        if tool.endswith("flushed"):
            writer.flush()

    return log


def _open_csv(folder: Path, open_runs: ExitStack) -> Log:
    folder.mkdir(parents=True)
    file = open_runs.enter_context((folder / "metrics.csv").open("w", newline=""))
    table = csv.writer(file)

    def log(row: dict[str, float], step: int) -> None:
        if file.tell() == 0:
            table.writerow(["step", "time", *row])
        table.writerow([step, time.time(), *row.values()])
        file.flush()

    return log
