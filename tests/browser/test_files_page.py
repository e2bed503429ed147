"""What a person sees and does with the logs of other tools, in a real browser on the real app."""

import json
import re

import pytest
from playwright.sync_api import expect

from tests.browser.charts import drawn, open_charts, write_run

CELLS = "[role='gridcell']"


def write_lines(path, **columns):
    """A file of JSON lines, one key for each column."""
    path.parent.mkdir(parents=True, exist_ok=True)
    rows = (dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True))
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))


@pytest.fixture
def mixed(tmp_path):
    """Runs of two formats, one of them with a broken line, and files that are no runs."""
    logdir = tmp_path / "runs"
    write_run(logdir / "ours", steps=20)
    write_lines(logdir / "theirs/metrics.jsonl", step=[0, 1, 2], loss=[3.0, 2.0, 1.0])
    with (logdir / "theirs/metrics.jsonl").open("a") as file:
        file.write("no json at all\n" + json.dumps({"step": 3, "loss": 0.5}) + "\n")
    (logdir / "odd.csv").write_bytes(bytes(range(256)))
    (logdir / "weights.pt").write_bytes(b"0")
    return logdir


@pytest.fixture
def table(tmp_path):
    """A table in which no name says where the steps are."""
    logdir = tmp_path / "runs"
    write_lines(logdir / "games/metrics.jsonl", moves=[10, 30, 70], reward=[1.0, 2.0, 4.0])
    return logdir


def row(page, text):
    return page.locator(".files-space > [role='row']", has_text=text)


def open_files(page, url, query=""):
    page.goto(f"{url}files{query}")
    expect(page.locator("#files-about")).not_to_be_empty()


def test_it_says_what_was_recognised_as_what_and_what_was_skipped_and_why(page, serve, mixed):
    open_files(page, serve(mixed))
    expect(row(page, "ours").locator(CELLS).nth(1)).to_have_text("tailboard")
    expect(row(page, "theirs").locator(CELLS)).to_have_text(
        [re.compile("theirs"), "json_lines", "1", "2", "8", re.compile("line 4")]
    )
    expect(row(page, "odd.csv").locator(CELLS).nth(1)).to_have_text("skipped")
    expect(row(page, "odd.csv").locator(CELLS).last).not_to_be_empty()
    expect(row(page, ".pt").locator(CELLS).last).to_contain_text("1 .pt")
    expect(page.locator("#files-about")).to_contain_text("2 runs in 2 formats")


def test_filters_are_in_the_link(page, new_page, serve, mixed):
    open_files(page, serve(mixed))
    rows = page.locator(".files-space > [role='row']")
    page.get_by_text("with problems", exact=True).click()
    expect(rows).to_have_count(1)
    expect(row(page, "theirs")).to_be_visible()
    page.get_by_text("skipped", exact=True).first.click()
    expect(row(page, "theirs")).to_have_count(0)
    expect(row(page, "odd.csv")).to_be_visible()
    page.get_by_label("Filter files").fill("ODD")
    expect(rows).to_have_count(1)
    page.wait_for_url("**file=ODD**")
    other = new_page()
    open_files(other, page.url.split("files")[0], "?" + page.url.partition("?")[2])
    expect(other.locator(".files-space > [role='row']")).to_have_count(1)
    page.get_by_label("Filter files").fill("nowhere")
    expect(page.get_by_text("No file passes these filters.")).to_be_visible()


def test_one_format_is_shown_alone(page, serve, mixed):
    open_files(page, serve(mixed))
    page.get_by_role("textbox", name="Format").or_(page.get_by_role("combobox", name="Format")).first.click()
    page.get_by_role("option", name="json_lines (1)").click()
    expect(page.locator(".files-space > [role='row']")).to_have_count(1)
    expect(row(page, "theirs")).to_be_visible()


def test_a_heading_sorts_and_turns_around(page, serve, mixed):
    open_files(page, serve(mixed), "?show=runs")
    first = page.locator(".files-space > [role='row'][aria-rowindex='2']")
    expect(first).to_contain_text("ours")
    head = page.get_by_role("columnheader", name="points")
    head.click()
    expect(head).to_have_attribute("aria-sort", "descending")
    expect(first).to_contain_text("ours")
    head.click()
    expect(head).to_have_attribute("aria-sort", "ascending")
    expect(first).to_contain_text("theirs")


def test_a_file_that_comes_shows_up_by_itself(page, serve, mixed):
    open_files(page, serve(mixed, interval_s=0.2))
    write_lines(mixed / "late/metrics.jsonl", step=[0, 1], loss=[1.0, 2.0])
    expect(row(page, "late")).to_be_visible()
    (mixed / "broken.csv").write_bytes(b"\x00\x01" * 50)
    expect(row(page, "broken.csv")).to_be_visible()
    (mixed / "broken.csv").unlink()
    expect(row(page, "broken.csv")).to_have_count(0)


def test_it_is_walked_by_keys(page, serve, mixed):
    open_files(page, serve(mixed))
    grid = page.get_by_role("grid", name="Files")
    grid.focus()
    page.keyboard.press("End")
    expect(page.locator(".files-row.active")).to_contain_text("theirs")
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("line 4")
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    for expected in ("runs", "ours"):  # the files that are no logs, in a line for their folder
        page.keyboard.press("ArrowUp")
        expect(page.locator(".files-row.active")).to_contain_text(expected)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("ours")


def test_only_the_rows_in_view_are_drawn_and_the_last_is_reached(page, serve, tmp_path):
    for number in range(300):
        write_lines(tmp_path / f"runs/r{number}/metrics.jsonl", step=[0], loss=[1.0])
    open_files(page, serve(tmp_path / "runs"))
    expect(page.locator("#files-about")).to_contain_text("300 runs")
    assert page.locator(".files-space > [role='row']").count() < 100
    page.get_by_role("grid", name="Files").focus()
    page.keyboard.press("End")
    expect(row(page, "r299")).to_be_visible()


def test_an_empty_folder_says_so(page, serve, tmp_path):
    page.goto(f"{serve(tmp_path)}files")
    expect(page.get_by_text("There is no file yet in")).to_be_visible()


def test_what_one_person_says_of_a_run_everybody_sees(page, new_page, serve, mixed, tmp_path):
    url = serve(mixed, write=True, state_dir=tmp_path / "state", interval_s=0.2)
    other = new_page()
    other.goto(f"{url}run?of=theirs")
    page.goto(f"{url}run?of=theirs")
    page.get_by_role("button", name="edit", exact=True).click()
    page.get_by_label("Name", exact=True).fill("golden")
    page.get_by_label("Notes").fill("## Best\nso far")
    page.get_by_label("Line 12").check()
    page.get_by_role("button", name="Save").click()
    for each in (page, other):
        expect(each.locator("#run-head h1")).to_contain_text("golden")
        expect(each.locator(".markdown h2")).to_have_text("Best")
        expect(each.get_by_role("link", name="golden")).to_be_visible()
        expect(each.locator("#run-head .swatch line")).to_have_attribute("stroke-dasharray", re.compile(r"\d"))
    assert sorted(path.name for path in (mixed / "theirs").iterdir()) == ["metrics.jsonl"]

    other.get_by_role("button", name="edit", exact=True).click()
    other.get_by_label("Name", exact=True).fill("")
    other.get_by_label("Notes").fill("")
    other.get_by_label("Notes").press("Control+Enter")
    expect(page.locator("#run-head h1")).to_contain_text("theirs")
    expect(page.locator(".markdown h2")).to_have_count(0)


def test_notes_that_somebody_else_wrote_meanwhile_are_not_lost_unseen(browser, serve, mixed, tmp_path):
    url = serve(mixed, write=True, state_dir=tmp_path / "state", interval_s=0.2)
    with browser.new_context() as mine, browser.new_context() as theirs:  # the browser logs an answer 409 as an error
        both_write(mine.new_page(), theirs.new_page(), url)


def both_write(page, other, url):
    for each, words in ((page, "mine"), (other, "theirs")):
        each.goto(f"{url}run?of=ours")
        each.get_by_role("button", name="edit", exact=True).click()
        each.get_by_label("Notes").fill(words)
    other.get_by_role("button", name="Save").click()
    expect(page.locator("#run-body .markdown")).to_have_text("theirs")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("alert")).to_contain_text("Somebody else changed the notes")
    expect(page.get_by_label("Notes")).to_have_value("mine")
    page.get_by_role("button", name="Save").click()
    expect(page.locator("#run-body .markdown")).to_have_text("mine")


def test_without_write_there_is_nothing_to_edit_with(page, serve, mixed):
    page.goto(f"{serve(mixed)}run?of=ours")
    expect(page.get_by_role("heading", level=1)).to_contain_text("ours")
    expect(page.get_by_role("button", name="edit", exact=True)).to_have_count(0)


def test_a_chosen_step_column_moves_the_chart_and_survives_a_restart(page, new_page, serve, table, tmp_path):
    url = serve(table, state_dir=tmp_path / "state", interval_s=0.2)
    chart = new_page()
    open_charts(chart, url, "?run=games")
    assert drawn(chart, "reward", "games")["x"] == [0, 1, 2]
    page.goto(f"{url}run?of=games")
    expect(page.get_by_text("Rows are counted as steps.")).to_be_visible()
    page.get_by_label("Column that holds the steps").select_option("moves")
    expect(page.get_by_text("Rows are counted as steps.")).to_have_count(0)
    chart.wait_for_function(
        "() => tailboard.panels.all.get('reward')?.chart.series.get('games')?.x?.join() === '10,30,70'"
    )
    expect(chart.get_by_text("moves", exact=True)).to_have_count(0)  # it is the axis now, and no chart

    again = serve(table, state_dir=tmp_path / "state")
    late = new_page()
    open_charts(late, again, "?run=games")
    assert drawn(late, "reward", "games")["x"] == [10, 30, 70]


def test_where_others_can_reach_the_app_steps_are_told_and_not_offered(page, serve, table):
    page.goto(f"{serve(table, host='0.0.0.0')}run?of=games")
    expect(page.locator(".run-steps")).to_have_text(re.compile("Steps are.*the number of the row"))
    expect(page.get_by_label("Column that holds the steps")).to_have_count(0)


def test_a_run_without_times_says_so_on_an_axis_of_time_and_nowhere_nan(page, serve, table):
    url = serve(table)
    page.goto(f"{url}charts?run=games&x=wall_time")
    expect(page.get_by_text("does not say when").first).to_be_visible()
    open_charts(page, url, "?run=games")
    box = page.locator(".panel .plot").first.bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    expect(page.locator(".tooltip")).to_be_visible()
    for path in ("charts", "run?of=games", "files"):
        page.goto(f"{url}{path}{'&' if '?' in path else '?'}run=games")
        expect(page.locator("#run-list .run")).to_contain_text("json_lines")
        text = page.locator("body").inner_text()
        assert "NaN" not in text
        assert "1970" not in text
