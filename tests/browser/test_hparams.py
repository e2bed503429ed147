"""The hyper-parameters page: brushing an axis picks runs on every page, in a real browser on the real app."""

import pytest
from playwright.sync_api import expect

from tests.run_files import RunFiles

RATES = (0.001, 0.01, 0.1, 1.0)


@pytest.fixture
def url(serve, tmp_path):
    for place, lr in enumerate(RATES):
        config = {"lr": lr, "optimizer": {"name": "adam" if place % 2 else "sgd"}, "seed": 0}
        RunFiles(tmp_path / "runs" / f"run-{place}").say(config=config).log({"val/accuracy": 0.5 + lr / 4}, 7)
    return serve(tmp_path / "runs")


def rows(page):
    return page.locator(".hparam-table tbody tr")


def picked(page):
    return page.evaluate("tailboard.live.picked().sort()")


def test_dragging_along_an_axis_picks_the_runs_within_on_every_page(page, url):
    page.goto(f"{url}hparams")
    expect(rows(page)).to_have_count(4)
    assert [head.inner_text().split("\n")[0] for head in page.locator(".hparam-head").all()] == [
        "lr",
        "optimizer.name",
        "val/accuracy",
    ]
    box = page.locator(".hparam-lines").bounding_box()
    x, top = box["x"] + 66, box["y"]  # the first axis: lr, logarithmic, the highest at the top
    page.mouse.move(x, top + 2)
    page.mouse.down()
    page.mouse.move(x, top + 90, steps=3)
    page.mouse.move(x, top + 170, steps=3)
    page.mouse.up()
    expect(rows(page)).to_have_count(2)
    expect(page.get_by_role("status").filter(has_text="2 of 4 runs pass")).to_be_visible()
    assert picked(page) == ["run-2", "run-3"]
    page.get_by_role("link", name="Charts", exact=True).click()
    page.wait_for_function("tailboard.panels.all.get('val/accuracy')?.chart.series.size === 2")
    page.reload()
    page.get_by_role("link", name="Hyper-parameters").click()
    expect(rows(page)).to_have_count(2)
    page.get_by_role("button", name="clear the brushes").click()
    expect(rows(page)).to_have_count(4)
    assert len(picked(page)) == 4


def test_an_axis_can_be_brushed_turned_and_moved_by_keyboard(page, url):
    page.goto(f"{url}hparams")
    page.locator(".hparam-head", has_text="optimizer.name").focus()
    page.keyboard.press("Enter")
    page.get_by_role("checkbox", name="adam").check()
    page.get_by_role("button", name="Pick these runs").press("Enter")
    expect(rows(page)).to_have_count(2)
    page.locator(".hparam-head", has_text="lr").press("Enter")
    page.get_by_role("spinbutton", name="From").fill("0.5")
    page.keyboard.press("Enter")
    expect(rows(page)).to_have_count(1)
    assert picked(page) == ["run-3"]
    page.locator(".hparam-head", has_text="lr").press("Enter")
    page.get_by_role("button", name="linear axis").click()
    page.wait_for_function("!tailboard.hparams.axes().find((axis) => axis.name === 'lr').log")
    page.locator(".hparam-head", has_text="lr").press("Enter")
    page.get_by_role("button", name="move right").click()
    expect(page.locator(".hparam-head").nth(1)).to_contain_text("lr")


def test_the_scatter_matrix_has_a_cell_for_each_pair_and_the_table_sorts(page, url):
    page.goto(f"{url}hparams?hview=scatter")
    expect(page.locator(".hparam-points")).to_have_attribute(
        "aria-label",
        "4 runs, lr, optimizer.name, val/accuracy against each other; the table below has the same numbers",
    )
    expect(rows(page).first).to_contain_text("run-3")
    page.get_by_role("button", name="Sort by lr").or_(
        page.locator('[data-act="hparam-sort"][data-axis="lr"]')
    ).first.click()
    expect(rows(page).first).to_contain_text("run-0")
    with page.expect_download() as download:
        page.get_by_role("button", name="CSV").click()
    lines = download.value.path().read_text().splitlines()
    assert lines[:2] == ["run,val/accuracy,step,lr,optimizer.name", "run-0,0.50025,7,0.001,sgd"]
