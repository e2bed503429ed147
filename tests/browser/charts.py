"""What the tests of the charts page say to it and read from it."""

import math

from playwright.sync_api import expect

import trainer_hooks

SETTLED = """() => {
  const near = [...tailboard.panels.all.values()].filter((panel) => panel.near);
  return near.length > 0 && near.every((panel) => panel.chart.drawn && !panel.chart.dirty);
}"""


def write_run(path, *, steps=200, scale=1.0, finish=True, tags=("train/loss", "val/loss")):
    """A run whose losses fall; returns it, so that a test can go on logging."""
    run = trainer_hooks.init(path, config={"scale": scale})
    for step in range(steps):
        run.log({tag: scale * math.exp(-step / 50) + 0.1 * math.sin(step * 1.7) for tag in tags}, step=step)
    if finish:
        run.finish()
    return run


# `ask` returns at once, and changes nothing yet, while an earlier question is under way.
QUIET = """async () => {
  for (;;) {
    const { asked } = tailboard.live.state;
    await tailboard.live.ask();
    if (tailboard.live.state.asked !== asked) return;
    await new Promise((resolve) => setTimeout(resolve, 1000));
  }
}"""


def pause(page):
    """Pause the news and wait until the last question is answered."""
    page.get_by_role("button", name="Pause or go on").click()
    expect(page.locator("#live")).to_contain_text("paused")
    page.evaluate(QUIET)


def open_charts(page, url, query=""):
    """Open the page and wait until every panel in view is drawn."""
    page.goto(f"{url}charts{query}")
    page.wait_for_function(SETTLED)


def drawn(page, tag, run):
    """The arrays that the panel of `tag` draws for `run`: {x, y, smoothed, total}."""
    return page.evaluate(
        """([tag, run]) => {
          const series = tailboard.panels.all.get(tag)?.chart.series.get(run);
          if (!series) return null;
          const list = (values) => (values ? [...values] : null);
          return { x: list(series.x), y: list(series.y), smoothed: list(series.smoothed), total: series.total };
        }""",
        [tag, run],
    )


def axis(page, tag, name):
    """Plotly's own axis of a panel: {type, range}."""
    return page.evaluate(
        """([tag, name]) => {
          const axis = tailboard.panels.all.get(tag).plot._fullLayout[name];
          return { type: axis.type, range: axis.range.slice() };
        }""",
        [tag, name],
    )


def runs_drawn(page, tag):
    """Ids of the runs that the panel shows."""
    return set(page.evaluate("(tag) => [...(tailboard.panels.all.get(tag)?.chart.series.keys() ?? [])]", tag))


def wait_for_runs(page, tag, runs):
    """Wait until the panel shows exactly these runs."""
    page.wait_for_function(
        """([tag, runs]) => {
          const panel = tailboard.panels.all.get(tag);
          return panel && [...panel.chart.series.keys()].sort().join() === runs && !panel.chart.dirty;
        }""",
        arg=[tag, ",".join(sorted(runs))],
    )


def wait_for_last_x(page, tag, run, x):
    """Wait until the panel has drawn the run up to `x`."""
    page.wait_for_function(
        """([tag, run, x]) => {
          const chart = tailboard.panels.all.get(tag)?.chart;
          const trace = chart && chart.element.data?.find((trace) => trace.meta.run === run && !trace.meta.raw);
          return trace && trace.x[trace.x.length - 1] >= x && !chart.dirty;
        }""",
        arg=[tag, run, x],
    )


def drag(page, tag, start, end):
    """Drag a box over the panel, from and to shares of the plot's width."""
    box = page.locator(f'.panel[data-tag="{tag}"] .nsewdrag').first.bounding_box()
    y = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + start * box["width"], y)
    page.mouse.down()
    page.mouse.move(box["x"] + (start + end) / 2 * box["width"], y, steps=4)
    page.mouse.move(box["x"] + end * box["width"], y, steps=4)
    page.mouse.up()
