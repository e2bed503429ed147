"""What a person does on the table page, in a real browser on the real app."""

import csv
import math
import re

import pyarrow.parquet as pq
import pytest
from playwright.sync_api import expect

import trainer_hooks
from tests.browser.charts import pause
from tests.browser.tables import LOSSES, expect_column, open_table, write_runs

RUNS = "?run=good&run=bad&run=slow"
STEPS = RUNS + "&rows=steps"


@pytest.fixture
def url(serve, tmp_path):
    logdir = tmp_path / "runs"
    write_runs(logdir)
    return serve(logdir)


def about(page):
    return page.locator("#table-about")


def choose_columns(page):
    page.get_by_role("button", name="Columns").click()
    return page.get_by_role("dialog", name="Columns")


def download(page, kind, *, every_record=False):
    page.get_by_role("button", name="Download").click()
    group = page.get_by_role("group", name="Every record" if every_record else "This table")
    with page.expect_download() as waiting:
        group.get_by_role("menuitem", name=kind).click()
    expect(page.get_by_text(f"{kind}: whole")).to_be_visible()
    return waiting.value


def test_runs_are_compared_by_last_and_best_value_with_the_best_of_each_column_marked(page, url):
    open_table(page, url, RUNS)
    expect_column(page, "run", ["good", "bad", "slow"])
    expect_column(page, "train/loss.last", ["0.3125", "∞", "0.6000"])
    expect_column(page, "train/loss.min", ["0.2500@ 2", "1.500@ 1", "0.6000@ 3"])
    expect(page.locator('.table-best[col-id="train/loss.min"]')).to_have_text("0.2500@ 2")
    expect(page.locator('.table-best[col-id="val/accuracy.max"]')).to_have_text("0.2200@ 2")
    expect(about(page)).to_contain_text("3 runs, 2 metrics, 3 rows; one row per run. ★ is the best of its column.")


def test_every_digit_is_in_the_tooltip(page, url):
    open_table(page, url, STEPS)
    expect(page.locator('.ag-row[row-index="1"] [col-id="train/loss"]')).to_have_attribute(
        "title", "0.30000000000000004"
    )


def test_steps_join_the_metrics_and_leave_empty_what_was_not_logged(page, url):
    open_table(page, url, "?run=bad&rows=steps")
    expect_column(page, "step", ["0", "1", "2", "3"])
    expect_column(page, "train/loss", ["2", "1.500", "NaN", "∞"])
    expect_column(page, "val/accuracy", ["0.01000", "", "0.2100", ""])


def test_config_that_differs_is_shown_and_the_rest_can_be(page, url):
    open_table(page, url, RUNS)
    expect_column(page, "config.lr", ["1", "0.1000", "0.01000"])
    expect(page.locator('[col-id="config.seed"]')).to_have_count(0)
    choose_columns(page).get_by_role("checkbox", name="seed in the run's config").check()
    expect_column(page, "config.seed", ["0", "0", "0"])


def test_a_filter_on_values_a_step_range_and_the_tags_work_together(page, url):
    open_table(page, url, STEPS)
    page.get_by_role("textbox", name="Show steps where").fill("train/loss < 0.8")
    expect_column(page, "step", ["1", "2", "3", "2", "3"])
    page.get_by_role("textbox", name="First step").fill("2")
    expect_column(page, "step", ["2", "3", "2", "3"])
    page.get_by_role("main").get_by_role("textbox", name="Filter tags").last.fill("/loss$/")
    expect_column(page, "train/loss", ["0.2500", "0.3125", "0.7000", "0.6000"])
    expect(page.locator('[col-id="val/accuracy"]')).to_have_count(0)
    expect(about(page)).to_contain_text("steps 2–3, 4 rows")
    expect(about(page)).to_contain_text("filtered by metrics matching /loss$/, steps from 2, train/loss < 0.8")


def test_a_filter_that_cannot_be_read_is_said_so_and_the_rows_stay(browser, url):
    page = browser.new_context().new_page()  # the browser logs every answer 400, which `page` does not forgive
    open_table(page, url, RUNS)
    where = page.get_by_role("textbox", name="Show runs where")
    complaint = re.compile('There is no column "loss"')
    with page.expect_response(lambda answer: answer.status == 400):
        where.fill("loss < 1")
    expect(about(page)).to_have_text(complaint)
    expect(page.locator(".ag-row")).not_to_have_count(0)
    where.fill("train/loss.min < 1")
    expect_column(page, "run", ["good", "slow"])


def test_the_mean_is_taken_over_as_many_values_as_are_asked_for(page, url):
    open_table(page, url, RUNS)
    choose_columns(page).get_by_role("checkbox", name="mean of the last k").check()
    page.keyboard.press("Escape")
    page.get_by_role("textbox", name="How many of the last values").fill("2")
    expect_column(page, "train/loss.mean", ["0.2813", "NaN", "0.6500"])


def test_which_end_is_better_is_guessed_and_can_be_changed(page, url):
    open_table(page, url, RUNS)
    choose_columns(page).get_by_role("button", name="train/loss: lower is better").click()
    expect(page.locator('[col-id="train/loss.max"]').first).to_be_visible()
    expect(page).to_have_url(re.compile("better=train%2Floss%3Amax"))


def test_the_order_is_in_the_address_so_that_a_copied_link_shows_the_same(page, new_page, url):
    open_table(page, url, RUNS)
    page.get_by_role("columnheader", name="last ↓").click()
    expect_column(page, "train/loss.last", ["0.3125", "0.6000", "∞"])
    page.get_by_role("columnheader", name="last ↓").click()
    expect_column(page, "train/loss.last", ["∞", "0.6000", "0.3125"])
    other = new_page()
    open_table(other, url, page.url.partition("/table")[2])
    expect_column(other, "run", ["bad", "slow", "good"])


def test_two_people_look_at_different_tables(page, new_page, url):
    open_table(page, url, RUNS)
    other = new_page(color_scheme="dark")
    open_table(other, url, "?run=slow&rows=steps")
    expect_column(other, "run", ["slow"] * 4)
    expect_column(page, "run", ["good", "bad", "slow"])


def test_a_download_of_steps_equals_what_was_logged(page, url):
    open_table(page, url, STEPS)
    saved = download(page, "CSV")
    assert re.fullmatch(r"tailboard-3-runs-\d{4}-\d\d-\d\d\.csv", saved.suggested_filename)
    first, *lines = saved.path().read_text().splitlines()
    assert first.startswith("# Tailboard: 3 runs  2 metrics")
    logged = {}
    for row in csv.DictReader(lines):
        logged.setdefault(row["run"], []).append(float(row["train/loss"]))
    assert {run: list(map(repr, values)) for run, values in logged.items()} == {
        run: list(map(repr, losses)) for run, losses in LOSSES.items()
    }


def test_a_download_is_filtered_sorted_and_has_the_columns_on_show(page, url):
    open_table(page, url, RUNS + "&where=train/loss.min+<+1&sort=train/loss.min:desc&metric=train/loss&stat=min")
    rows = list(csv.DictReader(download(page, "CSV").path().read_text().splitlines()[1:]))
    assert [(row["run"], row["train/loss.min"], row["train/loss.min_step"]) for row in rows] == [
        ("slow", "0.6", "3"),
        ("good", "0.25", "2"),
    ]
    assert rows[0]["config.lr"] == "0.01"
    assert "val/accuracy.last" not in rows[0]


def test_every_record_of_the_metrics_on_show_downloads_as_parquet(page, url):
    open_table(page, url, RUNS + "&metric=train/loss")
    table = pq.read_table(download(page, "Parquet", every_record=True).path())
    assert table.column_names == ["run", "tag", "step", "wall_time", "value"]
    assert set(table.column("tag").to_pylist()) == {"train/loss"}
    bad = [row["value"] for row in table.to_pylist() if row["run"] == "bad"]
    assert bad[:2] == LOSSES["bad"][:2]
    assert math.isnan(bad[2])
    assert bad[3] == math.inf


def test_the_machine_and_the_layers_stay_out_until_they_are_asked_for(page, serve, tmp_path):
    with trainer_hooks.init(tmp_path / "runs" / "a") as run:
        aside = {"system/cpu_percent": 50.0, "time/steps_per_s": 9.0, "watch/grad_norm/net.weight": 2.0}
        run.log({"loss": 1.0, "watch/grad_norm": 3.0, **aside}, step=0)
    open_table(page, serve(tmp_path / "runs"))
    expect(about(page)).to_contain_text("1 run, 2 metrics, 1 row")
    expect(about(page)).to_contain_text("3 more of layers and of the machine are under Columns")
    expect(page.locator('[col-id="system/cpu_percent.last"]')).to_have_count(0)
    choose_columns(page).get_by_role("button", name="all", exact=True).click()
    expect_column(page, "system/cpu_percent.last", ["50"])


def test_rows_grow_live_and_the_place_is_kept(page, serve, tmp_path):
    logdir = tmp_path / "runs"
    with trainer_hooks.init(logdir / "live") as run:
        for step in range(300):
            run.log({"loss": step}, step=step)
        open_table(page, serve(logdir), "?rows=steps")
        expect(about(page)).to_contain_text("300 rows")
        page.locator(".ag-body-viewport").evaluate("grid => { grid.scrollTop = 2800; }")
        expect(page.locator('.ag-row[row-index="105"] [col-id="step"]')).to_have_text("105")
        run.log({"loss": 1.0}, step=300)
        expect(about(page)).to_contain_text("301 rows")
        assert page.locator(".ag-body-viewport").evaluate("grid => grid.scrollTop") == 2800


def test_pausing_stops_the_rows_too(page, serve, tmp_path):
    logdir = tmp_path / "runs"
    with trainer_hooks.init(logdir / "live") as run:
        run.log({"loss": 1.0}, step=0)
        open_table(page, serve(logdir))
        pause(page)
        run.log({"loss": 2.0}, step=1)
        expect_column(page, "loss.last", ["1"])
        page.get_by_role("button", name="Pause or go on").click()
        expect_column(page, "loss.last", ["2"])


def test_no_picked_run_and_no_matching_metric_are_said_in_words(page, url):
    open_table(page, url, RUNS)
    page.get_by_role("button", name="none", exact=True).click()
    expect(page.locator("#table-words")).to_have_text("No run is picked. Tick runs in the list, or press “newest 10”.")
    page.get_by_role("button", name="all", exact=True).click()
    expect_column(page, "train/loss.last", ["0.6000", "∞", "0.3125"])
    page.get_by_role("main").get_by_role("textbox", name="Filter tags").last.fill("bleu")
    expect(page.get_by_text("The picked runs have no metrics that match “bleu”.")).to_be_visible()


def test_an_empty_folder_shows_the_lines_to_start_with(page, serve, tmp_path):
    (tmp_path / "runs").mkdir()
    page.goto(serve(tmp_path / "runs") + "table")
    expect(page.get_by_text("trainer_hooks.init(").last).to_be_visible()


def test_columns_and_rows_are_reached_by_keyboard(page, url):
    open_table(page, url, RUNS)
    page.get_by_role("button", name="Columns").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog", name="Columns")).to_be_visible()
    page.get_by_role("checkbox", name="val/accuracy", exact=True).focus()
    page.keyboard.press("Space")
    expect(page.locator('[col-id="val/accuracy.last"]')).to_have_count(0)
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog", name="Columns")).to_have_count(0)
    expect(page.get_by_role("button", name="Columns")).to_be_focused()
    page.locator('.ag-row[row-index="0"] [col-id="run"]').focus()
    page.keyboard.press("ArrowDown")
    expect(page.locator('.ag-row[row-index="1"] [col-id="run"]')).to_be_focused()
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("/run.*of=bad"))


def test_the_code_of_the_grid_is_fetched_when_the_table_is_looked_at(page, url):
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(url)
    expect(page.locator("#run-list li[data-run]")).to_have_count(3)
    assert not any("dash_ag_grid" in address for address in asked)
    page.get_by_role("link", name="Table").click()
    expect_column(page, "train/loss.last", ["0.6000", "∞", "0.3125"])
    assert any("dash_ag_grid" in address for address in asked)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_both_themes_are_readable(new_page, url, theme):
    page = new_page(color_scheme=theme)
    open_table(page, url, RUNS)
    colours = page.locator('.ag-row[row-index="0"] [col-id="train/loss.last"]').evaluate(
        "cell => [getComputedStyle(cell).color, getComputedStyle(cell.closest('.ag-root-wrapper')).backgroundColor]"
    )
    text, paper = ([int(part) for part in re.findall(r"\d+", colour)[:3]] for colour in colours)
    assert abs(sum(text) - sum(paper)) > 500
