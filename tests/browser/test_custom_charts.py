"""Charts of several tags: composed by a training, and by a person, in a real browser on the real app."""

import pytest
from playwright.sync_api import expect

from tests.browser.charts import SETTLED, open_charts
from tests.run_files import RunFiles

LINES = """(title) => {
  const panel = [...tailboard.panels.all.values()].find((panel) => panel.title === title);
  const done = panel && panel.chart.drawn && !panel.chart.dirty && panel.plot.data;
  return done && panel.plot.data.filter((trace) => !trace.meta.raw).map(({ meta, fill, line }) => ({
    run: meta.run, tag: meta.key.split("\\n")[1], fill: fill || "", dash: line.dash || "", color: line.color,
  }));
}"""
CHARTS = [
    {"category": "", "title": "loss", "form": "multiline", "tags": ["loss/train", "loss/val"], "source": "add_scalars"},
    {"category": "Quality", "title": "accuracy", "form": "margin", "tags": ["acc/mean", "acc/low", "acc/high"]},
    {"category": "Quality", "title": "all", "form": "multiline", "tags": ["acc/.*"]},
]


@pytest.fixture
def logdir(tmp_path):
    for scale, name in enumerate(("a", "b"), 1):
        run = RunFiles(tmp_path / "runs" / name).say()
        for step in range(50):
            tags = ("loss/train", "loss/val", "acc/mean", "acc/low", "acc/high")
            run.log({tag: (step + place) * scale for place, tag in enumerate(tags)}, step)
        run.media(0, tag="charts", kind="custom_scalars", media_type="application/json", meta={"charts": CHARTS})
    return tmp_path / "runs"


def lines(page, title):
    return page.wait_for_function(LINES, arg=title).json_value()


def titles(page):
    return page.locator(".panel").evaluate_all("(panels) => panels.map((panel) => panel.dataset.tag)")


def test_charts_of_a_training_draw_their_tags_together(page, serve, logdir):
    open_charts(page, serve(logdir), "?run=a&run=b&amount=0")
    assert titles(page) == ["accuracy", "all", "acc/high", "acc/low", "acc/mean", "loss"]
    found = lines(page, "loss")
    assert {(line["run"], line["tag"]) for line in found} == {(r, t) for r in "ab" for t in ("loss/train", "loss/val")}
    assert len({line["dash"] for line in found if line["run"] == "a"}) == 2
    assert len({line["color"] for line in found}) == 2
    assert [line["tag"] for line in lines(page, "accuracy") if line["fill"]] == ["acc/high", "acc/high"]
    page.locator('.panel[data-tag="loss"] .plot').hover()
    expect(page.locator(".tooltip tbody tr")).to_have_count(4)
    page.get_by_role("checkbox", name="Show b").uncheck()
    page.wait_for_function(f"({LINES})('loss')?.length === 2")
    assert len({line["color"] for line in lines(page, "loss")}) == 2


def test_a_chart_that_a_person_composes_is_saved_for_everybody(new_page, serve, logdir, tmp_path):
    url = serve(logdir, write=True, state_dir=tmp_path / "state")
    page, other = new_page(), new_page()
    open_charts(page, url)
    page.get_by_role("button", name="Compose a chart of several tags").click()
    form = page.locator(".chart-form")
    form.get_by_label("Title").fill("both means")
    form.get_by_label("Tags, one a line").fill("loss/train")
    form.get_by_label("Add").fill("acc/mean")
    form.get_by_label("Add").press("Enter")
    expect(form.get_by_role("status")).to_contain_text("Draws 2 of the 5 tags")
    form.get_by_role("button", name="Save for everybody").click()
    assert {line["tag"] for line in lines(page, "both means")} == {"loss/train", "acc/mean"}
    open_charts(other, url)
    assert "both means" in titles(other)
    other.locator('.panel[data-tag="both means"]').focus()
    other.locator('.panel[data-tag="both means"]').get_by_role("button", name="Change this chart").click()
    other.get_by_role("button", name="Remove").click()
    expect(other.locator('.panel[data-tag="both means"]')).to_have_count(0)


def test_a_chart_of_ones_own_lives_in_the_address(new_page, serve, logdir):
    page, other = new_page(), new_page()
    open_charts(page, serve(logdir))
    page.get_by_role("button", name="Compose a chart of several tags").click()
    form = page.locator(".chart-form")
    expect(form.get_by_role("button", name="Save for everybody")).to_have_count(0)
    form.get_by_label("Title").fill("mine")
    form.get_by_label("Draws").select_option("margin")
    form.get_by_label("Tags, one a line").fill("acc/mean\nacc/low")
    form.get_by_role("button", name="Keep in this view").click()
    expect(form.get_by_role("alert")).to_contain_text("three tags")
    form.get_by_label("Tags, one a line").fill("acc/mean\nacc/low\nacc/high")
    form.get_by_role("button", name="Keep in this view").click()
    assert len(lines(page, "mine")) == 6
    other.goto(page.url)
    other.wait_for_function(SETTLED)
    assert "mine" in titles(other)
