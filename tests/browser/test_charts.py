"""What a person does on the charts page, in a real browser on the real app."""

import csv
import io
import math
import re

import pytest
from playwright.sync_api import expect

import trainer_hooks
from tests.browser.charts import (
    axis,
    drag,
    drawn,
    open_charts,
    pause,
    runs_drawn,
    wait_for_last_x,
    wait_for_runs,
    write_run,
)


@pytest.fixture
def three_runs(tmp_path):
    logdir = tmp_path / "runs"
    for name in ("a", "b", "c"):
        write_run(logdir / name, scale=1 + "abc".index(name))
    return logdir


def test_an_empty_folder_shows_the_lines_to_start_with_and_the_first_run_appears_by_itself(page, serve, tmp_path):
    logdir = tmp_path / "runs"
    logdir.mkdir()
    page.goto(serve(logdir))
    expect(page.get_by_text("trainer_hooks.init(")).to_be_visible()
    write_run(logdir / "first")
    wait_for_runs(page, "train/loss", ["first"])


def test_the_newest_ten_runs_are_picked_at_first(page, serve, tmp_path):
    logdir = tmp_path / "runs"
    for i in range(12):
        write_run(logdir / f"run-{i:02}", steps=3)
    open_charts(page, serve(logdir))
    wait_for_runs(page, "train/loss", [f"run-{i:02}" for i in range(2, 12)])
    expect(page.locator("#run-count")).to_have_text("10 of 12")


def test_runs_are_picked_in_the_list_by_buttons_and_by_only(page, serve, three_runs):
    open_charts(page, serve(three_runs))
    page.get_by_role("checkbox", name="Show b").uncheck()
    wait_for_runs(page, "train/loss", ["a", "c"])
    page.locator('li[data-run="b"]').hover()
    page.locator('li[data-run="b"]').get_by_text("only").click()
    wait_for_runs(page, "train/loss", ["b"])
    page.get_by_role("button", name="none", exact=True).click()
    expect(page.get_by_text("No run is picked")).to_be_visible()
    page.get_by_role("button", name="all", exact=True).click()
    wait_for_runs(page, "train/loss", ["a", "b", "c"])


def test_runs_are_picked_in_the_searchable_dropdown(page, serve, three_runs):
    open_charts(page, serve(three_runs), "?run=a")
    page.locator("#run-picker").click()
    page.keyboard.type("c")
    page.keyboard.press("Tab")
    page.get_by_role("option", name="c", exact=True).click()
    wait_for_runs(page, "train/loss", ["a", "c"])


def test_searching_the_run_list_takes_text_and_regex(page, serve, three_runs):
    open_charts(page, serve(three_runs))
    search = page.get_by_role("textbox", name="Search runs")
    search.fill("/^[ab]$/")
    expect(page.locator("#run-list li[data-run]")).to_have_count(2)
    search.fill("zzz")
    expect(page.get_by_text("No run has a name like that.")).to_be_visible()


def test_the_smoothed_line_is_the_debiased_average_of_all_points_and_the_raw_one_lies_behind(page, serve, three_runs):
    open_charts(page, serve(three_runs), "?run=a&amount=0.9")
    shown = drawn(page, "train/loss", "a")
    assert shown["x"] == list(range(200))
    average, weight = 0.0, 1.0
    for raw, smoothed in zip(shown["y"], shown["smoothed"], strict=True):
        average = 0.9 * average + 0.1 * raw
        weight *= 0.9
        assert smoothed == pytest.approx(average / (1 - weight), abs=1e-9)
    roles = page.evaluate("tailboard.panels.all.get('train/loss').plot.data.map((trace) => Boolean(trace.meta.raw))")
    assert roles == [True, False]


def test_the_smoothing_slider_follows_the_keyboard_and_the_line_follows_the_slider(page, serve, three_runs):
    open_charts(page, serve(three_runs), "?run=a")
    before = drawn(page, "train/loss", "a")["smoothed"]
    page.get_by_role("slider", name="Smoothing").focus()
    page.keyboard.press("End")
    expect(page.locator("#amount-words")).to_have_text("1.00")
    page.wait_for_function(
        "(last) => tailboard.panels.all.get('train/loss').chart.series.get('a').smoothed.at(-1) !== last",
        arg=before[-1],
    )
    page.keyboard.press("Home")
    expect(page.locator("#amount-words")).to_have_text("off")
    page.wait_for_function("tailboard.panels.all.get('train/loss').chart.series.get('a').smoothed === null")


def test_a_dragged_slider_bends_the_lines_at_once_to_where_plotly_draws_them_at_rest(page, serve, three_runs):
    run = trainer_hooks.init(three_runs / "gap")
    for step in range(200):
        run.log({"train/loss": math.nan if step in (50, 51, 120) else 2 + math.sin(step)}, step=step)
    run.finish()
    open_charts(page, serve(three_runs))
    boxes = """() => Object.fromEntries([...document.querySelectorAll('.panel[data-tag="train/loss"] .trace')]
      .filter((trace) => !trace.__data__[0].trace.meta.marks)
      .map((trace) => {
        const { run, raw } = trace.__data__[0].trace.meta;
        const { x, y, width, height } = trace.querySelector('.lines').getBBox();
        return [run + Boolean(raw), [x, y, x + width, y + height]];
      }))"""
    page.evaluate(
        """() => {
          window.draws = 0;
          window.sketches = 0;
          const later = window.setTimeout;  // the slider is held until the test says that it rests
          window.setTimeout = (call, delay) => (delay === 400 ? void (window.rest = call) : later(call, delay));
          const { draw, sketch } = tailboard.Chart.prototype;
          tailboard.Chart.prototype.draw = function () { window.draws += 1; return draw.call(this); };
          tailboard.Chart.prototype.sketch = function () { window.sketches += 1; return sketch.call(this); };
        }"""
    )
    before = page.evaluate(boxes)
    page.evaluate("tailboard.view.set({ amount: 0.95 })")
    page.wait_for_function("window.sketches >= 2")
    sketched = page.evaluate(boxes)
    page.evaluate("window.rest()")
    page.wait_for_function("window.draws >= 2")
    drawn_at_rest = page.evaluate(boxes)
    assert sketched["afalse"] != before["afalse"]
    assert sketched.keys() == drawn_at_rest.keys()
    for line, box in sketched.items():
        assert box == pytest.approx(drawn_at_rest[line], abs=1.5)


def test_log_scales_are_switched_for_all_panels_and_for_one(page, serve, three_runs):
    open_charts(page, serve(three_runs))
    page.get_by_role("button", name="log y", exact=True).click()
    page.wait_for_function("tailboard.panels.all.get('train/loss').plot._fullLayout.yaxis.type === 'log'")
    one = page.locator('.panel[data-tag="train/loss"]')
    one.hover()
    one.get_by_role("button", name="Logarithmic vertical axis of this panel").click()
    page.wait_for_function("tailboard.panels.all.get('train/loss').plot._fullLayout.yaxis.type === 'linear'")
    page.wait_for_function("tailboard.panels.all.get('val/loss').plot._fullLayout.yaxis.type === 'log'")
    page.get_by_role("button", name="log x", exact=True).click()
    page.wait_for_function("tailboard.panels.all.get('val/loss').plot._fullLayout.xaxis.type === 'log'")


def test_a_live_point_appears_and_the_age_of_the_newest_point_is_shown(page, serve, tmp_path):
    run = write_run(tmp_path / "runs" / "a", steps=5, finish=False)
    open_charts(page, serve(tmp_path / "runs"))
    run.log({"train/loss": 0.5}, step=5)
    wait_for_last_x(page, "train/loss", "a", 5)
    expect(page.locator("#live")).to_contain_text("newest point")
    run.finish()


def test_a_zoom_is_kept_over_twenty_live_updates_and_a_double_click_returns(page, serve, tmp_path):
    run = write_run(tmp_path / "runs" / "a", steps=2000, finish=False)
    open_charts(page, serve(tmp_path / "runs"))
    drag(page, "train/loss", 0.2, 0.4)
    page.wait_for_function(
        "tailboard.panels.all.get('train/loss').chart.window && tailboard.panels.all.get('train/loss').chart"
        ".series.get('a').total < 800 && !tailboard.panels.all.get('train/loss').chart.dirty"
    )
    x = drawn(page, "train/loss", "a")["x"]
    assert x == [float(step) for step in range(int(x[0]), int(x[-1]) + 1)], "the window has full resolution"
    zoomed = axis(page, "train/loss", "xaxis")["range"], axis(page, "train/loss", "yaxis")["range"]
    for step in range(2000, 2020):
        run.log({"train/loss": 0.1, "val/loss": 0.1}, step=step)
        wait_for_last_x(page, "val/loss", "a", step)
        assert (axis(page, "train/loss", "xaxis")["range"], axis(page, "train/loss", "yaxis")["range"]) == zoomed
    page.locator('.panel[data-tag="train/loss"] .nsewdrag').first.dblclick()
    wait_for_last_x(page, "train/loss", "a", 2019)
    run.finish()


def test_values_that_are_not_finite_are_marked_on_the_axis_and_counted(page, serve, tmp_path):
    run = trainer_hooks.init(tmp_path / "runs" / "a")
    for step, value in enumerate([1.0, 0.5, math.nan, 0.25, math.inf, 0.2]):
        run.log({"train/loss": value}, step=step)
    run.finish()
    open_charts(page, serve(tmp_path / "runs"))
    marks = page.evaluate("tailboard.panels.all.get('train/loss').plot.data.find((t) => t.meta.marks)")
    assert marks["marker"]["symbol"] == ["x-thin", "triangle-up"]
    expect(page.locator('.panel[data-tag="train/loss"] .badges')).to_contain_text("2 NaN/∞")


def test_ignoring_outliers_fits_the_axis_and_says_how_many_points_are_off_scale(page, serve, tmp_path):
    run = trainer_hooks.init(tmp_path / "runs" / "a")
    for step in range(1000):
        run.log({"train/loss": 1e6 if step in (10, 500, 900) else 1 + math.sin(step) / 10}, step=step)
    run.finish()
    open_charts(page, serve(tmp_path / "runs"))
    assert axis(page, "train/loss", "yaxis")["range"][1] > 1e5
    page.get_by_role("button", name="squeezed: ignore outliers?").click()
    expect(page.get_by_role("button", name="ignore outliers", exact=True)).to_have_attribute("aria-pressed", "true")
    expect(page.locator('.panel[data-tag="train/loss"] .badges')).to_contain_text("3 off scale")
    page.wait_for_function("tailboard.panels.all.get('train/loss').plot._fullLayout.yaxis.range[1] < 2")


def test_the_tooltip_lists_the_values_under_the_pointer_highest_first(page, serve, three_runs):
    open_charts(page, serve(three_runs), "?amount=0")
    box = page.locator('.panel[data-tag="train/loss"] .nsewdrag').first.bounding_box()
    page.mouse.move(box["x"] + 20, box["y"] + 60)
    page.mouse.move(box["x"] + 24, box["y"] + 60)
    names = page.locator(".tooltip td.name")
    expect(names).to_have_text(["c", "b", "a"])
    expect(page.locator('.panel[data-tag="val/loss"] .cursor')).to_be_visible()


def test_a_run_under_the_pointer_comes_forward_in_every_panel_and_a_click_keeps_it_there(page, serve, three_runs):
    open_charts(page, serve(three_runs))
    in_front = """(runs) => [...document.querySelectorAll('.scatterlayer .trace')]
      .filter((trace) => !trace.__data__[0].trace.meta.raw)
      .every((trace) => runs.includes(trace.__data__[0].trace.meta.run) === Number(trace.style.opacity) > 0.5)"""
    page.locator('li[data-run="b"]').hover()
    page.wait_for_function(in_front, arg="b")
    page.locator("#bar").hover()
    page.wait_for_function(in_front, arg="abc")
    at = page.evaluate(
        """() => {
          const { chart, plot } = tailboard.panels.all.get('train/loss');
          const { xaxis, yaxis, _size } = plot._fullLayout;
          const { x, smoothed } = chart.series.get('c');
          const box = plot.getBoundingClientRect();
          return [box.left + _size.l + xaxis.d2p(x[20]), box.top + _size.t + yaxis.d2p(smoothed[20])];
        }"""
    )
    page.mouse.move(at[0] - 3, at[1])
    page.mouse.move(*at)
    expect(page.locator(".tooltip .closest .name")).to_have_text("c")
    page.mouse.down()
    page.mouse.up()
    page.wait_for_url("**focus=c**")
    page.locator("#bar").hover()
    page.wait_for_function(in_front, arg="c")


def test_a_panels_numbers_are_read_as_a_table_by_people_who_cannot_see_the_lines(page, serve, three_runs):
    open_charts(page, serve(three_runs), "?amount=0")
    page.locator('.panel[data-tag="train/loss"]').focus()
    page.keyboard.press("d")
    dialog = page.get_by_role("dialog", name="train/loss")
    expect(dialog.get_by_role("row")).to_have_count(4)
    expect(dialog.get_by_role("row").nth(1)).to_contain_text("200")
    page.keyboard.press("Escape")
    expect(page.locator('.panel[data-tag="train/loss"]')).to_be_focused()


def test_a_run_that_has_not_logged_a_tag_is_no_news_in_its_panel(page, serve, three_runs):
    open_charts(page, serve(three_runs))
    run = trainer_hooks.init(three_runs / "d")
    run.log({"other": 1.0}, step=0)
    wait_for_runs(page, "other", ["d"])
    wait_for_runs(page, "train/loss", ["a", "b", "c"])
    expect(page.locator('.panel[data-tag="train/loss"] .badge')).to_have_count(0)
    run.log({"train/loss": 1.0}, step=1)
    wait_for_runs(page, "train/loss", ["a", "b", "c", "d"])
    run.finish()


def test_a_panel_without_anything_to_draw_says_why_and_its_neighbours_are_drawn(page, serve, three_runs):
    open_charts(page, serve(three_runs), "?x=tag:val/loss")
    run = trainer_hooks.init(three_runs / "d")
    run.log({"late": 1.0}, step=0)
    run.finish()
    late = page.locator('.panel[data-tag="late"]')
    expect(late).to_contain_text("d has no points of val/loss, which is the x axis.")
    assert drawn(page, "train/loss", "a")["total"] == 200


def test_on_a_narrow_screen_the_run_list_folds_away_and_panels_stand_in_one_column(new_page, serve, three_runs):
    page = new_page(viewport={"width": 420, "height": 800})
    open_charts(page, serve(three_runs))
    expect(page.get_by_role("checkbox", name="Show a")).not_to_be_visible()
    page.get_by_role("button", name="Show or hide the run list").click()
    expect(page.get_by_role("checkbox", name="Show a")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 420
    lefts = page.evaluate("[...document.querySelectorAll('.panel')].map((panel) => panel.getBoundingClientRect().left)")
    assert len(set(lefts)) == 1


def test_panels_fold_filter_pin_and_enlarge(page, serve, three_runs):
    open_charts(page, serve(three_runs))
    page.get_by_role("button", name="val 1").click()
    expect(page.locator('.panel[data-tag="val/loss"]')).to_have_count(0)
    page.get_by_role("button", name="val 1").click()
    page.locator('.panel[data-tag="val/loss"]').hover()
    page.locator('.panel[data-tag="val/loss"]').get_by_role("button", name="Pin to the top").click()
    expect(page.locator(".section").first).to_contain_text("pinned")
    page.get_by_role("textbox", name="Filter tags").fill("/^train/")
    expect(page.locator(".panel")).to_have_count(1)
    page.locator(".panel").hover()
    page.get_by_role("button", name="Enlarge").click()
    page.wait_for_function("tailboard.panels.all.get('train/loss').plot._fullLayout.width > 1000")
    page.keyboard.press("Escape")
    page.wait_for_function("tailboard.panels.all.get('train/loss').plot._fullLayout.width < 1000")


def test_groups_of_the_machine_are_last_and_folded_until_they_are_asked_for(page, serve, tmp_path):
    with trainer_hooks.init(tmp_path / "runs" / "a") as run:
        for step in range(3):
            machine = {"system/cpu_percent": 50.0, "time/steps_per_s": 9.0, "time/left_s": 3.0 - step}
            run.log({"train/loss": 1.0 if step < 2 else math.nan, "lr": 0.001, **machine}, step=step)
    url = serve(tmp_path / "runs")
    page.goto(url)
    heads = page.locator("#panels .section-head")
    expect(heads).to_have_text(["train1", "other1", "system1", "time2"])
    expect(page.locator(".panel[data-tag]")).to_have_count(2)
    heads.last.click()
    expect(page.locator('.panel[data-tag="time/left_s"]')).to_be_visible()
    expect(heads.nth(2)).to_have_attribute("aria-expanded", "false")
    page.reload()
    expect(page.locator('.panel[data-tag="time/left_s"]')).to_be_visible()
    heads.last.click()
    expect(page.locator('.panel[data-tag="time/left_s"]')).to_be_hidden()
    page.get_by_role("textbox", name="Filter tags").fill("cpu")
    expect(page.locator('.panel[data-tag="system/cpu_percent"]')).to_be_visible()
    row = page.locator('#run-list li[data-run="a"] .run-detail')
    expect(row).to_have_text("⚠ NaN\u00a0train/loss")
    expect(row).to_have_attribute("title", "train/loss is NaN, for the first time at step 2")


def test_the_axis_of_a_constant_lies_around_it(page, serve, tmp_path):
    with trainer_hooks.init(tmp_path / "runs" / "a") as run:
        for step in range(3):
            run.log({"lr": 0.001}, step=step)
    open_charts(page, serve(tmp_path / "runs"))
    wait_for_runs(page, "lr", ["a"])
    assert axis(page, "lr", "yaxis")["range"] == pytest.approx([0.0005, 0.0015])


def test_a_panels_csv_is_every_point_that_was_logged(page, serve, tmp_path):
    write_run(tmp_path / "runs" / "a", steps=3000)
    open_charts(page, serve(tmp_path / "runs"))
    page.locator('.panel[data-tag="train/loss"]').hover()
    page.locator('.panel[data-tag="train/loss"]').get_by_role("button", name="Download").click()
    with page.expect_download() as download:
        page.get_by_role("menuitem", name="CSV, every point").click()
    text = download.value.path().read_text()
    rows = list(
        csv.DictReader(io.StringIO("".join(line for line in text.splitlines(True) if not line.startswith("#"))))
    )
    values = [float(row["value"]) for row in rows]
    assert values == [math.exp(-step / 50) + 0.1 * math.sin(step * 1.7) for step in range(3000)]


def test_a_picture_of_one_panel_is_downloaded_with_its_legend(page, serve, three_runs):
    open_charts(page, serve(three_runs))
    page.locator('.panel[data-tag="train/loss"]').hover()
    page.locator('.panel[data-tag="train/loss"]').get_by_role("button", name="Download").click()
    with page.expect_download() as download:
        page.get_by_role("menuitem", name="SVG picture").click()
    picture = download.value.path().read_text()
    assert picture.startswith("<svg")
    assert all(f">{name}</text>" in picture for name in ("train/loss", "a", "b", "c"))


def test_a_link_shows_another_person_the_same(page, new_page, serve, three_runs):
    url = serve(three_runs)
    open_charts(page, url)
    page.get_by_role("checkbox", name="Show b").uncheck()
    page.get_by_role("button", name="log y", exact=True).click()
    page.get_by_role("textbox", name="Filter tags").fill("val")
    page.wait_for_url("**tags=val**")
    other = new_page()
    other.goto(page.url)
    wait_for_runs(other, "val/loss", ["a", "c"])
    expect(other.get_by_role("button", name="log y", exact=True)).to_have_attribute("aria-pressed", "true")
    expect(other.get_by_role("textbox", name="Filter tags")).to_have_value("val")
    other.wait_for_function("tailboard.panels.all.get('val/loss').plot._fullLayout.yaxis.type === 'log'")


def test_two_browsers_at_once_do_not_share_what_they_chose(new_page, serve, three_runs):
    url = serve(three_runs)
    one, two = new_page(), new_page()
    open_charts(one, url)
    open_charts(two, url)
    one.get_by_role("checkbox", name="Show a").uncheck()
    wait_for_runs(one, "train/loss", ["b", "c"])
    two.get_by_role("button", name="log y", exact=True).click()
    two.wait_for_function("tailboard.panels.all.get('train/loss').plot._fullLayout.yaxis.type === 'log'")
    assert runs_drawn(two, "train/loss") == {"a", "b", "c"}
    assert axis(one, "train/loss", "yaxis")["type"] == "linear"


def test_the_theme_follows_the_system_and_can_be_switched_and_is_remembered(new_page, serve, three_runs):
    url = serve(three_runs)
    page = new_page(color_scheme="dark")
    open_charts(page, url)
    theme = page.locator("html")
    expect(theme).to_have_attribute("data-theme", "dark")
    page.get_by_role("button", name="Theme").click()
    expect(theme).to_have_attribute("data-theme", "light")
    page.wait_for_function("tailboard.panels.all.get('train/loss').plot.layout.font.color === '#1c2430'")
    page.reload()
    expect(theme).to_have_attribute("data-theme", "light")


def test_everything_is_reached_by_keyboard_alone(page, serve, three_runs):
    open_charts(page, serve(three_runs))
    page.keyboard.press("l")
    page.wait_for_function("tailboard.panels.all.get('train/loss').plot._fullLayout.yaxis.type === 'log'")
    page.keyboard.press("/")
    page.keyboard.type("train")
    expect(page.locator(".panel")).to_have_count(1)
    page.keyboard.press("Escape")
    page.get_by_role("checkbox", name="Show a").focus()
    page.keyboard.press("Space")
    wait_for_runs(page, "train/loss", ["b", "c"])
    page.locator(".panel").focus()
    page.keyboard.press("e")
    expect(page.locator(".panel.enlarged")).to_have_count(1)
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keys")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)


def test_news_go_on_while_panels_are_drawn_anew_for_other_reasons(page, serve, tmp_path):
    run = write_run(tmp_path / "runs" / "a", steps=5, finish=False)
    open_charts(page, serve(tmp_path / "runs"))
    page.evaluate("setInterval(() => tailboard.panels.redrawAll(false), 15)")
    for step in range(5, 15):
        run.log({"train/loss": 0.5, "val/loss": 0.5}, step=step)
        page.wait_for_function(
            "(x) => tailboard.panels.all.get('val/loss').chart.series.get('a').x.at(-1) >= x", arg=step
        )
    run.finish()


def test_pause_stops_the_news_and_going_on_brings_them_all(page, serve, tmp_path):
    run = write_run(tmp_path / "runs" / "a", steps=5, finish=False)
    open_charts(page, serve(tmp_path / "runs"))
    pause(page)
    asked = page.evaluate("tailboard.live.state.asked")
    run.log({"train/loss": 0.5}, step=5)
    before = page.evaluate("dash_clientside.set_props && document.getElementById('live').textContent")
    expect(page.locator("#live")).not_to_have_text(before)  # the clock ticked on
    assert page.evaluate("tailboard.live.state.asked") == asked
    page.keyboard.press("p")
    wait_for_last_x(page, "train/loss", "a", 5)
    run.finish()


def test_fifty_runs_in_a_panel_are_all_drawn_each_with_a_line_of_its_own(page, serve, tmp_path):
    for i in range(50):
        write_run(tmp_path / "runs" / f"run-{i:02}", steps=30, scale=1 + i / 10, tags=("train/loss",))
    open_charts(page, serve(tmp_path / "runs"))
    page.get_by_role("button", name="all", exact=True).click()
    wait_for_runs(page, "train/loss", [f"run-{i:02}" for i in range(50)])
    lines = page.evaluate(
        "tailboard.panels.all.get('train/loss').plot.data.filter((trace) => !trace.meta.raw)"
        ".map((trace) => trace.line.color + trace.line.dash)"
    )
    assert len(lines) == 50
    assert len(set(lines)) == 32


def test_another_metric_can_be_the_horizontal_axis(page, serve, tmp_path):
    run = trainer_hooks.init(tmp_path / "runs" / "a")
    for step in range(20):
        run.log({"epoch": step // 5, "train/loss": 1 / (step + 1)}, step=step)
    run.finish()
    open_charts(page, serve(tmp_path / "runs"), "?x=tag:epoch&amount=0")
    assert drawn(page, "train/loss", "a")["x"] == [step // 5 for step in range(20)]


def test_an_answer_that_makes_no_sense_is_said_in_words_until_the_next_one_does(page, serve, three_runs):
    open_charts(page, serve(three_runs))
    page.context.route("**/api/v1/live", lambda route: route.fulfill(status=200, body="what?"))
    expect(page.locator("#live")).to_contain_text("The server's answer makes no sense")
    page.context.unroute("**/api/v1/live")
    expect(page.locator("#live")).to_contain_text("newest point")


def test_pages_that_do_not_fit_are_in_a_menu_for_the_pointer_and_the_keyboard(new_page, serve, tmp_path):
    write_run(tmp_path / "runs" / "a", steps=3)
    page = new_page(viewport={"width": 420, "height": 800})
    open_charts(page, serve(tmp_path / "runs"))
    files = page.get_by_role("link", name="Files", exact=True)
    expect(files).to_be_hidden()
    page.get_by_role("button", name="More pages").press("Enter")
    expect(files).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="More pages")).to_be_focused()
    expect(files).to_be_hidden()
    page.get_by_role("button", name="More pages").click()
    files.click()
    expect(page).to_have_title(re.compile("Files"))
    expect(page.get_by_role("button", name="Files, and more pages")).to_be_visible()
    page.keyboard.press("1")
    expect(page).to_have_title(re.compile("Charts"))
    page.set_viewport_size({"width": 1440, "height": 900})
    expect(files).to_be_visible()


def test_a_panel_that_was_scrolled_away_while_a_run_was_in_front_shows_all_runs_again(page, serve, tmp_path):
    for name in ("a", "b"):
        write_run(tmp_path / "runs" / name, steps=3, tags=[f"group{i:02}/loss" for i in range(24)])
    open_charts(page, serve(tmp_path / "runs"))
    faded = """() => {
      const { plot, near } = tailboard.panels.all.get('group00/loss');
      const traces = [...plot.querySelectorAll('.scatterlayer .trace')];
      return { near, faded: traces.filter((trace) => Number(trace.style.opacity) < 0.2).length };
    }"""
    page.locator('li[data-run="b"]').hover()
    page.wait_for_function(f"({faded})().faded > 0")
    page.evaluate("scrollTo(0, document.body.scrollHeight)")
    page.wait_for_function(f"!({faded})().near")
    page.locator("#bar").hover()
    page.wait_for_function(f"({faded})().faded === 0")
