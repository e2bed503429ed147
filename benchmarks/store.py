"""The store by itself, in this process: how fast growth is noticed, and bytes become series."""

import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from app.readers.tailboard import READER
from app.readers.walk import all_readers
from app.settings import LogRoot, Settings
from app.store.memory import Store
from benchmarks.contract import Arrow, Benchmark, Effort, Row
from benchmarks.datasets import Shape, tailboard_logdir
from trainer_hooks.record import encode_row

WAYS = {"events": (False, 50.0), "polling": (True, 1000.0)}  # -> poll, budget in ms
WAKES, QUICK_WAKES = 40, 5
POINTS, QUICK_POINTS = 1_000_000, 20_000
TAGS = (1, 10, 100)
ROUNDS = 3
VALUE_BUDGET_US = 1.0


def measure(effort: Effort) -> Iterator[Row]:
    """Yield milliseconds until growth is noticed, then microseconds a value for each way to read."""
    for way, (poll, budget_ms) in WAYS.items():
        wakes_ms = _wakes_ms(effort.folder / f"wakes {way}", poll, effort.pick(WAKES, QUICK_WAKES))
        yield Row(
            Arrow.WOKEN, f"one line more, {way}: until the store's revision is up", "ms", wakes_ms, budget=budget_ms
        )
    for tags in TAGS:
        shape = Shape(1, tags, effort.pick(POINTS, QUICK_POINTS) // tags)
        for words, left_open in (("growing", True), ("closed", False)):
            folder = tailboard_logdir(effort.folder, shape, left_open=left_open) / shape.run_names[0]
            costs = [_read_us(folder, shape) for _ in range(effort.pick(ROUNDS, 1))]
            for step, found in zip(("facts of", "all series of"), zip(*costs, strict=True), strict=True):
                what = f"{step} {shape.points:,} values of {tags} tags, {words}, a value"
                yield Row(Arrow.SERIES, what, "µs", found, budget=VALUE_BUDGET_US)


def _read_us(folder: Path, shape: Shape) -> tuple[float, float]:
    """Return what a value costs in the first look at a run, and in loading every series of it, in µs."""
    log = READER.open(folder)

    def look() -> None:
        while log.poll().behind:
            pass

    look_s = _seconds(look)
    load_s = _seconds(lambda: log.load(shape.tag_names))
    return look_s / shape.points * 1e6, load_s / shape.points * 1e6


def _seconds(work: Callable[[], object]) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def _wakes_ms(folder: Path, poll: bool, times: int) -> list[float]:
    """Append one line after the other to one of ten runs, and note when the store has each, in ms."""
    shutil.rmtree(folder, ignore_errors=True)
    files = [folder / "logs" / f"run-{number}" / "metrics-host-1-0-0.jsonl" for number in range(10)]
    for path in files:
        path.parent.mkdir(parents=True)
        path.write_bytes(encode_row(0, time.time(), {"loss": 1.0}))
    with _following(folder, poll) as store:
        return [_wake_ms(store, files[step % 10], step) for step in range(1, times + 1)]


@contextmanager
def _following(folder: Path, poll: bool) -> Iterator[Store]:
    roots = (LogRoot("", folder / "logs"),)
    store = Store(Settings(roots=roots, cache_dir=folder / "cache", poll=poll), all_readers())
    store.start()
    try:
        while not store.ready:
            time.sleep(0.01)
        time.sleep(0.5)  # the watches are in place and have nothing left to tell
        yield store
    finally:
        store.close()


def _wake_ms(store: Store, path: Path, step: int) -> float:
    time.sleep(0.03 * (step % 7))  # so that the clock is met at any phase
    before, begun = store.revision, time.perf_counter()
    with path.open("ab") as file:
        file.write(encode_row(step, time.time(), {"loss": 1.0}))
    while store.revision == before:
        time.sleep(0.0005)
    return (time.perf_counter() - begun) * 1e3


BENCHMARK = Benchmark("store", measure)
