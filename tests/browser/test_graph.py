"""What a person does on the graph page, in a real browser on the real app, with a model that was logged."""

import re

import pytest
import torch
from playwright.sync_api import expect
from torch import nn

import trainer_hooks


class Block(nn.Module):
    """Two branches that meet."""

    def __init__(self):
        super().__init__()
        self.one = nn.Linear(8, 8)
        self.other = nn.Linear(8, 8)

    def forward(self, x):
        return self.one(x) + self.other(x)


@pytest.fixture(scope="module")
def logdir(tmp_path_factory):
    """Three runs: a small model with blocks, another at two steps, and a thousand layers."""
    folder = tmp_path_factory.mktemp("graphs") / "runs"
    torch.manual_seed(0)
    with trainer_hooks.init(folder / "blocks") as run:
        run.log_graph(
            nn.Sequential(nn.Linear(4, 8), nn.Sequential(Block(), Block()), nn.Linear(8, 2)), torch.zeros(3, 4)
        )
    with trainer_hooks.init(folder / "steps") as run:
        run.log_graph(nn.Sequential(nn.Linear(4, 8)), step=0)
        run.log_graph(nn.Sequential(nn.Linear(4, 8), nn.ReLU()), step=5)
    with trainer_hooks.init(folder / "long") as run:
        run.log_graph(nn.Sequential(*[nn.Linear(2, 2) for _ in range(1000)]))
    with trainer_hooks.init(folder / "none") as run:
        run.log({"loss": 1.0}, step=0)
    return folder


def box(page, name):
    return page.locator(f'.graph-box[data-id="{name}"]')


def panel(page):
    return page.locator(".graph-panel")


def view(page):
    return page.locator(".graph-svg")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_boxes_open_and_close_and_tell_what_they_are(new_page, serve, logdir, theme, shoot):
    page = new_page(color_scheme=theme)
    page.goto(f"{serve(logdir)}graph?run=blocks")
    expect(panel(page).get_by_role("heading", name="Sequential")).to_be_visible()
    expect(panel(page)).to_contain_text("torch.export")
    expect(page.locator(".graph-shape").first).to_have_text("3×4")
    box(page, "1").locator(".graph-toggle").click()
    expect(box(page, "1.0")).to_be_visible()
    box(page, "1.0").dblclick()
    expect(box(page, "1.0.other")).to_be_visible()
    expect(page).to_have_url(re.compile(r"gopen=1&gopen=1\.0"))
    box(page, "1.0.other").click()
    expect(panel(page)).to_contain_text("parameters72of the model 20.8 %")
    expect(page.locator(".graph-in")).to_have_count(1)
    expect(page.locator(".graph-out")).to_have_count(1)
    shoot(page, f"graph-{theme}")
    page.reload()
    expect(box(page, "1.0.other")).to_have_class(re.compile("chosen"))
    view(page).focus()
    page.keyboard.press("ArrowDown")
    expect(panel(page).get_by_role("heading", name="add")).to_be_visible()
    box(page, "1").locator(".graph-name").first.click()
    page.keyboard.press("Enter")
    expect(box(page, "1.0")).to_have_count(0)


def test_the_search_opens_what_it_finds_in_the_drawing_and_in_the_table(page, serve, logdir):
    page.goto(f"{serve(logdir)}graph?run=blocks&run=long")
    found = page.locator("#graph-found")
    page.locator("#page-graph input[data-field]").fill("/other/")
    expect(found).to_have_text("1 of 2 found")
    expect(box(page, "1.0.other")).to_have_class(re.compile("chosen"))
    page.keyboard.press("Enter")
    expect(found).to_have_text("2 of 2 found")
    expect(box(page, "1.1.other")).to_have_class(re.compile("chosen"))
    expect(box(page, "1.0.other")).to_have_count(0)
    page.locator("#page-graph label").get_by_text("layers", exact=True).click()
    row = page.locator(".graph-row[aria-selected=true]")
    expect(row).to_contain_text("other")
    expect(row).to_contain_text("20.8 %")
    with page.expect_download() as download:
        page.locator('[data-act="graph-csv"]').click()
    lines = download.value.path().read_text().splitlines()
    assert lines[1].startswith(",Sequential,0,3×2,float32,346,346,")
    assert len(lines) == 11


def test_a_long_model_is_drawn_in_groups_and_its_table_by_the_rows_in_sight(page, serve, logdir):
    page.goto(f"{serve(logdir)}graph?run=long")
    expect(panel(page)).to_contain_text("no inputs were given")
    expect(page.locator(".graph-box")).to_have_count(10)
    page.locator(".graph-toggle").first.click()
    expect(page.locator(".graph-box")).to_have_count(110)
    page.locator("#page-graph label").get_by_text("layers", exact=True).click()
    rows = page.locator(".graph-rows .graph-row")
    expect(rows.first).to_contain_text("6,000")
    assert rows.count() < 100
    page.locator(".graph-layers").focus()
    page.keyboard.press("End")
    expect(page.locator(".graph-row[aria-selected=true]")).to_contain_text("999")


def test_each_run_has_its_graph_at_its_steps_and_those_without_are_told_how(page, serve, logdir):
    address = serve(logdir)
    page.goto(f"{address}graph?run=blocks&run=steps")
    page.get_by_role("button", name="steps", exact=True).click()
    expect(page).to_have_url(re.compile("grun=steps"))
    expect(page.locator(".graph-box")).to_have_count(2)
    page.locator("#graph-steps input").focus()
    page.keyboard.press("ArrowLeft")
    expect(page.locator(".graph-box")).to_have_count(1)
    page.goto(f"{address}graph?run=none")
    expect(page.locator("#graph .empty")).to_contain_text("run.log_graph(model, inputs)")
    page.goto(f"{address}run?of=blocks")
    expect(page.locator("#page-run").get_by_text("blocks", exact=True).first).to_be_visible()
    expect(page.get_by_role("table", name="Also logged")).to_have_count(0)
