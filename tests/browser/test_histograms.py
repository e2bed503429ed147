"""What a person does on the histograms page, in a real browser on the real app, with what torch's writer logs."""

import re

import numpy as np
import pytest
from playwright.sync_api import expect
from torch.utils.tensorboard import SummaryWriter

import trainer_hooks
from tests.browser.galleries import open_options, slide

TAG = "layer/weight"
STEPS = (0, 10, 20)
TOOLTIP = ".histogram-tooltip"
DRAWN = """canvas => {
  const pixels = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data;
  const seen = new Set();
  for (let i = 0; i < pixels.length; i += 4) seen.add(pixels[i] << 16 | pixels[i + 1] << 8 | pixels[i + 2]);
  return seen.size;
}"""
PICTURE = "canvas => canvas.toDataURL()"
CENTRE = """canvas => {
  const { left, top, width, height } = canvas.getBoundingClientRect();
  return [left + width / 2, top + height / 2];
}"""

FIRST_BAR = """canvas => {
  const { left, bottom } = canvas.getBoundingClientRect();
  return [left + 50, bottom - 40];
}"""


def log(writer, step, values=None):
    """Log 101 values from 0 to 1 that lie the closer to 0 the later, in ten buckets of one width."""
    values = np.linspace(0, 1, 101) ** (1 + step / 10) if values is None else np.array(values)
    writer.add_histogram(TAG, values, step, bins=np.linspace(0, 1, 11))
    writer.flush()


@pytest.fixture
def logdir(tmp_path):
    return tmp_path / "runs"


@pytest.fixture
def write(logdir):
    """Makes a run that logs a histogram at each step; its writer is closed at the end."""
    writers = []

    def start(name, steps=STEPS):
        writers.append(SummaryWriter(str(logdir / name)))
        for step in steps:
            log(writers[-1], step)
        return writers[-1]

    yield start
    for writer in writers:
        writer.close()


def card(page, run, tag=TAG):
    return page.locator(f'.histogram-tag[data-tag="{tag}"] .cell[data-run="{run}"]')


def canvas(page, run, tag=TAG):
    return card(page, run, tag).locator("canvas.histogram")


def note(page, run):
    return card(page, run).locator(".cell-note")


def steps_words(page):
    return page.locator("#histogram-steps .steps-words")


def mode(page, words):
    page.locator("#page-histograms label").get_by_text(words, exact=True).click()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_runs_of_a_tag_stand_side_by_side(new_page, serve, logdir, write, theme):
    write("a")
    write("b", (0, 20))
    page = new_page(color_scheme=theme)
    page.goto(f"{serve(logdir)}histograms")
    expect(canvas(page, "a")).to_have_attribute("aria-label", re.compile("ridges over 3 steps, 0 to 20"))
    expect(canvas(page, "b")).to_have_attribute("aria-label", re.compile("ridges over 2 steps, 0 to 20"))
    assert canvas(page, "a").evaluate(DRAWN) > 3
    tops = page.locator(".histogram-tag .cell").evaluate_all("all => all.map(one => one.getBoundingClientRect().top)")
    assert len(set(tops)) == 1


def test_each_way_to_draw_is_another_picture_and_in_the_address(page, serve, logdir, write):
    write("a")
    page.goto(f"{serve(logdir)}histograms")
    expect(note(page, "a")).to_have_text("3 steps")
    seen = {canvas(page, "a").evaluate(PICTURE)}
    for words, name in (
        ("overlay", "overlay"),
        ("heatmap", "heatmap"),
        ("quantiles", "quantiles"),
        ("at one step", "step"),
    ):
        mode(page, words)
        expect(page).to_have_url(re.compile(f"histo={name}"))
        label = "histogram at step 20" if name == "step" else f"{name} over 3 steps, 0 to 20"
        expect(canvas(page, "a")).to_have_attribute("aria-label", re.compile(label))
        seen.add(canvas(page, "a").evaluate(PICTURE))
    assert len(seen) == 5
    page.reload()
    expect(canvas(page, "a")).to_have_attribute("aria-label", re.compile("histogram at step 20"))


def test_one_slider_moves_all_cards(page, serve, logdir, write):
    write("a")
    write("b", (10, 20))
    page.goto(f"{serve(logdir)}histograms?histo=step")
    expect(note(page, "a")).to_have_text("step 20")
    expect(note(page, "b")).to_have_text("step 20")
    expect(steps_words(page)).to_have_text(re.compile("step 20.*3 of 3"))
    slide(page.locator("#histogram-steps input[type=range]"), 0)
    expect(note(page, "a")).to_have_text("step 0")
    expect(card(page, "b").locator(".cell-words")).to_have_text("Nothing up to step 0: the first is at step 10.")
    expect(page).to_have_url(re.compile("istep=0"))
    page.keyboard.press("ArrowRight")
    expect(note(page, "b")).to_have_text("step 10")
    page.keyboard.press("End")
    expect(note(page, "a")).to_have_text("step 20")


def test_the_tooltip_of_a_bar_has_the_exact_count(page, serve, logdir, write):
    writer = write("a", ())
    log(writer, 3, [0.05] * 1234 + [0.55] * 7 + [0.95])
    page.goto(f"{serve(logdir)}histograms?histo=step")
    expect(note(page, "a")).to_have_text("step 3")
    drawn = canvas(page, "a")
    expect(drawn).to_have_attribute("aria-label", re.compile("at step 3"))
    drawn.focus()
    for _ in range(12):
        page.keyboard.press("ArrowDown")
    expect(page.locator(TOOLTIP)).to_contain_text("count1,234share")
    for _ in range(12):
        page.keyboard.press("ArrowUp")
    expect(page.locator(TOOLTIP)).to_contain_text("count1share")
    expect(card(page, "a").locator("output")).to_contain_text("count 1, share")
    drawn.blur()
    expect(page.locator(TOOLTIP)).to_have_count(0)
    page.mouse.move(*drawn.evaluate(FIRST_BAR))
    expect(page.locator(TOOLTIP)).to_contain_text("count1,234share")


@pytest.mark.parametrize("how", ["ridges", "heatmap", "quantiles"])
def test_the_pointer_tells_of_the_step_below_it_and_a_click_chooses_it(page, serve, logdir, write, how):
    write("a")
    page.goto(f"{serve(logdir)}histograms?histo={how}")
    expect(note(page, "a")).to_have_text("3 steps")
    page.mouse.move(*canvas(page, "a").evaluate(CENTRE))
    expect(page.locator(TOOLTIP)).to_contain_text("step")
    step = re.search(r"step\s*(\d+?)(from|values|max|at)", page.locator(TOOLTIP).text_content()).group(1)
    page.mouse.down()
    page.mouse.up()
    expect(page).to_have_url(re.compile(f"istep={step}"))


def test_over_steps_the_pointer_tells_the_exact_count_of_a_bucket_that_was_logged(page, serve, logdir):
    with trainer_hooks.init(logdir / "a") as run:
        run.log_histogram(TAG, counts=[7, 1234, 3], edges=[0.0, 0.1, 0.9, 1.0], step=0)
        run.log_histogram(TAG, [0.5] * 4 + [np.nan] * 12, step=10)
    page.goto(f"{serve(logdir)}histograms?histo=overlay&istep=0")
    expect(canvas(page, "a")).to_have_attribute("aria-label", re.compile("overlay over 2 steps"))
    expect(card(page, "a").locator(".badge")).to_have_text("not finite at 1 step")
    page.mouse.move(*canvas(page, "a").evaluate(CENTRE))
    expect(page.locator(TOOLTIP)).to_contain_text("count1,234 of 1,244")
    page.mouse.move(0, 0)
    page.get_by_role("button", name="latest").click()
    expect(card(page, "a").locator(".badge")).to_have_text("12 NaN")
    card(page, "a").hover()
    card(page, "a").get_by_role("button", name="Download a picture, CSV or JSON").click()
    with page.expect_download() as download:
        page.get_by_role("menuitem", name="CSV, every bucket of every step").click()
    assert "0.1,0.9,1234" in download.value.path().read_text()


def test_runs_can_lie_on_each_other_at_one_step_and_as_quantiles(page, serve, logdir, write):
    write("a")
    write("b", (0, 20))
    page.goto(f"{serve(logdir)}histograms?histo=step")
    expect(note(page, "b")).to_have_text("step 20")
    open_options(page)
    page.get_by_role("button", name="runs together").click()
    joined = page.locator(".cell.joined canvas")
    expect(joined).to_have_attribute("aria-label", f"{TAG}: outlines at one step of 2 runs")
    expect(page.locator(".histogram-tag .cell")).to_have_count(1)
    page.mouse.move(*joined.evaluate(CENTRE))
    for run in ("a", "b"):
        told = page.locator(TOOLTIP).locator("div").filter(has=page.get_by_text(run, exact=True))
        expect(told).to_have_text(re.compile(r"\d+ in .* … .*, step 20"))
    mode(page, "quantiles")
    expect(joined).to_have_attribute("aria-label", f"{TAG}: quantiles over steps of 2 runs")
    expect(page).to_have_url(re.compile("hjoin=1"))


def test_a_new_step_comes_by_itself_and_nothing_moves(page, serve, logdir, write):
    writer = write("a")
    page.goto(f"{serve(logdir, interval_s=0.2)}histograms")
    expect(note(page, "a")).to_have_text("3 steps")
    before = canvas(page, "a").bounding_box()
    log(writer, 30)
    expect(note(page, "a")).to_have_text("4 steps")
    expect(canvas(page, "a")).to_have_attribute("aria-label", re.compile("4 steps, 0 to 30"))
    expect(steps_words(page)).to_have_text(re.compile("step 30.*4 of 4"))
    assert canvas(page, "a").bounding_box() == before


def test_a_chosen_step_stays_while_others_come(page, serve, logdir, write):
    writer = write("a")
    page.goto(f"{serve(logdir, interval_s=0.2)}histograms?histo=step&istep=10")
    expect(note(page, "a")).to_have_text("step 10")
    log(writer, 30)
    expect(steps_words(page)).to_have_text(re.compile("step 10.*2 of 4"))
    expect(note(page, "a")).to_have_text("step 10")


def test_tags_are_grouped_folded_and_filtered(page, serve, logdir, write):
    writer = write("a")
    writer.add_histogram("bias", np.zeros(3), 0)
    writer.flush()
    write("b", ())
    page.goto(f"{serve(logdir)}histograms")
    expect(canvas(page, "a", "bias")).to_be_visible()
    names = page.locator("#histograms .section").evaluate_all("all => all.map(one => one.dataset.name)")
    assert names == ["layer", "other"]
    page.get_by_role("button", name=re.compile("layer")).click()
    expect(card(page, "a")).to_have_count(0)
    expect(page).to_have_url(re.compile("hclosed=layer"))
    page.locator("#page-histograms input[data-field]").fill("nothing")
    expect(page.locator("#histograms .empty")).to_contain_text("None of the 2 histogram tags")


def test_a_run_without_the_tag_says_so_and_empty_histograms_too(page, serve, logdir, write):
    write("a")
    writer = write("b", ())
    writer.add_histogram_raw("none", 0, 0, 0, 0, 0, [1.0], [0], 0)
    writer.flush()
    page.goto(f"{serve(logdir)}histograms")
    expect(card(page, "b").locator(".cell-words")).to_have_text("Not logged by this run.")
    expect(card(page, "b", "none").locator(".cell-words")).to_contain_text("no value was counted")


def test_runs_without_histograms_are_told_how_to_log_them(page, serve, logdir):
    with SummaryWriter(str(logdir / "a")) as writer:
        writer.add_scalar("loss", 1.0, 0)
    page.goto(f"{serve(logdir)}histograms")
    expect(page.locator("#histograms .empty")).to_contain_text("add_histogram")


def test_cards_that_cannot_be_had_say_why_and_come_when_they_can(browser, serve, logdir, write):
    write("a")
    with browser.new_context() as context:  # a page of its own: the browser logs the failure, as it should
        page = context.new_page()
        page.route(
            "**/api/v1/histograms?*", lambda route: route.fulfill(status=500, json={"error": "The disk is gone."})
        )
        page.goto(f"{serve(logdir)}histograms")
        expect(card(page, "a").locator(".cell-error")).to_have_text("The disk is gone.")
        page.unroute("**/api/v1/histograms?*")
        expect(note(page, "a")).to_have_text("3 steps")
        expect(card(page, "a").locator(".cell-error")).to_have_count(0)


def test_histograms_are_no_longer_listed_as_not_drawn(page, serve, logdir, write):
    write("a")
    page.goto(f"{serve(logdir)}run?of=a")
    expect(page.locator("#page-run").get_by_text("a", exact=True).first).to_be_visible()
    expect(page.get_by_role("table", name="Also logged")).to_have_count(0)
