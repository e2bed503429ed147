"""Real pages in a real Chromium: each in a profile of its own, as if another person opened it."""

from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, Page, sync_playwright

from tests.browser.install import ADVICE, find_browser

FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--enable-precise-memory-info",
)
PATIENCE_MS = 120_000
SCREEN = (1440, 900)
TWELVE_PANELS = (1440, 1300)  # four rows of three

# Counts, in the page, how old each point is in the frame after Plotly drew it, and notes when panels were drawn.
TAILBOARD_PROBE = """
window.probe = { since: Infinity, ages: [], drawings: 0, first_ms: null, last_ms: 0, asked_bytes: [] };
addEventListener("tb-drawn", (event) => {
  const { chart } = tailboard.panels.of(event.target);
  const drawn = [];
  for (const trace of chart.element.data) {
    if (trace.meta.raw || trace.meta.marks) continue;
    const { wall_time } = chart.series.get(trace.meta.run);
    const seen = (chart.probed ??= new Map());
    const from = Math.max(probe.since, seen.get(trace.meta.run) ?? 0);
    for (let i = wall_time.length - 1; i >= 0 && wall_time[i] > from; i -= 1) drawn.push(wall_time[i]);
    seen.set(trace.meta.run, wall_time.at(-1));
  }
  requestAnimationFrame(() => {
    probe.last_ms = performance.now();
    probe.first_ms ??= probe.last_ms;
    probe.drawings += 1;
    const now = Date.now() / 1000;
    for (const born of drawn) probe.ages.push(now - born);
  });
});
performance.setResourceTimingBufferSize(100000);
const fetched = window.fetch;
window.fetch = (url, options) => {
  if (options?.body && String(url).includes("live")) probe.asked_bytes.push(options.body.length);
  return fetched(url, options);
};
"""

# Counts how old each point is when an answer with it reaches TensorBoard's page; it is drawn after that.
TENSORBOARD_PROBE = """
localStorage.setItem("_tb_global_settings", JSON.stringify({ autoReload: true }));
window.probe = { since: Infinity, ages: [], first_ms: null, reloads: 0 };
const newest = new Map();
const send = XMLHttpRequest.prototype.send;
XMLHttpRequest.prototype.send = function (body) {
  this.addEventListener("load", () => {
    if (!this.responseURL.includes("timeSeries")) return;
    probe.first_ms ??= performance.now();
    const now = Date.now() / 1000;
    const answers = typeof this.response === "string" ? JSON.parse(this.response) : this.response;
    probe.reloads += 1;
    for (const { tag, runToSeries } of answers) {
      for (const [run, points] of Object.entries(runToSeries || {})) {
        const from = Math.max(probe.since, newest.get(tag + run) ?? 0);
        for (const { wallTime } of points) if (wallTime > from) probe.ages.push(now - wallTime);
        if (points.length) newest.set(tag + run, points.at(-1).wallTime);
      }
    }
  });
  return send.call(this, body);
};
"""
SETTLED = """(panels) => {
  const near = [...tailboard.panels.all.values()].filter((panel) => panel.near);
  return near.length >= panels && near.every((panel) => panel.chart.drawn && !panel.chart.dirty);
}"""


@contextmanager
def chromium() -> Iterator[Browser]:
    """Start an installed Chromium or Chrome. Raises RuntimeError where there is none."""
    path = find_browser()
    if path is None:
        raise RuntimeError(ADVICE)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, headless=True, args=list(FLAGS))
        try:
            yield browser
        finally:
            browser.close()


@contextmanager
def page_with(browser: Browser, probe: str, size: tuple[int, int] = SCREEN) -> Iterator[Page]:
    """Open an empty page in an empty profile, which runs `probe` before anything else.

    Args:
        browser: from `chromium`.
        probe: JavaScript.
        size: width and height of the window, in pixels.
    """
    context = browser.new_context(viewport={"width": size[0], "height": size[1]})
    context.add_init_script(probe)
    page = context.new_page()
    page.set_default_timeout(PATIENCE_MS)
    try:
        yield page
    finally:
        context.close()


def open_charts(page: Page, url: str, panels: int) -> None:
    """Open Tailboard's charts and wait until this many panels are near the view and all of them drawn."""
    page.goto(f"{url}charts")
    page.wait_for_function("window.tailboard?.panels !== undefined")
    page.wait_for_function(SETTLED, arg=panels)


def heap_mb(page: Page) -> float:
    """Return the memory of the page's JavaScript after a collection, in millions of bytes."""
    session = page.context.new_cdp_session(page)
    session.send("HeapProfiler.collectGarbage")
    used: float = session.send("Runtime.getHeapUsage")["usedSize"]
    return used / 1e6
