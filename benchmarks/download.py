"""A download of more than 100 MB of CSV from the real server: how much the server grows, and how long it takes."""

import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

from benchmarks.contract import Arrow, Benchmark, Effort, Row
from benchmarks.datasets import Shape, tailboard_logdir
from benchmarks.processes import fetch, free_port
from benchmarks.tailboard import Tailboard

SHAPE, QUICK_SHAPE = Shape(100, 20, 5_000), Shape(4, 12, 1_000)
ROUNDS = 3
GROWTH_BUDGET_MB = 100.0
_PIECE_BYTES = 1 << 20


def measure(effort: Effort) -> Iterator[Row]:
    """Yield the server's growth beyond what it was when the table's first page was shown, and the seconds."""
    shape = effort.pick(SHAPE, QUICK_SHAPE)
    rounds = [_round(effort.folder, shape) for _ in range(effort.pick(ROUNDS, 1))]
    size_mb, grown_mb, took_s = zip(*rounds, strict=True)
    what = f"{size_mb[0]:.0f} MB of CSV, {shape}"
    yield Row(Arrow.DOWNLOAD, f"{what}: the server grows by", "MB", grown_mb, budget=GROWTH_BUDGET_MB)
    yield Row(Arrow.DOWNLOAD, what, "s", took_s)


def _round(folder: Path, shape: Shape) -> tuple[float, float, float]:
    """Download once from a new server; return megabytes, megabytes the server grew, and seconds."""
    tool = Tailboard(free_port(), folder / "caches" / "download")
    with tool.server(tailboard_logdir(folder, shape)) as server:
        server.wait_for(lambda: len(tool.runs()) == shape.runs)
        fetch(f"{tool.url}api/v1/table?limit=200")
        before, begun = server.rss_bytes, time.perf_counter()
        size = _download(f"{tool.url}api/v1/table?format=csv")
        took_s = time.perf_counter() - begun
        return size / 1e6, max(0, server.peak_bytes - before) / 1e6, took_s


def _download(url: str) -> int:
    """Take a whole answer and throw it away; return its bytes."""
    taken = 0
    with urllib.request.urlopen(url) as answer:
        while piece := answer.read(_PIECE_BYTES):
            taken += len(piece)
    return taken


BENCHMARK = Benchmark("download", measure)
