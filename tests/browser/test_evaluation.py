"""What a person does on the evaluation page, in a real browser on the real app."""

import re
from itertools import pairwise

import pytest
from playwright.sync_api import expect

from tests.browser.galleries import open_options, slide
from tests.run_files import RunFiles

TOOLTIP = ".tooltip"
CENTRE = """canvas => {
  const { left, top, width, height } = canvas.getBoundingClientRect();
  return [left + width / 2, top + height / 2];
}"""


def log_curves(run, step, skill):
    """Two classes of one classifier at five thresholds; the more skill, of 0 to 10, the fewer false positives."""
    for name in ("0", "1"):
        counts = {
            "true_positives": [10, 9, 8, 4, 0],
            "false_positives": [90, 50 - 4 * skill, 30 - 2 * skill, 10 - skill, 0],
            "true_negatives": [0, 40 + 4 * skill, 60 + 2 * skill, 80 + skill, 90],
            "false_negatives": [0, 1, 2, 6, 10],
        }
        meta = {"thresholds": [0, 0.25, 0.5, 0.75, 1], **counts}
        run.media(step, tag=f"pr/{name}", kind="pr_curve", media_type="application/json", meta=meta)


def log_matrix(run, step, right):
    counts = [[right, 10 - right], [2, 8]]
    meta = {"labels": ["cat", "dog"], "counts": counts}
    run.media(step, tag="val/confusion", kind="confusion_matrix", media_type="application/json", meta=meta)


@pytest.fixture
def logdir(tmp_path):
    for name, skill in (("a", 0), ("b", 5)):
        run = RunFiles(tmp_path / "runs" / name).say()
        for step in (0, 10, 20):
            log_curves(run, step, skill + step // 10)
            log_matrix(run, step, 5 + step // 10 + (name == "b"))
    return tmp_path / "runs"


def panel(page, title="pr"):
    return page.locator(f'.curve-panel[aria-label="{title}"]')


def rows(page, title="pr"):
    return panel(page, title).locator("tbody tr")


def areas(page):
    """The areas of all curves in the order of the legend."""
    expect(rows(page).locator("td[colspan]")).to_have_count(0)
    return [float(text) for text in panel(page).locator("tbody tr td:nth-child(2)").all_inner_texts()]


def card(page, run):
    return page.locator(f'.matrix-tag .cell[data-run="{run}"]')


def steps_words(page):
    return page.locator("#evaluation-steps .steps-words")


def test_classes_share_a_panel_whose_legend_sorts_hides_and_tells_at_a_threshold(page, serve, logdir):
    page.goto(f"{serve(logdir)}evaluation")
    expect(rows(page)).to_have_count(4)
    expect(panel(page)).to_contain_text("PR, step 20")
    expect(rows(page).first).to_contain_text("0 · a")
    panel(page).get_by_role("button", name="AP").click()
    expect(page).to_have_url(re.compile("esort=area"))
    assert all(high >= low for high, low in pairwise(areas(page)))
    canvas = panel(page).locator("canvas")
    page.mouse.move(*canvas.evaluate(CENTRE))
    expect(page.locator(TOOLTIP)).to_contain_text("threshold")
    page.mouse.move(0, 0)
    canvas.focus()
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    threshold = re.search(r"threshold=([0-9.]+)", page.url).group(1)
    expect(panel(page).locator("output")).to_contain_text(f"threshold {threshold}")
    expect(page.locator("#page-evaluation input[data-field=evaluation_threshold]")).to_have_value(threshold)
    rows(page).first.locator(".curve-name").click()
    expect(canvas).to_have_attribute("aria-label", re.compile("3 lines, precision"))
    expect(page).to_have_url(re.compile("ehide="))
    open_options(page)
    page.get_by_role("button", name="classes together").click()
    expect(page.locator(".curve-panel")).to_have_count(2)


def test_a_pr_curve_is_shown_as_roc_and_its_area_over_steps_where_a_click_chooses_one(page, serve, logdir):
    page.goto(f"{serve(logdir)}evaluation?curve=roc&run=b&etags=pr")
    canvas = panel(page).locator("canvas")
    expect(canvas).to_have_attribute(
        "aria-label", re.compile("2 lines, true positive rate .* against false positive rate")
    )
    expect(rows(page).first).to_contain_text("0.")
    page.locator("label").get_by_text("over steps", exact=True).click()
    expect(canvas).to_have_attribute("aria-label", re.compile("2 lines, area under the ROC curve against step"))
    page.mouse.move(*canvas.evaluate(CENTRE))
    expect(page.locator(TOOLTIP)).to_contain_text("AUC")
    page.mouse.down()
    page.mouse.up()
    expect(page).to_have_url(re.compile("istep=10"))
    with page.expect_download() as started:
        rows(page).first.locator("a").click()
    text = started.value.path().read_text()
    assert text.splitlines()[0] == "step,wall_time,average_precision,roc_area,best_f1"
    assert [line.split(",")[0] for line in text.splitlines()[1:]] == ["0", "10", "20"]


def test_matrices_of_runs_stand_side_by_side_at_the_step_of_the_slider(page, serve, logdir):
    page.goto(f"{serve(logdir)}evaluation?etags=confusion")
    expect(card(page, "a")).to_contain_text("accuracy 0.750")
    expect(card(page, "b")).to_contain_text("accuracy 0.800")
    expect(card(page, "a").locator("tr[data-cell]").first).to_contain_text("cat → dog3")
    slide(page.locator("#evaluation-steps input[type=range]"), 0)
    expect(card(page, "a")).to_contain_text("accuracy 0.650")
    canvas = card(page, "b").locator("canvas")
    canvas.focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    expect(page.locator(TOOLTIP)).to_contain_text("predicteddogcount4of true40.0 %")
    expect(card(page, "b").locator("output")).to_contain_text("true cat, predicted dog, count 4")
    expect(steps_words(page)).to_have_text(re.compile("step 0"))
    open_options(page)
    page.get_by_role("button", name="difference").click()
    expect(card(page, "a").or_(card(page, "b")).filter(has_text="the others less this")).to_have_count(1)


def test_a_new_step_comes_by_itself_and_a_chosen_one_stays(page, serve, logdir):
    page.goto(f"{serve(logdir, interval_s=0.2)}evaluation")
    expect(panel(page)).to_contain_text("PR, step 20")
    expect(card(page, "a")).to_contain_text("accuracy 0.750")
    log_curves(RunFiles(logdir / "a"), 30, 9)
    log_matrix(RunFiles(logdir / "a"), 30, 10)
    expect(card(page, "a")).to_contain_text("accuracy 0.900")
    expect(steps_words(page)).to_have_text(re.compile("step 30.*4 of 4"))
    slide(page.locator("#evaluation-steps input[type=range]"), 1)
    expect(card(page, "a")).to_contain_text("accuracy 0.700")
    log_matrix(RunFiles(logdir / "a"), 40, 10)
    expect(steps_words(page)).to_have_text(re.compile("step 10.*2 of 5"))
    expect(card(page, "a")).to_contain_text("accuracy 0.700")
