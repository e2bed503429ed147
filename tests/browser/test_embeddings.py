"""What a person does on the embeddings page, in a real browser on the real app."""

import re

import numpy as np
import pytest
from playwright.sync_api import expect

import trainer_hooks
from tests.browser.galleries import slide
from tests.logged import until

STEPS = (0, 10, 20)
POINTS = 60
CLASSES = 3
PICTURE = "canvas => canvas.toDataURL()"
# The middle of a run of pixels that are not of the ground's colour: where a point is, in pixels of the page.
A_POINT = """canvas => {
  const { width, height } = canvas;
  const pixels = new Uint32Array(canvas.getContext("2d").getImageData(0, 0, width, height).data.buffer);
  const at = pixels.findIndex((colour) => colour !== pixels[0]);
  const { left, top } = canvas.getBoundingClientRect();
  return [left + (at % width), top + Math.floor(at / width) + 2];
}"""
COLOURS = """canvas => {
  const { width, height } = canvas;
  return new Set(new Uint32Array(canvas.getContext("2d").getImageData(0, 0, width, height).data.buffer)).size;
}"""


@pytest.fixture
def logdir(tmp_path):
    """Two runs that log the same points, pulled into three classes the longer they train."""
    folder = tmp_path / "runs"
    rng = np.random.default_rng(0)
    centres, noise = 4 * rng.normal(size=(CLASSES, 8)), rng.normal(size=(POINTS, 8))
    of = np.arange(POINTS) % CLASSES
    images = np.linspace(0, 1, POINTS * 16).reshape(POINTS, 4, 4)
    for name, spread in (("a", 1.0), ("b", 2.0)):
        run = trainer_hooks.init(folder / name)
        for step in STEPS:
            metadata = [[f"point {row}", f"class {of[row]}", row / 10] for row in range(POINTS)]
            vectors = centres[of] * (0.3 + step / 20) + spread * noise
            run.log_embedding("features", vectors, step, metadata, ["name", "class", "loss"], images)
        run.finish()
    return folder


@pytest.fixture
def still(new_page):
    """A page of somebody who asked the system for no motion."""
    return new_page(color_scheme="light", reduced_motion="reduce")


def canvas(page, run):
    return page.locator(f'.cloud[data-run="{run}"] .cloud-points')


def picture(page, run="a"):
    return canvas(page, run).evaluate(PICTURE)


def drawn(page, run="a"):
    """Wait for a run's points."""
    expect(page.locator(f'.cloud[data-run="{run}"] .cell-note')).to_contain_text(f"{POINTS} points × 8")
    until(lambda: canvas(page, run).evaluate(COLOURS) > CLASSES)


def test_runs_stand_side_by_side_in_the_colours_of_a_column(still, serve, logdir):
    page = still
    page.goto(f"{serve(logdir)}embeddings?run=a&run=b&colour=class")
    drawn(page, "a")
    drawn(page, "b")
    tops = page.locator(".cloud").evaluate_all("all => all.map(one => one.getBoundingClientRect().top)")
    assert len(set(tops)) == 1
    expect(page.locator(".variance")).to_have_attribute("aria-label", re.compile(r"^Share of the variance.* %, "))
    before = picture(page)
    page.locator(".legend-entry", has_text="class 1").click()
    until(lambda: picture(page) != before)
    expect(page).to_have_url(re.compile(r"eoff=class\+1"))
    page.get_by_label("Colour by").select_option("loss")
    expect(page.locator(".scale-ends")).to_contain_text("5.900")
    page.get_by_text("2D", exact=True).click()
    expect(page).to_have_url(re.compile("dims=2"))
    expect(page.get_by_label("Component of axis 3")).to_have_count(0)


def test_a_point_is_told_of_found_and_has_neighbours(still, serve, logdir):
    page = still
    page.goto(f"{serve(logdir)}embeddings?run=a&run=b&dims=2")
    drawn(page)
    page.mouse.move(*canvas(page, "a").evaluate(A_POINT))
    expect(page.locator(".projector-tooltip strong")).to_have_text(re.compile(r"^point \d+$"))
    expect(page.locator(".projector-tooltip .point-picture")).to_be_visible()
    page.mouse.move(5, 5)
    expect(page.locator(".projector-tooltip")).to_have_count(0)
    page.get_by_label("Search points").fill("/^point 7$/")
    found = page.locator(".found .point-button")
    expect(found).to_have_count(1)
    found.focus()
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("point=7"))
    expect(page.locator(".point-facts")).to_contain_text("class 1")
    expect(page.locator(".point .point-button")).to_have_count(20)  # ten in each run
    nearest = page.locator(".point .point-button .quiet").first
    by_cosine = nearest.text_content()
    page.get_by_label("Distance", exact=True).select_option("euclidean")
    expect(nearest).not_to_have_text(by_cosine)


def test_what_a_box_holds_is_a_table_and_the_step_leaves_the_camera(still, serve, logdir):
    page = still
    page.goto(f"{serve(logdir)}embeddings?run=a&tool=box")
    drawn(page)
    plain = picture(page)
    canvas(page, "a").focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("+")
    until(lambda: picture(page) != plain)
    expect(page.locator("#projector-steps .steps-words")).to_contain_text("step 20")  # arrows turned, and left the step
    turned = picture(page)
    slider = page.locator("#projector-steps input[type=range]")
    slide(slider, 0)
    expect(page.locator(".cloud .cell-note")).to_contain_text("step 0")
    until(lambda: picture(page) != turned)
    slide(slider, len(STEPS) - 1)
    until(lambda: picture(page) == turned)
    box = canvas(page, "a").bounding_box()
    page.mouse.move(box["x"] + 2, box["y"] + 2)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] - 4, box["y"] + box["height"] - 4)
    page.mouse.up()
    expect(page.locator("#projector-table h2")).to_contain_text("points selected in a")
    rows = page.locator(".points-table tbody tr")
    expect(rows.first).to_contain_text("point")
    with page.expect_download() as saved:
        page.locator("#projector-table").get_by_role("button", name="CSV").click()
    lines = saved.value.path().read_text().splitlines()
    assert lines[0].startswith("row,name,class,loss,PC1")
    assert len(lines) == rows.count() + 1
    page.locator("#projector-table").get_by_role("button", name="clear").click()
    expect(rows).to_have_count(0)


def test_a_map_is_computed_when_it_is_asked_for_and_remembered(still, serve, logdir):
    page = still
    page.goto(f"{serve(logdir)}embeddings?run=a&map=tsne&dims=2&perplexity=5&iterations=50")
    expect(page.locator(".job")).to_contain_text("t-SNE of 60 points at step 20 is not computed yet.")
    page.get_by_role("button", name="Compute").click()
    drawn(page)
    expect(page.locator(".job")).to_have_count(0)
    page.reload()
    drawn(page)
    expect(page.locator(".job")).to_have_count(0)
    page.get_by_label("perplexity").fill("7")
    page.get_by_label("perplexity").press("Enter")
    expect(page).to_have_url(re.compile("perplexity=7"))
    expect(page.get_by_role("button", name="Compute")).to_be_visible()
