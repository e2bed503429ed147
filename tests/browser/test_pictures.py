"""Real trainings on the digits, on the screen from log() to pixel; and the pictures of the documentation."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.charts import open_charts

EXAMPLES = Path(__file__).parents[2] / "examples"
RUNS = {"adam-lr0.001": "--optimizer=adam --lr=0.001", "sgd-lr0.01": "--optimizer=sgd --lr=0.01"}
PICTURED = bool(os.environ.get("TAILBOARD_PICTURES"))  # a picture shows a training worth looking at
EPOCHS = 60 if PICTURED else 4
PAGES = {  # what is pictured of the tour: the address, and what is there once it is drawn
    "evaluation": ("evaluation", ".curve-panel canvas[aria-label*='lines'], .matrix-card canvas[aria-label]"),
    "embeddings": ("embeddings?etag=features", ".cloud-points"),
    "graph": ("graph?gnode=conv2", ".graph-box"),
    "layers": ("layers", ".layers-canvas[aria-label*='over steps']"),
    "time": ("time", ".time-shares"),
    "media": ("images?itags=/about|boxes/", ".overlay-boxes rect"),
}


@pytest.fixture(scope="module")
def digits(tmp_path_factory):
    """A log folder into which two small networks have trained for real, and two more that differ in their seed."""
    logdir = tmp_path_factory.mktemp("logs") / "runs"
    plan = {
        **RUNS,
        "adam-lr0.001-seed1": RUNS["adam-lr0.001"] + " --seed=1",
        "sgd-lr0.003": "--optimizer=sgd --lr=0.003",
    }
    options = [f"--logdir={logdir}", f"--epochs={EPOCHS}"]
    trainings = [
        started("train_digits", *options, f"--name=digits/{name}", *arguments.split())
        for name, arguments in plan.items()
    ]
    assert [training.wait() for training in trainings] == [0] * len(plan)
    return logdir


@pytest.fixture(scope="module")
def toured(tmp_path_factory):
    """A log folder with one of everything; for pictures of two rates, to compare."""
    logdir = tmp_path_factory.mktemp("logs") / "runs"
    options = [f"--logdir={logdir}", f"--epochs={24 if PICTURED else 1}"]
    trainings = [started("tour", *options, f"--lr={rate}") for rate in ((0.01, 0.003) if PICTURED else (0.01,))]
    assert {training.wait() for training in trainings} == {0}
    return logdir


def started(example, *options):
    """A training of the examples, under way."""
    return subprocess.Popen([sys.executable, str(EXAMPLES / f"{example}.py"), *options])


def ready(page):
    """Wait until what is on the page has come: asking for news never ends."""
    page.wait_for_function("[...document.images].every((image) => image.complete)")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_real_trainings_are_drawn_in_both_themes(new_page, serve, shoot, digits, theme):
    page = new_page(color_scheme=theme, viewport={"width": 1440, "height": 900})
    open_charts(page, serve(digits), "?tags=/train|val|^lr/")
    expect(page.locator(".panel")).to_have_count(5)
    losses = page.evaluate("[...tailboard.panels.all.get('val/loss').chart.series.values()].map((s) => [...s.y])")
    assert len(losses) == 4
    assert all(run[-1] < run[0] for run in losses), "every network learned"
    box = page.locator('.panel[data-tag="val/loss"] .nsewdrag').first.bounding_box()
    page.mouse.move(box["x"] + 0.6 * box["width"], box["y"] + 0.5 * box["height"])
    page.mouse.move(box["x"] + 0.61 * box["width"], box["y"] + 0.5 * box["height"])
    expect(page.locator(".tooltip td.name")).to_have_count(4)
    shoot(page, f"charts-{theme}")


def test_the_digits_and_the_confusion_of_real_trainings_are_shown_side_by_side(new_page, serve, shoot, digits):
    page = new_page(color_scheme="light", viewport={"width": 1440, "height": 900})
    page.goto(f"{serve(digits)}images?itags=/confusion|predictions/")
    expect(page.get_by_text(re.compile("predicted . label .|^\\d")).first).to_be_visible()
    ready(page)
    shoot(page, "images-light")


def test_the_table_of_real_trainings_holds_a_row_for_each(new_page, serve, shoot, digits):
    page = new_page(color_scheme="light", viewport={"width": 1440, "height": 900})
    page.goto(f"{serve(digits)}table")
    expect(
        page.locator(".ag-center-cols-container .ag-row, .ag-pinned-left-cols-container .ag-row").first
    ).to_be_visible()
    ready(page)
    shoot(page, "table-light")
    page.get_by_role("link", name="Hyper-parameters").click()
    expect(page.locator(".hparam-table tbody tr")).to_have_count(4)
    shoot(page, "hyper-parameters-light")


def test_the_tour_fills_every_page(new_page, serve, shoot, toured):
    page = new_page(color_scheme="light", viewport={"width": 1440, "height": 900})
    url = serve(toured)
    for name, (address, drawn) in PAGES.items():
        page.goto(f"{url}{address}")
        expect(page.locator(drawn).first).to_be_visible()
        expect(page.locator(".loading:visible")).to_have_count(0)
        ready(page)
        shoot(page, f"{name}-light")
