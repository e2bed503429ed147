"""What a person does on the run page, in a real browser on the real app."""

import json
import re
import time

import pytest
from playwright.sync_api import expect

import trainer_hooks

HOSTILE = "**bold** <img src=x onerror=\"document.title='hacked'\"> [press](javascript:document.title='hacked')"


@pytest.fixture
def three_runs(tmp_path):
    logdir = tmp_path / "runs"
    for number, rate in enumerate((0.1, 0.1, 0.3)):
        config = {"lr": rate, "model": {"layers": [16, 32], "act": "relu"}}
        with trainer_hooks.init(logdir / f"r{number}", config=config, tags=["small"], notes=HOSTILE) as run:
            run.log({"loss": 1.0}, step=5)
    return logdir


def row(page, name):
    return page.locator(f'#run-body tr[data-name="{name}"]')


def test_a_click_on_a_name_opens_the_run_with_its_config_and_state(page, serve, three_runs):
    page.goto(serve(three_runs))
    page.get_by_role("link", name="r2").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(re.compile("r2.*finished"))
    expect(row(page, "lr").locator("td")).to_have_text("0.3")
    expect(row(page, "model.layers").locator("td")).to_have_text("[16, 32]")
    expect(page.locator(".chip")).to_have_text("small")
    page.get_by_role("link", name="r0").click()
    expect(row(page, "lr").locator("td")).to_have_text("0.1")


def test_picked_runs_are_compared_by_what_sets_them_apart(page, serve, three_runs):
    page.goto(f"{serve(three_runs)}run")
    expect(page.get_by_role("heading", level=1)).to_have_text("3 picked runs compared")
    expect(row(page, "lr").locator("td")).to_have_text(["0.3", "0.1", "0.1"])
    expect(row(page, "lr").locator("td.unusual")).to_have_text("0.3")
    expect(row(page, "model.act")).to_have_count(0)
    page.get_by_role("button", name="equal rows too").click()
    expect(row(page, "model.act").locator("td")).to_have_text("relu")
    page.get_by_role("checkbox", name="Show r2").uncheck()
    expect(page.get_by_role("heading", level=1)).to_have_text("2 picked runs compared")
    expect(row(page, "lr").locator("td")).to_have_text(["0.1"])
    page.get_by_role("checkbox", name="Show r1").uncheck()
    expect(page.get_by_role("heading", level=1)).to_have_text(re.compile("^r0"))


def test_the_filter_hides_rows_by_name_and_is_in_the_link(page, new_page, serve, three_runs):
    page.goto(f"{serve(three_runs)}run?of=r0")
    expect(row(page, "lr")).to_be_visible()
    page.get_by_label("Filter names").fill("model")
    expect(row(page, "lr")).to_be_hidden()
    expect(row(page, "model.act")).to_be_visible()
    page.wait_for_url("**named=model**")
    other = new_page()
    other.goto(page.url)
    expect(row(other, "model.act")).to_be_visible()
    expect(row(other, "lr")).to_be_hidden()


def test_the_config_is_copied_as_json(new_page, serve, three_runs):
    page = new_page(permissions=["clipboard-read", "clipboard-write"])
    page.goto(f"{serve(three_runs)}run?of=r0")
    page.get_by_role("button", name="copy as JSON").click()
    expect(page.get_by_text("Copied.")).to_be_visible()
    copied = json.loads(page.evaluate("navigator.clipboard.readText()"))
    assert copied == {"lr": 0.1, "model": {"layers": [16, 32], "act": "relu"}}


def test_notes_are_markdown_and_nothing_in_them_acts(page, serve, three_runs):
    page.goto(f"{serve(three_runs)}run?of=r0")
    notes = page.locator(".markdown").first
    expect(notes.locator("strong")).to_have_text("bold")
    expect(notes).to_contain_text("<img src=x")
    notes.get_by_text("press").click()
    assert page.title() == "Run · Tailboard"


def divide(path):
    with trainer_hooks.init(path) as run:
        run.log({"loss": 1 / 0})


def test_a_failed_run_shows_its_exception_and_traceback(page, serve, tmp_path):
    with pytest.raises(ZeroDivisionError):
        divide(tmp_path / "runs" / "a")
    page.goto(f"{serve(tmp_path / 'runs')}run?of=a")
    expect(page.locator(".run-head-detail")).to_have_text("ZeroDivisionError: division by zero")
    expect(page.locator(".traceback")).to_contain_text("1 / 0")


def test_texts_show_the_latest_until_a_person_goes_back(page, serve, tmp_path):
    run = trainer_hooks.init(tmp_path / "runs" / "a")
    for step in (0, 1):
        run.log_text("sample", f"## at {step}", step=step)
    page.goto(f"{serve(tmp_path / 'runs', interval_s=0.2)}run?of=a")
    heading = page.locator(".markdown h2")
    expect(heading).to_have_text("at 1")
    run.log_text("sample", "## at 2", step=2)
    expect(heading).to_have_text("at 2")
    page.get_by_label("Step of sample").focus()
    page.keyboard.press("Home")
    expect(heading).to_have_text("at 0")
    run.log_text("sample", "## at 3", step=3)
    expect(page.locator(".run-text .steps-words")).to_have_text(re.compile("step 0.*1 of 4"))
    expect(heading).to_have_text("at 0")
    run.finish()


def test_what_a_person_opened_stays_open_while_the_run_goes_on(page, serve, tmp_path):
    run = trainer_hooks.init(tmp_path / "runs" / "a", config={"lr": 1})
    run.log({"loss": 1.0}, step=1)
    page.goto(f"{serve(tmp_path / 'runs', interval_s=0.2)}run?of=a")
    page.locator("summary", has_text="Packages").click()
    expect(row(page, "numpy")).to_be_visible()
    run.log({"loss": 1.0}, step=1234)
    expect(page.locator(".run-head dl")).to_contain_text("1,234")
    run.finish()
    expect(page.get_by_role("heading", level=1)).to_contain_text("finished")
    expect(row(page, "numpy")).to_be_visible()


def test_system_load_is_drawn_for_a_run_that_is_not_picked(page, serve, tmp_path):
    for name in ("a", "b"):
        with trainer_hooks.init(tmp_path / "runs" / name) as run:
            for step in range(3):
                run.log({"system/cpu_percent": 10.0 * step}, step=step)
    page.goto(f"{serve(tmp_path / 'runs')}run?of=a&run=b")
    line = page.locator(".load .js-line")
    expect(line).to_have_count(2)  # raw and smoothed


def test_a_lost_line_is_named_with_its_place(page, serve, three_runs):
    with next((three_runs / "r0").glob("media-*.jsonl"), three_runs / "r0" / "metrics-h-1-9-0.jsonl").open(
        "ab"
    ) as file:
        file.write(b"this is no line\n")
    page.goto(f"{serve(three_runs)}run?of=r0")
    expect(page.locator(".problems")).to_contain_text("line 1")


def test_a_run_that_is_gone_says_so(page, serve, three_runs):
    page.goto(f"{serve(three_runs)}run?of=nobody")
    expect(page.get_by_text("There is no run nobody any more")).to_be_visible()


def test_the_page_asks_nothing_while_nothing_happens(page, serve, three_runs):
    page.goto(f"{serve(three_runs, interval_s=0.1)}run?of=r0")
    expect(row(page, "lr")).to_be_visible()
    asked, deadline = ["not yet"], time.monotonic() + 120
    page.on("request", lambda request: asked.append(request.url) if "_dash-update-component" in request.url else None)
    while asked:  # what the page began with may still be under way
        assert time.monotonic() < deadline, f"it goes on asking: {asked}"
        asked.clear()
        for _ in range(5):
            with page.expect_response("**/api/v1/live"):
                pass
