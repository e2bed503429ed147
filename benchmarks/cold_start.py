"""From the start of a server's process to a complete answer for one tag of all runs, beside TensorBoard's.

Complete is: every run is in the answer, with all of its points taken into account up to the last step. Each tool
reads what its own writer wrote, from a warm page cache, with its default settings: Tailboard answers with points to
draw made from all points, TensorBoard with a random 1,000 of each series. Then with every point in the answer, for
which TensorBoard must be told to keep all.
"""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.contract import Arrow, Benchmark, Effort, Row
from benchmarks.datasets import Shape, tailboard_logdir, tensorboard_logdir
from benchmarks.processes import ServerProcess, free_port
from benchmarks.tailboard import Tailboard
from benchmarks.tensorboard_peer import DEFAULT_POINTS, TensorBoard

SHAPES = (Shape(10, 10, 10_000), Shape(100, 20, 5_000))
QUICK_SHAPES = (Shape(4, 3, 2_000),)
ROUNDS = 3
DEFAULT, ALL = "TensorBoard, 1,000 of a series", "TensorBoard, all points"


@dataclass
class Starts:
    """What one way of starting cost, round by round."""

    ready_s: list[float] = field(default_factory=list)
    peak_mb: list[float] = field(default_factory=list)
    cpu_s: list[float] = field(default_factory=list)
    viewed_mb: list[float] = field(default_factory=list)

    def add(self, server: ServerProcess, ready: Callable[[], bool], view_all: Callable[[], object] | None) -> None:
        """Start once: wait until it is ready, then perhaps look at everything."""
        with server:
            self.ready_s.append(server.wait_for(ready))
            self.peak_mb.append(server.peak_bytes / 1e6)
            self.cpu_s.append(server.cpu_s)
            if view_all:
                view_all()
                self.viewed_mb.append(server.rss_bytes / 1e6)


def measure(effort: Effort) -> Iterator[Row]:
    """Yield seconds, memory and processor time of first and second starts, for each shape."""
    for shape in effort.pick(SHAPES, QUICK_SHAPES):
        yield from _rows(shape, _rounds(effort, shape))


def _rounds(effort: Effort, shape: Shape) -> dict[str, Starts]:
    _one_round(effort.folder, QUICK_SHAPES[0], {})  # so that both have their byte code and libraries in the page cache
    ways: dict[str, Starts] = {}
    for _ in range(effort.pick(ROUNDS, 1)):
        _one_round(effort.folder, shape, ways)
    return ways


def _one_round(folder: Path, shape: Shape, ways: dict[str, Starts]) -> None:
    """Start each tool in each way once, in turns, so that both meet the same noise."""
    closed, left_open = (tailboard_logdir(folder, shape, left_open=is_open) for is_open in (False, True))
    board = tensorboard_logdir(folder, shape)
    shutil.rmtree(folder / "caches", ignore_errors=True)
    _start_ours(ways, "closed, first", closed, shape, folder)
    _start_board(ways, DEFAULT, board, shape)
    _start_ours(ways, "closed, second", closed, shape, folder, view_all=True)
    _start_ours(ways, "open, first", left_open, shape, folder)
    _start_ours(ways, "open, second", left_open, shape, folder)
    _start_ours(ways, "closed, every point", closed, shape, folder, all_points=True)
    _start_board(ways, ALL, board, shape, all_points=True)


def _start_ours(
    ways: dict[str, Starts],
    way: str,
    logdir: Path,
    shape: Shape,
    folder: Path,
    *,
    all_points: bool = False,
    view_all: bool = False,
) -> None:
    tool = Tailboard(free_port(), folder / "caches" / logdir.name)
    names, tag = shape.run_names, shape.tag_names[0]
    ways.setdefault(way, Starts()).add(
        tool.server(logdir),
        lambda: tool.has_all(tag, names, shape.steps, all_points=all_points),
        (lambda: [tool.drawn(one, names) for one in shape.tag_names]) if view_all else None,
    )


def _start_board(ways: dict[str, Starts], way: str, logdir: Path, shape: Shape, *, all_points: bool = False) -> None:
    tool = TensorBoard(free_port())
    points = shape.steps if all_points else min(shape.steps, DEFAULT_POINTS)
    ways.setdefault(way, Starts()).add(
        tool.server(logdir, all_of="scalars" if all_points else ""),
        lambda: tool.has_all(shape.tag_names[0], shape.runs, points, shape.steps - 1),
        lambda: [tool.series(one) for one in shape.tag_names[-2:]],  # it holds all of them from the start
    )


def _rows(shape: Shape, ways: dict[str, Starts]) -> Iterator[Row]:
    words = {
        "closed, first": ("Parquet, first start", DEFAULT),
        "closed, second": ("Parquet, second start", DEFAULT),
        "open, first": ("JSON Lines, first start", DEFAULT),
        "open, second": ("JSON Lines, second start", DEFAULT),
        "closed, every point": ("Parquet, every point in the answer", ALL),
    }
    for way, (name, peer) in words.items():
        ours, theirs = ways[way], ways[peer]
        yield Row(Arrow.COLD, f"{shape}; {name}", "s", ours.ready_s, theirs.ready_s, peer)
        if not way.endswith("second"):  # it differs from the first by its index alone
            yield Row(Arrow.COLD, f"{shape}; {name}: processor time", "s", ours.cpu_s, theirs.cpu_s, peer)
            yield Row(Arrow.MEMORY, f"{shape}; {name}: peak until then", "MB", ours.peak_mb, theirs.peak_mb, peer)
    for peer in (DEFAULT, ALL):
        ours, theirs = ways["closed, second"], ways[peer]
        yield Row(Arrow.MEMORY, f"{shape}; after all series were viewed", "MB", ours.viewed_mb, theirs.viewed_mb, peer)


BENCHMARK = Benchmark("cold_start", measure)
