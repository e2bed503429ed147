"""The charts page on a finished log folder: first paint in an empty profile, and the smoothing slider."""

import shutil
from collections.abc import Iterator

from playwright.sync_api import Browser

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
from benchmarks.datasets import Shape, tailboard_logdir, tensorboard_logdir
from benchmarks.processes import free_port
from benchmarks.tailboard import Tailboard
from benchmarks.tensorboard_peer import DEFAULT_POINTS, TensorBoard

PAINTED = Shape(10, 10, 10_000)
SMOOTHED = Shape(10, 12, 10_000)
QUICK_PAINTED, QUICK_SMOOTHED = Shape(4, 3, 2_000), Shape(4, 12, 1_000)
PAINTS, DRAGS = 5, 15
PANELS_IN_VIEW = 6  # at least, at SCREEN
SLIDER_BUDGET_S = 0.4

# Chooses a smoothing and returns how long it takes until the frame in which the last panel shows it.
SLIDE = """async (amount) => {
  const from = probe.drawings, begun = performance.now();
  tailboard.view.set({ amount });
  await tailboard.live.ask();
  const near = [...tailboard.panels.all.values()].filter((panel) => panel.near);
  while (probe.drawings < from + near.length || near.some((panel) => panel.chart.dirty)) {
    await new Promise(requestAnimationFrame);
  }
  return (probe.last_ms - begun) / 1000;
}"""


def measure(effort: Effort) -> Iterator[Row]:
    """Yield first paints beside TensorBoard's, then redraws by the slider."""
    with chromium() as browser:
        yield from _paint_rows(effort, browser)
        yield from _slider_rows(effort, browser)


def _paint_rows(effort: Effort, browser: Browser) -> Iterator[Row]:
    shape = effort.pick(PAINTED, QUICK_PAINTED)
    cache = effort.folder / "caches" / "paint"
    shutil.rmtree(cache, ignore_errors=True)
    tool, board = Tailboard(free_port(), cache), TensorBoard(free_port())
    ours, theirs = (
        tool.server(tailboard_logdir(effort.folder, shape)),
        board.server(tensorboard_logdir(effort.folder, shape)),
    )
    firsts, alls, peers = [], [], []
    with ours, theirs:
        ours.wait_for(lambda: tool.has_all(shape.tag_names[0], shape.run_names, shape.steps))
        points = min(DEFAULT_POINTS, shape.steps)
        theirs.wait_for(lambda: board.has_all(shape.tag_names[0], shape.runs, points, shape.steps - 1))
        for _ in range(effort.pick(PAINTS, 2)):
            first, drawn = _paint_ours(browser, tool, min(shape.tags, PANELS_IN_VIEW))
            firsts.append(first)
            alls.append(drawn)
            peers.append(_paint_theirs(browser, board))
    note = "from the request for the page to the frame; of TensorBoard until the first series reached the page"
    peer = "TensorBoard, two charts on a screen"
    yield Row(Arrow.PIXEL, f"first chart, empty profile, {shape}", "s", firsts, peers, peer, note=note)
    yield Row(Arrow.PIXEL, f"all charts in view, empty profile, {shape}", "s", alls, peers, peer)


def _paint_ours(browser: Browser, tool: Tailboard, panels: int) -> tuple[float, float]:
    with page_with(browser, TAILBOARD_PROBE) as page:
        open_charts(page, tool.url, panels)
        first_ms, last_ms = page.evaluate("[probe.first_ms, probe.last_ms]")
        return first_ms / 1e3, last_ms / 1e3


def _paint_theirs(browser: Browser, board: TensorBoard) -> float:
    with page_with(browser, TENSORBOARD_PROBE) as page:
        page.goto(f"{board.url}#timeseries")
        page.wait_for_function("probe.first_ms !== null")
        first_ms: float = page.evaluate("probe.first_ms")
        return first_ms / 1e3


def _slider_rows(effort: Effort, browser: Browser) -> Iterator[Row]:
    shape = effort.pick(SMOOTHED, QUICK_SMOOTHED)
    tool = Tailboard(free_port(), effort.folder / "caches" / "slider")
    drags = effort.pick(DRAGS, 4)
    with tool.server(tailboard_logdir(effort.folder, shape)) as server:
        server.wait_for(lambda: tool.has_all(shape.tag_names[0], shape.run_names, shape.steps))
        with page_with(browser, TAILBOARD_PROBE, TWELVE_PANELS) as page:
            open_charts(page, tool.url, shape.tags)
            page.evaluate(SLIDE, 0.5)  # the first loads what the server needs for it
            taken = [page.evaluate(SLIDE, round(0.5 + 0.4 * drag / drags, 3)) for drag in range(1, drags + 1)]
            heap = heap_mb(page)
    what = f"smoothing slider, 12 panels × {shape.runs} runs × {shape.steps:,} steps"
    yield Row(Arrow.PIXEL, what, "s", taken, budget=SLIDER_BUDGET_S)
    yield Row(Arrow.MEMORY, f"JavaScript heap, {shape}", "MB", [heap])


BENCHMARK = Benchmark("charts_page", measure)
