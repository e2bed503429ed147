"""TensorBoard event files, opened in place beside TensorBoard with its fast loader, on the same files.

From the start of a server's process to a complete answer for one tag of all runs. Tailboard's points to draw are made
from all points; TensorBoard answers with a random 1,000 of each series, or with all where it is told to keep them.
"""

import os
import shutil
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

from app.readers.tensorboard import READER
from benchmarks.contract import Arrow, Benchmark, Effort, Row
from benchmarks.datasets import Shape, image_logdir, tensorboard_logdir
from benchmarks.processes import free_port
from benchmarks.tailboard import Tailboard
from benchmarks.tensorboard_peer import DEFAULT_POINTS, TensorBoard

SHAPES = (Shape(10, 10, 10_000), Shape(100, 20, 5_000))
QUICK_SHAPES = (Shape(4, 3, 2_000),)
IMAGES, QUICK_IMAGES = 33_000, 300  # of 62 kB: 2 GB
IMAGE_SHAPE = Shape(1, 10, 10_000)
ROUNDS = 3
DEFAULT, ALL = "TensorBoard, 1,000 of a series", "TensorBoard, all points"
SECOND_SHARE = 0.1  # of TensorBoard's time, for a second start
REST_S = 3600.0


@dataclass
class Way:
    """What one way of reading cost, round by round."""

    seconds: list[float] = field(default_factory=list)
    peak_mb: list[float] = field(default_factory=list)


def measure(effort: Effort) -> Iterator[Row]:
    """Yield seconds and memory for scalars alone, and for a file of images in which scalars are looked at."""
    for shape in effort.pick(SHAPES, QUICK_SHAPES):
        logdir = _rested(tensorboard_logdir(effort.folder, shape))
        yield from _rows(str(shape), _rounds(effort, logdir, shape))
    images = effort.pick(IMAGES, QUICK_IMAGES)
    logdir = _rested(image_logdir(effort.folder, IMAGE_SHAPE, images))
    size_gb = sum(path.stat().st_size for path in logdir.rglob("*tfevents*")) / 1e9
    yield from _rows(f"{size_gb:.1f} GB of images with {IMAGE_SHAPE}", _rounds(effort, logdir, IMAGE_SHAPE))


def _rows(what: str, ways: dict[str, Way]) -> Iterator[Row]:
    yield Row(Arrow.SERIES, f"event files, {what}: parsed, without a server", "s", ways["parsed"].seconds)
    for peer in (DEFAULT, ALL):
        ours, theirs = ways["first"], ways[peer]
        yield Row(Arrow.COLD, f"event files, {what}; first start", "s", ours.seconds, theirs.seconds, peer)
        yield Row(Arrow.MEMORY, f"event files, {what}; first start: peak", "MB", ours.peak_mb, theirs.peak_mb, peer)
    ours, theirs = ways["second"], ways[DEFAULT]
    words = f"event files, {what}; second start"
    yield Row(Arrow.COLD, words, "s", ours.seconds, theirs.seconds, DEFAULT)
    beyond = _beyond(ours, ways["nothing"])
    beyond_theirs = _beyond(theirs, ways["nothing, TensorBoard"])
    budget = SECOND_SHARE * median(beyond_theirs)
    note = "the budget is a tenth of TensorBoard's, which parses again at each start"
    yield Row(Arrow.COLD, f"{words}, beyond an empty folder's", "s", beyond, beyond_theirs, DEFAULT, budget, note)


def _beyond(whole: Way, bare: Way) -> list[float]:
    return [one - other for one, other in zip(whole.seconds, bare.seconds, strict=True)]


def _rounds(effort: Effort, logdir: Path, shape: Shape) -> dict[str, Way]:
    ways: dict[str, Way] = {}
    for _ in range(effort.pick(ROUNDS, 1)):
        cache = effort.folder / "caches" / "event-files"
        shutil.rmtree(cache, ignore_errors=True)
        ways.setdefault("parsed", Way()).seconds.append(_parse(logdir))
        _start_on_nothing(ways, effort.folder / "nothing", cache)
        _start_ours(ways, "first", logdir, shape, cache)
        _start_board(ways, DEFAULT, logdir, shape)
        _start_ours(ways, "second", logdir, shape, cache)
        _start_board(ways, ALL, logdir, shape)
    return ways


def _parse(logdir: Path) -> float:
    """Return the seconds that reading every run to its end takes, facts included."""
    began = time.perf_counter()
    for folder in sorted({path.parent for path in logdir.rglob("*tfevents*")}):
        log = READER.open(folder)
        while log.poll().behind:
            pass
    return time.perf_counter() - began


def _start_ours(ways: dict[str, Way], way: str, logdir: Path, shape: Shape, cache: Path) -> None:
    tool, tag = Tailboard(free_port(), cache), shape.tag_names[0]
    measured = ways.setdefault(way, Way())
    with tool.server(logdir) as server:
        measured.seconds.append(server.wait_for(lambda: tool.has_all(tag, shape.run_names, shape.steps)))
        measured.peak_mb.append(server.peak_bytes / 1e6)
        server.wait_for(lambda: _is_all_read(tool, shape))  # so that the next start finds it in the cache


def _start_on_nothing(ways: dict[str, Way], empty: Path, cache: Path) -> None:
    empty.mkdir(exist_ok=True)
    ours, theirs = Tailboard(free_port(), cache.with_name("nothing")), TensorBoard(free_port())
    with ours.server(empty) as server:
        ways.setdefault("nothing", Way()).seconds.append(server.wait_for(lambda: not ours.runs()))
    with theirs.server(empty) as server:
        seconds = server.wait_for(lambda: not theirs.runs())
        ways.setdefault("nothing, TensorBoard", Way()).seconds.append(seconds)


def _is_all_read(tool: Tailboard, shape: Shape) -> bool:
    listed = tool.runs()
    return len(listed) == shape.runs and all(run["points"] >= shape.tags * shape.steps for run in listed)


def _start_board(ways: dict[str, Way], way: str, logdir: Path, shape: Shape) -> None:
    tool, tag = TensorBoard(free_port()), shape.tag_names[0]
    points = shape.steps if way == ALL else min(shape.steps, DEFAULT_POINTS)
    measured = ways.setdefault(way, Way())
    with tool.server(logdir, all_of="scalars" if way == ALL else "") as server:
        ready = server.wait_for(lambda: tool.has_all(tag, shape.runs, points, shape.steps - 1))
        measured.seconds.append(ready)
        measured.peak_mb.append(server.peak_bytes / 1e6)


def _rested(logdir: Path) -> Path:
    """Make the files look as if training had ended a while ago: what still grows is not put into the cache."""
    when = time.time() - REST_S
    for path in logdir.rglob("*tfevents*"):
        os.utime(path, (when, when))
    return logdir


BENCHMARK = Benchmark("event_files", measure)
