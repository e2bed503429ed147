"""What `run.track` adds to each batch, beside a bare loop over the same loader, and beside tqdm."""

import io
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import numpy as np

import trainer_hooks
from benchmarks.contract import Arrow, Benchmark, Effort, Row
from benchmarks.table import as_markdown

BUDGET_US = 5.0
WAYS = ("bare", "tracked", "phases", "tqdm")


def measure(effort: Effort) -> Iterator[Row]:
    """Yield what a tracked loop costs a batch more than a bare one, without and with two named parts in each step."""
    count, rounds = effort.pick(200_000, 2_000), effort.pick(9, 2)
    taken = time_ways(effort.folder, count, rounds)
    added = {way: [us - bare for us, bare in zip(taken[way], taken["bare"], strict=True)] for way in taken}
    what = "a batch of run.track"
    yield Row(Arrow.LOG, what, "µs", added["tracked"], added.get("tqdm", ()), "tqdm, into memory", BUDGET_US)
    yield Row(Arrow.LOG, f"{what}, two named parts in it", "µs", added["phases"], budget=2 * BUDGET_US)


def time_ways(folder: Path, count: int, rounds: int) -> dict[str, list[float]]:
    """Return name of each way -> microseconds per batch, one for each round."""
    batches = [(np.zeros((8, 4)), np.zeros(8))] * count
    taken: dict[str, list[float]] = {}
    with tempfile.TemporaryDirectory(dir=folder) as scratch:
        for number in range(rounds):
            with trainer_hooks.init(Path(scratch) / str(number)) as run:
                for name, loop in _ways(run).items():
                    begin = time.perf_counter()
                    loop(batches)
                    taken.setdefault(name, []).append((time.perf_counter() - begin) / count * 1e6)
    return taken


def _ways(run: trainer_hooks.Run) -> dict[str, Callable[[Iterable[object]], None]]:
    ways = {"bare": _bare, "tracked": lambda batches: _bare(run.track(batches, epochs=1, progress=False))}
    ways["phases"] = lambda batches: _with_phases(run.track(batches, epochs=1, progress=False))
    try:
        from tqdm import tqdm
    except ImportError:
        return ways
    return {**ways, "tqdm": lambda batches: _bare(tqdm(batches, file=io.StringIO()))}


def _bare(batches: Iterable[object]) -> None:
    for _ in batches:
        pass


def _with_phases(tracker: "trainer_hooks.tracking.Tracker[object]") -> None:
    for _ in tracker:
        with tracker.transfer():
            pass
        with tracker.phase("forward"):
            pass


BENCHMARK = Benchmark("track", measure)

if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as scratch_folder:
        print(as_markdown(list(measure(Effort(Path(scratch_folder))))))
