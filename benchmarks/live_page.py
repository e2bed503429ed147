"""log() -> pixel: how old a point is in the frame after it was drawn, and what one tick of a page costs."""

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, Page

from benchmarks.browser import (
    TAILBOARD_PROBE,
    TENSORBOARD_PROBE,
    TWELVE_PANELS,
    chromium,
    heap_mb,
    open_charts,
    page_with,
)
from benchmarks.contract import Arrow, Benchmark, Effort, Row
from benchmarks.datasets import Shape
from benchmarks.latency import latency_rows
from benchmarks.processes import ServerProcess, free_port
from benchmarks.tailboard import Tailboard
from benchmarks.tensorboard_peer import TensorBoard
from benchmarks.trainer import STEPS_HZ, training

SHAPE = Shape(10, 12, 1_000)
ROUNDS = 2
SECONDS, PEER_SECONDS = 30.0, 95.0  # TensorBoard's page reloads every 30 s
SETTLE_MS = 3_000  # opening a page is another figure, in charts_page.py
PIXEL_BUDGET_S, TICK_BUDGET_KB, TICK_BUDGET_MS = 1.2, 20.0, 3.0
WORDS = f"12 panels × {SHAPE.runs} runs at {STEPS_HZ:g} steps a second"


@dataclass(frozen=True, slots=True)
class Watched:
    """What one round of watching a page gave.

    Attributes:
        ages: of each drawn point, in seconds.
        answer_kb, question_kb: mean of a tick, headers included in the answer's.
        server_ms: processor time of the server for a tick, beyond what following the files costs it.
        heap_mb: of the page's JavaScript in the end.
    """

    ages: list[float]
    answer_kb: float
    question_kb: float
    server_ms: float
    heap_mb: float


def measure(effort: Effort) -> Iterator[Row]:
    """Yield the latency in the page, beside TensorBoard's, and the costs of a tick."""
    with chromium() as browser:
        ours = [_ours(effort, browser) for _ in range(effort.pick(ROUNDS, 1))]
        theirs = [] if effort.quick else [_theirs(effort, browser)]
    points = sum(len(watched.ages) for watched in ours)
    yield from latency_rows(
        f"log() → pixel, {WORDS}",
        [watched.ages for watched in ours],
        theirs,
        "TensorBoard's page, auto-reload switched on",
        p95_budget_s=PIXEL_BUDGET_S,
        note=f"{points:,} points; of TensorBoard until an answer reached the page, before it draws (off by default)",
    )
    yield Row(Arrow.BROWSER, f"a tick's answer, {WORDS}", "kB", [one.answer_kb for one in ours], budget=TICK_BUDGET_KB)
    yield Row(Arrow.BROWSER, f"a tick's question, {WORDS}", "kB", [one.question_kb for one in ours])
    yield Row(Arrow.BROWSER, "server CPU for a tick", "ms", [one.server_ms for one in ours], budget=TICK_BUDGET_MS)
    yield Row(Arrow.MEMORY, f"JavaScript heap of the page, {WORDS}", "MB", [one.heap_mb for one in ours])


def _ours(effort: Effort, browser: Browser) -> Watched:
    seconds = effort.pick(SECONDS, 10.0)
    with tempfile.TemporaryDirectory(dir=effort.folder) as name:
        tool, logdir = Tailboard(free_port(), Path(name) / "cache"), Path(name) / "runs"
        with training("tailboard", logdir, SHAPE), tool.server(logdir) as server:
            server.wait_for(lambda: len(tool.runs()) == SHAPE.runs)
            with page_with(browser, TAILBOARD_PROBE, TWELVE_PANELS) as page:
                open_charts(page, tool.url, SHAPE.tags)
                return _watch(page, server, seconds)


def _watch(page: Page, server: ServerProcess, seconds: float) -> Watched:
    """Let the page live; then hold its questions back, so that following the files alone is seen."""
    page.wait_for_timeout(SETTLE_MS)
    page.evaluate("performance.clearResourceTimings(); probe.asked_bytes = []; probe.since = Date.now() / 1000")
    begun_s = server.cpu_s
    page.wait_for_timeout(seconds * 1000)
    busy_s = server.cpu_s - begun_s
    ages = page.evaluate("probe.ages")
    bytes_in = page.evaluate(
        "performance.getEntriesByType('resource').filter((e) => e.name.includes('/live')).map((e) => e.transferSize)"
    )
    asked = page.evaluate("probe.asked_bytes")
    page.evaluate("tailboard.live.pause(true)")
    page.wait_for_timeout(1000)
    begun_s = server.cpu_s
    page.wait_for_timeout(seconds * 500)
    following_s = 2 * (server.cpu_s - begun_s)
    ticks = len(bytes_in)
    return Watched(
        ages=ages,
        answer_kb=sum(bytes_in) / ticks / 1e3,
        question_kb=sum(asked) / len(asked) / 1e3,
        server_ms=(busy_s - following_s) / ticks * 1e3,
        heap_mb=heap_mb(page),
    )


def _theirs(effort: Effort, browser: Browser) -> list[float]:
    with tempfile.TemporaryDirectory(dir=effort.folder) as name:
        tool, logdir = TensorBoard(free_port()), Path(name) / "runs"
        with training("tensorboard", logdir, SHAPE), tool.server(logdir) as server:
            server.wait_for(lambda: len(tool.series(SHAPE.tag_names[-1])) == SHAPE.runs)
            with page_with(browser, TENSORBOARD_PROBE, TWELVE_PANELS) as page:
                page.goto(f"{tool.url}#timeseries")
                page.wait_for_function("probe.reloads > 0")
                page.evaluate("probe.since = Date.now() / 1000")
                page.wait_for_timeout(PEER_SECONDS * 1000)
                ages: list[float] = page.evaluate("probe.ages")
                return ages


BENCHMARK = Benchmark("live_page", measure)
