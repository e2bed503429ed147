"""Texts, tables, pages, meshes and tensors on the media page, in a real browser on the real app."""

import re
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import expect

import trainer_hooks
from tests.browser.galleries import cell, slide

ROWS = 5_000
UNSAFE = "<script>window.ran = 1</script> [out](javascript:alert(1)) ![far](http://example.org/x.png)"
PAGE = """<p id="told"></p><script>
const tried = {storage: () => localStorage.x, cookie: () => document.cookie, app: () => top.document.title};
const told = Object.keys(tried).map((name) => {
  try { tried[name](); return name } catch (refused) { return "no " + name }
});
fetch("/api/v1/runs").then(() => "network", () => "no network").then((last) => {
  document.getElementById("told").textContent = [...told, last].join(", ");
});
</script>"""
CORNERS = np.array([[0, 0, 0], [1, 0, 0], [0, 1, 0], [0, 0, 1]], np.float32)
DRAWN = """canvas => {
  const data = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data;
  return data.some((value) => value > 0);
}"""


@pytest.fixture(scope="module")
def logdir(tmp_path_factory):
    """Two runs with every kind at two steps."""
    folder = tmp_path_factory.mktemp("kinds")
    for name in ("a", "b"):
        with trainer_hooks.init(folder / name) as run:
            for step in (0, 10):
                log_all(run, name, step)
    return folder


def log_all(run, name, step):
    run.log_text("said", f"# Sample\n\nonce upon **{step}** times\n\n{UNSAFE}\n", step=step)
    run.log_table(
        "errors", [[i, (i * 7) % ROWS, f"word {i}"] for i in range(ROWS)], step=step, columns=["id", "at", "is"]
    )
    run.log_html("report", PAGE, step=step)
    run.log_mesh("shape", CORNERS * (1 + step), step=step, faces=[[0, 1, 2], [0, 2, 3]])
    run.log_tensor("heads", np.stack([np.eye(3), np.full((3, 3), np.nan)]), step=step)


def test_a_text_is_safe_markdown_and_shows_what_differs_from_the_step_before(page, serve, logdir):
    page.goto(f"{serve(logdir)}images?kind=text")
    text = cell(page, "a", "said").locator(".text")
    expect(text.locator("strong")).to_have_text("10")
    expect(text).to_contain_text("<script>window.ran = 1</script> [out](javascript:alert(1))")
    expect(text.get_by_role("link")).to_have_text("picture: far")
    page.get_by_label("Compare the texts of said with").select_option("with the step before")
    expect(text.locator(".diff-row ins")).to_have_text("10")
    expect(text.locator(".diff-row del")).to_have_text("0")
    expect(text.locator(".diff-sign").filter(has_text=re.compile("[+−]"))).to_have_text(["−", "+"])
    page.reload()
    expect(text.locator(".text-note")).to_have_text("+1 −1 lines against step 0")
    page.get_by_label("Compare the texts of said with").select_option("with b")
    expect(text.locator(".text-note")).to_have_text("no difference against b at step 10")
    assert page.evaluate("window.ran") is None


def test_a_table_scrolls_sorts_filters_and_is_downloaded_as_it_is_shown(page, serve, logdir):
    page.goto(f"{serve(logdir)}images?kind=table")
    grid = cell(page, "a", "errors").locator(".data-grid")
    expect(grid.get_by_role("status")).to_have_text("5,000 rows")
    assert grid.locator(".grid-row").count() < 60
    grid.get_by_role("columnheader", name="at").get_by_role("button").click()
    grid.get_by_role("columnheader", name="at").get_by_role("button").click()
    expect(grid.locator(".grid-row").first.get_by_role("gridcell").nth(1)).to_have_text("4,999")
    grid.get_by_role("grid").focus()
    page.keyboard.press("End")
    expect(grid.locator(".grid-value")).to_have_text("row 1, id: 0")
    grid.get_by_label("Filter rows").fill("/word 12.$/")
    expect(grid.get_by_role("status")).to_have_text("10 of 5,000 rows")
    with page.expect_download() as download:
        grid.get_by_role("button", name="CSV").click()
    lines = Path(download.value.path()).read_text().splitlines()
    assert lines[0] == "id,at,is"
    assert sorted(lines[1:]) == [f"{i},{(i * 7) % ROWS},word {i}" for i in range(120, 130)]
    assert [int(line.split(",")[1]) for line in lines[1:]] == sorted(
        (i * 7 % ROWS for i in range(120, 130)), reverse=True
    )


def test_a_logged_page_runs_its_scripts_and_reaches_nothing(browser, serve, logdir):
    with browser.new_context() as context:  # a page of its own: the browser logs what it refuses, as it should
        page = context.new_page()
        page.goto(f"{serve(logdir)}images?kind=html")
        frame = cell(page, "a", "report").locator("iframe")
        told = "no storage, no cookie, no app, no network"
        expect(frame.content_frame.locator("#told")).to_have_text(told)
        alone = context.new_page()
        alone.goto(page.url.split("/images")[0] + frame.get_attribute("src"))
        expect(alone.locator("#told")).to_have_text("no storage, no cookie, app, no network")


def test_meshes_of_all_runs_turn_together_and_keep_their_camera_over_steps(page, serve, logdir):
    page.goto(f"{serve(logdir)}images?kind=text")
    page.get_by_role("button", name="Meshes").click()
    mesh = cell(page, "a", "shape").locator("canvas")
    expect(mesh).to_have_attribute("aria-label", re.compile("step 10: 4 vertices, 2 faces"))
    page.wait_for_function(DRAWN, arg=mesh.element_handle())
    before = page.evaluate("tailboard.cameras.of('shape').yaw")
    mesh.focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_url(re.compile("mcam="))
    slide(page.locator("#gallery-steps input[type=range]"), 0)
    expect(cell(page, "b", "shape").locator("canvas")).to_have_attribute("aria-label", re.compile("step 0"))
    assert page.evaluate("tailboard.cameras.of('shape').yaw") > before
    page.reload()
    page.wait_for_function("before => tailboard.cameras.of('shape').yaw > before", arg=before)
    expect(page.locator(".gallery-tag")).to_have_count(1)


def test_a_tensor_tells_its_facts_its_slices_and_its_numbers(page, serve, logdir):
    page.goto(f"{serve(logdir)}images?kind=tensor")
    tensor = cell(page, "a", "heads").locator(".tensor")
    expect(tensor).to_contain_text("float64 (2, 3, 3)")
    expect(tensor).to_contain_text("min 0, mean 0.3333, max 1 · 9 NaN")
    tensor.locator("canvas").focus()
    page.keyboard.press("ArrowRight")
    expect(tensor.get_by_role("status")).to_have_text("[0, 0, 0] = 1")
    slide(page.get_by_label("Place on axis 0 of heads"), 1)
    expect(tensor.get_by_role("status")).to_have_text("[1, 0, 0] = NaN")
    page.wait_for_url(re.compile("slice="))
