"""What a person does on the layers page, in a real browser on the real app, with what `run.log_histogram` writes."""

import json
import re

import numpy as np
import pytest
from playwright.sync_api import expect

import trainer_hooks
from tests.browser.galleries import open_options, slide

STEPS = (0, 10, 20)
LAYERS = (2, 10)


def log(run, step):
    """Log weights of standard deviation `layer` and biases with 12 NaN from step 10 on."""
    for layer in LAYERS:
        run.log_histogram(f"net.layer.{layer}.weight", [-layer, layer, -layer, layer], step=step)
        run.log_histogram(f"net.layer.{layer}.bias", [0.0, 1.0] + [np.nan] * (12 if step >= 10 else 0), step=step)


@pytest.fixture
def logdir(tmp_path):
    return tmp_path / "runs"


@pytest.fixture
def write(logdir):
    """Makes a run that logs four histograms at each step; it is finished at the end."""
    runs = []

    def start(name, steps=STEPS):
        runs.append(trainer_hooks.init(logdir / name))
        for step in steps:
            log(runs[-1], step)
        runs[-1].flush()
        return runs[-1]

    yield start
    for run in runs:
        run.finish()


def sheet(page):
    return page.locator(".layers-canvas")


def said(page):
    """What was said of the cell that the keyboard is at."""
    return page.locator(".layers-sheet output")


def walk(page, *keys):
    sheet(page).focus()
    for key in keys:
        page.keyboard.press(key)


def read(page, runs):
    """Wait until that many runs are drawn whole."""
    expect(page.locator(".layers-head .quiet")).to_have_text([""] * runs)
    expect(page.locator("#layers-steps .steps-words")).to_contain_text("of 3")


def test_the_keyboard_goes_from_cell_to_cell_and_opens_the_histogram_of_one(page, serve, logdir, write):
    write("a")
    write("b")
    page.goto(f"{serve(logdir)}layers")
    read(page, 2)
    expect(sheet(page)).to_have_attribute("aria-label", "standard deviation of 4 tags in 4 rows over steps, 2 runs")
    walk(page, "ArrowDown")
    expect(said(page)).to_have_text(re.compile("modulenet.layer.2.*tags2, unfolded"))
    walk(page, "ArrowDown", "ArrowDown", "End")
    expect(said(page)).to_have_text(re.compile("tagnet.layer.2.weight.*step20, standard deviation2$"))
    walk(page, "ArrowUp")
    expect(said(page)).to_have_text(re.compile("tagnet.layer.2.bias.*step20.*not finite12 NaN"))
    walk(page, "ArrowLeft", "Enter")
    expect(sheet(page)).to_be_focused()
    panel = page.get_by_role("complementary", name="Histogram of a cell")
    expect(panel).to_contain_text("at step 10")
    expect(panel.get_by_role("table", name="Facts")).to_contain_text("not finite12 NaN")
    expect(panel.get_by_role("table", name="Facts")).to_contain_text("zeros50.00 %")
    expect(page).to_have_url(re.compile("istep=10"))
    slide(page.locator("#layers-steps input[type=range]"), 0)
    expect(panel).to_contain_text("at step 0")
    expect(panel.get_by_role("table", name="Facts")).to_contain_text("not finitenone")
    panel.get_by_role("button", name="over all steps").click()
    expect(page.locator('.histogram-tag[data-tag="net.layer.2.bias"]')).to_be_visible()
    expect(page.locator(".histogram-tag")).to_have_count(1)


def test_statistic_filter_folds_and_the_open_cell_are_in_the_address(new_page, serve, logdir, write):
    write("a")
    page = new_page(color_scheme="dark")
    opened = json.dumps(["a", "net.layer.10.weight"])
    page.goto(f"{serve(logdir)}layers?lstat=norm&ltags=weight&llog=1&lscale=row&istep=10&lopen={opened}")
    read(page, 1)
    expect(sheet(page)).to_have_attribute("aria-label", "norm of 2 tags in 2 rows over steps, 1 run")
    expect(page.locator(".layers-panel")).to_contain_text("net.layer.10.weight")
    expect(page.locator(".layers-panel")).to_contain_text("L2 norm20")
    walk(page, "ArrowDown", "ArrowDown")
    expect(said(page)).to_have_text(re.compile("tagnet.layer.10.weight, runa, step0, norm20"))
    page.locator("#page-layers input[data-field]").fill("")
    expect(sheet(page)).to_have_attribute("aria-label", re.compile("norm of 4 tags"))
    page.locator("#page-layers input[data-field]").blur()
    open_options(page)
    page.get_by_role("button", name="fold all").click()
    expect(page).to_have_url(re.compile("lfold=1"))
    expect(sheet(page)).to_have_attribute("aria-label", re.compile("4 tags in 2 rows"))
    walk(page, "Home", "ArrowDown", "ArrowUp")
    expect(said(page)).to_have_text(re.compile(r"modulenet\.layer\.2, runa, step0, norm of 2 tags2\.5$"))
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"lgroup=net\.layer\.2"))
    with page.expect_download() as download:
        page.locator(".layers-save").click()
    assert download.value.path().read_text().count("\n") == 1 + len(STEPS) * 4


def test_new_steps_come_by_themselves_and_what_is_open_stays(page, serve, logdir, write):
    run = write("a")
    opened = json.dumps(["a", "net.layer.2.weight"])
    page.goto(f"{serve(logdir, interval_s=0.2)}layers?istep=10&lopen={opened}")
    read(page, 1)
    expect(page.locator(".layers-panel")).to_contain_text("at step 10")
    before = sheet(page).bounding_box()
    log(run, 30)
    run.flush()
    expect(page.locator("#layers-steps .steps-words")).to_contain_text("2 of 4")
    expect(page.locator(".layers-panel")).to_contain_text("at step 10")
    assert sheet(page).bounding_box() == before
    page.get_by_role("button", name="Close").click()
    expect(page.locator(".layers-panel")).to_have_count(0)
    expect(sheet(page)).to_be_focused()


def watch(logdir):
    """Log what watching a model logs: gradients of NaN in one layer from step 20 on, ratios a decade apart."""
    with trainer_hooks.init(logdir / "watched") as run:
        for step in STEPS:
            for layer in LAYERS:
                norm = float("nan") if layer == 2 and step == 20 else layer / (1 + step)
                row = {
                    f"watch/grad_norm/net.{layer}.weight": norm,
                    f"watch/update_ratio/net.{layer}.weight": 10.0**-layer,
                }
                run.log({"watch/grad_norm": 1.0, **row}, step=step)


def test_watched_layers_are_shown_as_rows_and_a_click_shows_the_course_of_one(page, serve, logdir):
    watch(logdir)
    page.goto(f"{serve(logdir)}layers")
    read(page, 1)
    expect(page).to_have_url(re.compile("lstat=grad_norm"))
    expect(sheet(page)).to_have_attribute("aria-label", "gradient norm of 2 tags in 2 rows over steps, 1 run")
    walk(page, "ArrowDown", "End")
    expect(said(page)).to_have_text("layernet.2.weight, runwatched, step20, gradient normNaN")
    walk(page, "ArrowDown", "Home", "Enter")
    panel = page.get_by_role("complementary", name="Course of a layer")
    expect(panel).to_contain_text("at step 0")
    expect(panel.get_by_role("table", name="Facts")).to_contain_text("gradient norm10")
    expect(panel.get_by_role("img", name="gradient norm of net.10.weight over steps")).to_be_visible()
    panel.get_by_role("button", name="on Charts").click()
    expect(page.locator('.panel[data-tag="watch/grad_norm/net.10.weight"]')).to_be_visible()
    expect(page.locator(".panel")).to_have_count(1)


def test_charts_leaves_watched_layers_to_the_layers_page(page, serve, logdir):
    watch(logdir)
    page.goto(f"{serve(logdir)}charts")
    expect(page.locator('.panel[data-tag="watch/grad_norm"]')).to_be_visible()
    expect(page.locator('.panel[data-tag^="watch/"]')).to_have_count(1)
    page.get_by_role("textbox", name="Filter tags").fill("update")
    expect(page.get_by_text("2 tags of watched layers are on Layers")).to_be_visible()
    page.goto(f"{serve(logdir)}charts?tags=watch/update")
    expect(page.locator('.panel[data-tag^="watch/update_ratio/"]')).to_have_count(2)


def test_what_broke_first_stands_under_the_name_of_its_run_and_leads_to_the_layer(page, serve, logdir):
    watch(logdir)
    page.goto(f"{serve(logdir, interval_s=0.2)}layers")
    read(page, 1)
    expect(page.locator(".layers-verdict")).to_have_count(0)
    before = sheet(page).bounding_box()
    words = "Step 12: `net.2` (Linear) is the first layer whose output is not finite."
    with trainer_hooks.init(logdir / "watched", resume=True) as run:
        run.log_text("watch/first_nonfinite", words, step=12)
    verdict = page.get_by_role("button", name=words.replace("`", ""))
    expect(verdict).to_be_visible()
    assert sheet(page).bounding_box() == before
    verdict.press("Enter")
    expect(page.get_by_role("complementary", name="Course of a layer")).to_contain_text("net.2.weight")
    expect(page).to_have_url(re.compile("istep=20"))
    expect(verdict).to_be_focused()
    page.locator('#run-list [data-act="run-open"]').click()
    expect(page.get_by_role("heading", name="⚠ Not finite: watch/first_nonfinite")).to_be_visible()
    expect(page.locator("#run-body .run-text + .markdown")).to_contain_text("net.2 (Linear) is the first layer")
