"""What `run.watch` costs a training: steps of the digits CNN with it and without, turn by turn in one process.

Three models of the same weights take turns, so that a busy machine shifts them alike: one is not watched, one is
watched as by default, one is measured at every step. `python -m benchmarks.watch` prints the shares.
"""

import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median

import torch

import trainer_hooks
from benchmarks.contract import Arrow, Benchmark, Effort, Row
from benchmarks.table import as_markdown
from examples.train_digits import build_model, take_step
from trainer_hooks.calls.watching import EVERY

BUDGET_PERCENT = 5.0  # of a step
CHANNELS, BATCH = 32, 8  # the defaults of examples/train_digits.py

Step = Callable[[], object]


def measure(effort: Effort) -> Iterator[Row]:
    """Yield the share of a step that watching takes, and what a measured step takes more."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        taken = time_steps(effort.folder, rounds=effort.pick(9, 2), steps=effort.pick(300, EVERY))
    finally:
        torch.set_num_threads(threads)
    plain, usual, every = taken["plain"], taken["watched"], taken["every"]
    yield Row(
        Arrow.LOG,
        f"watch() of the digits CNN, every {EVERY} steps, by the step",
        "%",
        [100 * (ours / least - 1) for ours, least in zip(usual, plain, strict=True)],
        budget=BUDGET_PERCENT,
        note=f"a step takes {1e3 * median(plain):.2f} ms; the mean of all steps, measured ones with them",
    )
    yield Row(
        Arrow.LOG,
        "watch() of the digits CNN, a measured step",
        "ms",
        [1e3 * (ours - least) for ours, least in zip(every, plain, strict=True)],
        note="beyond a step that is not watched",
    )


def time_steps(folder: Path, rounds: int, steps: int) -> dict[str, list[float]]:
    """Return way -> mean seconds per step, one for each round; outliers of a busy machine are cut off alike."""
    with tempfile.TemporaryDirectory(dir=folder) as scratch, trainer_hooks.init(Path(scratch) / "run") as run:
        ways = {"plain": _training(run, None), "watched": _training(run, EVERY), "every": _training(run, 1)}
        for step in ways.values():
            _time_s(step, 20)
        taken: dict[str, list[float]] = {name: [] for name in ways}
        for _ in range(rounds):
            turns: dict[str, list[float]] = {name: [] for name in ways}
            for _ in range(steps // 10):
                for name, step in ways.items():
                    turns[name].append(_time_s(step, 10))
            for name, times in turns.items():
                usual = median(times)
                kept = [one for one in times if one < 2 * usual]  # nothing of ours doubles ten steps
                taken[name].append(sum(kept) / len(kept))
    return taken


def _training(run: trainer_hooks.Run, every: int | None) -> Step:
    torch.manual_seed(0)
    model = build_model(CHANNELS)
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
    images, labels = torch.rand(BATCH, 1, 8, 8), torch.randint(0, 10, (BATCH,))
    if every is not None:
        run.watch(model, optimizer, every=every, name=f"every_{every}")
    return lambda: take_step(model, optimizer, images, labels)


def _time_s(step: Step, times: int) -> float:
    begin = time.thread_time()  # of the processor: torch has one thread here, and others may be busy beside it
    for _ in range(times):
        step()
    return (time.thread_time() - begin) / times


BENCHMARK = Benchmark("watch", measure)

if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as scratch_folder:
        print(as_markdown(list(measure(Effort(Path(scratch_folder))))))
