"""What a person does on the media page, in a real browser on the real app."""

import json
import re

import numpy as np
import plotly.graph_objects as go
import pytest
from matplotlib.figure import Figure
from playwright.sync_api import expect

import trainer_hooks
from tests.browser.galleries import captions, cell, log_pictures, open_options, slide, steps_words, write_gallery

SHOWN = ".gallery-tag .tile img"
WATCH_STEPS = """() => {
  window.seen = [];
  tailboard.view.onChange((view, changed) => changed.includes("image_step") && seen.push(view.image_step));
}"""


@pytest.fixture
def two_runs(tmp_path):
    logdir = tmp_path / "runs"
    write_gallery(logdir / "a", [0, 10, 20, 30])
    write_gallery(logdir / "b", [0, 20])
    return logdir


def test_the_same_tag_stands_side_by_side_at_the_latest_step_of_each_run(page, serve, two_runs):
    page.goto(f"{serve(two_runs)}images")
    expect(cell(page, "a").locator(".tile-words")).to_have_text("a 30 0")
    expect(cell(page, "b").locator(".tile-words")).to_have_text("b 20 0")
    tops = "cells => cells.map(cell => cell.getBoundingClientRect().top)"
    assert len(set(page.locator(".cell").evaluate_all(tops))) == 1
    expect(steps_words(page)).to_have_text(re.compile("step 30.*4 of 4"))


def test_arrow_keys_leaf_through_the_steps_and_the_nearest_earlier_one_is_named(page, serve, two_runs):
    page.goto(f"{serve(two_runs)}images")
    expect(page.locator(SHOWN).first).to_be_visible()
    page.keyboard.press("Home")
    expect(cell(page, "a").locator(".tile-words")).to_have_text("a 0 0")
    page.keyboard.press("ArrowRight")
    expect(cell(page, "a").locator(".tile-words")).to_have_text("a 10 0")
    expect(cell(page, "b").locator(".tile-words")).to_have_text("b 0 0")
    expect(cell(page, "b").locator(".cell-note")).to_have_text("step 0, nearest to 10")
    page.keyboard.press("End")
    expect(cell(page, "a").locator(".tile-words")).to_have_text("a 30 0")


def test_a_run_that_begins_later_says_where(page, serve, tmp_path):
    write_gallery(tmp_path / "runs" / "early", [0, 5])
    write_gallery(tmp_path / "runs" / "late", [5])
    page.goto(f"{serve(tmp_path / 'runs')}images?istep=0")
    expect(cell(page, "late").locator(".cell-words")).to_have_text("Nothing up to step 0: the first is at step 5.")


def test_a_tag_goes_its_own_way_until_it_is_given_back(page, serve, tmp_path):
    logdir = tmp_path / "runs"
    run = write_gallery(logdir / "a", [0, 10, 20], tag="one", finish=False)
    for step in (0, 10, 20):
        log_pictures(run, "a", step, "two")
    run.finish()
    page.goto(f"{serve(logdir)}images")
    expect(cell(page, "a", "two").locator(".tile-words")).to_have_text("a 20 0")
    section = page.locator('.gallery-tag[data-tag="one"]')
    slide(section.locator("input[type=range]"), 0)
    expect(cell(page, "a", "one").locator(".tile-words")).to_have_text("a 0 0")
    expect(cell(page, "a", "two").locator(".tile-words")).to_have_text("a 20 0")
    slide(page.locator("#gallery-steps input[type=range]"), 1)
    expect(cell(page, "a", "two").locator(".tile-words")).to_have_text("a 10 0")
    expect(cell(page, "a", "one").locator(".tile-words")).to_have_text("a 0 0")
    section.get_by_text("as all").click()
    expect(cell(page, "a", "one").locator(".tile-words")).to_have_text("a 10 0")


def test_new_items_show_at_the_latest_and_move_nothing_elsewhere(page, serve, tmp_path):
    run = write_gallery(tmp_path / "runs" / "a", [0, 10], finish=False)
    page.goto(f"{serve(tmp_path / 'runs', interval_s=0.2)}images")
    expect(cell(page, "a").locator(".tile-words")).to_have_text("a 10 0")
    log_pictures(run, "a", 20)
    expect(cell(page, "a").locator(".tile-words")).to_have_text("a 20 0")
    page.keyboard.press("ArrowLeft")
    expect(cell(page, "a").locator(".tile-words")).to_have_text("a 10 0")
    expect(cell(page, "a").locator("img")).to_have_js_property("complete", True)
    box = cell(page, "a").bounding_box()
    log_pictures(run, "a", 30)
    expect(steps_words(page)).to_have_text(re.compile("step 10.*2 of 4"))
    assert captions(page, "a") == ["a 10 0"]
    assert cell(page, "a").bounding_box() == box
    run.finish()


def test_only_new_items_are_asked_for(page, serve, tmp_path):
    run = write_gallery(tmp_path / "runs" / "a", [0, 10], items=3, finish=False)
    asked = []
    page.on("request", lambda request: asked.append(request.url) if "/api/v1/media?" in request.url else None)
    page.goto(f"{serve(tmp_path / 'runs', interval_s=0.2)}images")
    expect(cell(page, "a").locator(".tile-words").last).to_have_text("a 10 2")
    run.log({"loss": 1.0})
    log_pictures(run, "a", 20, items=3)
    expect(cell(page, "a").locator(".tile-words").last).to_have_text("a 20 2")
    assert [url.rpartition("after=")[2] for url in asked][:2] == ["0", "6"]
    run.finish()


def test_several_items_of_a_call_are_a_grid_of_pixels_in_one_cell(page, serve, tmp_path):
    write_gallery(tmp_path / "runs" / "a", [0], items=16)
    page.goto(f"{serve(tmp_path / 'runs')}images")
    expect(cell(page, "a").locator(".tile")).to_have_count(16)
    assert captions(page, "a") == [f"a 0 {item}" for item in range(16)]
    tops = {round(tile.bounding_box()["y"]) for tile in cell(page, "a").locator(".tile").all()}
    assert len(tops) == 4
    expect(cell(page, "a").locator("img.pixels")).to_have_count(16)
    open_options(page)
    page.get_by_text("smooth", exact=True).click()
    expect(cell(page, "a").locator("img.pixels")).to_have_count(0)


def test_the_size_the_captions_and_brightness_can_be_chosen_and_are_in_the_link(page, new_page, serve, two_runs):
    url = serve(two_runs)
    page.goto(f"{url}images")
    expect(page.locator(SHOWN).first).to_be_visible()
    before = cell(page, "a").bounding_box()["width"]
    page.locator("#page-images").get_by_text("XL", exact=True).click()
    page.wait_for_function(f"document.querySelector('.cell').getBoundingClientRect().width > {before} + 100")
    open_options(page)
    page.get_by_role("button", name="captions").click()
    page.keyboard.press("Escape")
    options = page.get_by_role("button", name="options 1")  # one of them is not as it comes
    expect(options).to_be_focused()
    expect(options).to_have_attribute("aria-expanded", "false")
    page.keyboard.press("Home")
    page.evaluate("tailboard.view.set({ brightness: 1.5 })")
    expect(cell(page, "a").locator("img")).to_have_css("filter", "brightness(1.5) contrast(1)")
    other = new_page()
    other.goto(page.url)
    expect(cell(other, "a").locator("img")).to_have_attribute("alt", "a 0 0")
    expect(cell(other, "a").locator("img")).to_have_css("filter", "brightness(1.5) contrast(1)")
    width = cell(page, "a").bounding_box()["width"]
    other.wait_for_function(f"document.querySelector('.cell').getBoundingClientRect().width === {width}")
    other.wait_for_function("document.querySelector('.cell .tile-words').getBoundingClientRect().height === 0")


def test_a_picture_is_enlarged_zoomed_and_leafed_through_by_keys_alone(page, serve, two_runs):
    page.goto(f"{serve(two_runs)}images")
    expect(page.locator(SHOWN).first).to_be_visible()
    cell(page, "a").locator(".tile").focus()
    page.keyboard.press("Enter")
    dialog, image = page.get_by_role("dialog"), page.locator(".stage-image")
    expect(dialog.locator(".stage-caption")).to_have_text("a 30 0")
    page.wait_for_function("document.querySelector('.stage-image').getBoundingClientRect().width > 200")
    fitted = image.bounding_box()["width"]
    page.keyboard.press("+")
    page.wait_for_function(f"document.querySelector('.stage-image').getBoundingClientRect().width > {fitted} * 1.2")
    page.keyboard.press("ArrowLeft")
    expect(dialog.locator(".stage-caption")).to_have_text("a 20 0")
    page.keyboard.press("ArrowDown")
    expect(dialog.locator(".stage-caption")).to_have_text("b 20 0")
    page.wait_for_function(
        f"Math.abs(document.querySelector('.stage-image').getBoundingClientRect().width / {fitted} - 1.25) < 1e-6"
    )
    page.keyboard.press("0")
    page.wait_for_function(
        f"Math.abs(document.querySelector('.stage-image').getBoundingClientRect().width - {fitted}) < 1"
    )
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    expect(cell(page, "a").locator(".tile")).to_be_focused()


def test_the_wheel_zooms_at_the_pointer_and_a_drag_moves_the_picture(page, serve, two_runs):
    page.goto(f"{serve(two_runs)}images")
    cell(page, "a").locator(".tile").click()
    page.wait_for_function("document.querySelector('.stage-image')?.getBoundingClientRect().width > 200")
    image = page.locator(".stage-image")
    box = image.bounding_box()
    corner = (box["x"] + 10, box["y"] + 10)
    page.mouse.move(*corner)
    page.mouse.wheel(0, -300)
    page.wait_for_function(
        f"document.querySelector('.stage-image').getBoundingClientRect().width > {box['width']} * 1.9"
    )
    lies_at = """([left, top]) => {
      const box = document.querySelector('.stage-image').getBoundingClientRect();
      return Math.abs(box.left - left) < 1.5 && Math.abs(box.top - top) < 1.5;
    }"""
    page.wait_for_function(lies_at, arg=[corner[0] - 20, corner[1] - 20])
    zoomed = image.bounding_box()
    page.mouse.down()
    page.mouse.move(corner[0] + 50, corner[1] + 30)
    page.mouse.up()
    page.wait_for_function(lies_at, arg=[zoomed["x"] + 50, zoomed["y"] + 30])


def test_a_link_opens_what_was_enlarged(page, serve, two_runs):
    page.goto(f"{serve(two_runs)}images?open={json.dumps(['b', 'val/digits', 0])}")
    expect(page.get_by_role("dialog").locator(".stage-caption")).to_have_text("b 20 0")


def test_a_plotly_figure_is_drawn_in_the_colours_of_the_theme(new_page, serve, tmp_path):
    with trainer_hooks.init(tmp_path / "runs" / "a") as run:
        run.log_figure("confusion", go.Figure(go.Heatmap(z=[[1, 2], [3, 4]])), step=1)
    page = new_page(color_scheme="dark")
    page.goto(f"{serve(tmp_path / 'runs')}images")
    figure = cell(page, "a", "confusion").locator(".figure")
    expect(figure.locator(".heatmaplayer")).to_have_count(1)
    text = page.evaluate("getComputedStyle(document.documentElement).getPropertyValue('--text').trim()")
    assert figure.evaluate("figure => [figure._fullLayout.font.color, figure._fullLayout.paper_bgcolor]") == [
        text,
        "rgba(0,0,0,0)",
    ]
    cell(page, "a", "confusion").hover()
    cell(page, "a", "confusion").get_by_role("button", name="Enlarge").click()
    expect(page.get_by_role("dialog").locator(".heatmaplayer")).to_have_count(1)


def test_a_large_matplotlib_figure_is_a_picture_in_the_gallery_and_crisp_when_enlarged(page, serve, tmp_path):
    figure = Figure()
    figure.subplots().scatter(*np.random.default_rng(0).random((2, 5_000)))
    with trainer_hooks.init(tmp_path / "runs" / "a") as run:
        run.log_figure("cloud", figure, step=1)
    page.goto(f"{serve(tmp_path / 'runs')}images")
    expect(page.locator(SHOWN)).to_have_attribute("src", re.compile(r"\.png\b"))
    page.locator(SHOWN).click()
    enlarged = page.locator(".enlarged-picture")
    expect(enlarged.locator(".stage-image")).to_have_attribute("src", re.compile("part=svg"))
    page.wait_for_function("document.querySelector('.stage-image').naturalWidth > 0")
    expect(enlarged.get_by_role("link", name="SVG")).to_have_attribute("href", re.compile("part=svg"))


def test_a_missing_file_is_said_in_its_place_and_nowhere_else(browser, serve, tmp_path):
    write_gallery(tmp_path / "runs" / "a", [0], items=2)
    (tmp_path / "runs" / "a").joinpath("media").rename(tmp_path / "moved")
    with browser.new_context() as context:  # a page of its own: the browser logs the 404, as it should
        page = context.new_page()
        page.goto(f"{serve(tmp_path / 'runs')}images")
        expect(cell(page, "a").locator(".tile.broken")).to_have_count(2)
        expect(cell(page, "a").locator(".tile-words").first).to_contain_text("could not be loaded")


def test_a_filter_and_its_emptiness_are_said_in_words(page, serve, two_runs):
    page.goto(f"{serve(two_runs)}images?itags=nothing")
    expect(page.get_by_text("None of the 1 tags of these runs matches the filter “nothing”.")).to_be_visible()


def test_runs_without_images_show_the_lines_that_log_some(page, serve, tmp_path):
    with trainer_hooks.init(tmp_path / "runs" / "a") as run:
        run.log({"loss": 1.0})
    page.goto(f"{serve(tmp_path / 'runs')}images")
    expect(page.get_by_text("run.log_image(")).to_be_visible()


def test_arrow_keys_on_other_pages_move_no_gallery(page, serve, two_runs):
    page.goto(f"{serve(two_runs)}images")
    expect(page.locator(SHOWN).first).to_be_visible()
    page.get_by_role("link", name="Run", exact=True).click()
    page.keyboard.press("ArrowLeft")
    assert "istep" not in page.url


def test_playing_leafs_through_all_steps_and_ends_at_the_latest(page, serve, two_runs):
    page.goto(f"{serve(two_runs)}images?istep=0")
    expect(cell(page, "a").locator(".tile-words")).to_have_text("a 0 0")
    page.evaluate(WATCH_STEPS)
    page.get_by_role("button", name="Leaf through all steps").click()
    expect(page.get_by_role("button", name="latest")).to_have_attribute("aria-pressed", "true")
    expect(cell(page, "a").locator(".tile-words")).to_have_text("a 30 0")
    assert page.evaluate("window.seen.slice(0, 2)") == ["10", "20"]
    assert "istep" not in page.url


def test_the_slash_key_goes_to_the_filter_of_the_page_and_the_keys_are_listed(page, serve, two_runs):
    page.goto(f"{serve(two_runs)}images")
    expect(page.locator(SHOWN).first).to_be_visible()
    page.keyboard.press("/")
    expect(page.locator("#page-images").get_by_label("Filter tags")).to_be_focused()
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_contain_text("step back and on")
