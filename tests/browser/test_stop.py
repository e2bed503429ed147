"""Stop: a training in a process of its own is asked to end from the page, and the page says what comes of it."""

import re
import subprocess
import sys
from contextlib import contextmanager

import pytest
from playwright.sync_api import expect

from tests.logged import PATIENT, ROOT, statuses, until

LOOKS = """
import sys, time, trainer_hooks
from pathlib import Path
with trainer_hooks.init(sys.argv[1]) as run:
    step = 0
    while not (run.stop_requested if Path(sys.argv[2]).exists() else False):
        run.log({"train/loss": 1 / (1 + step)}, step=step)
        run.progress(step, 1_000_000)
        step += 1
        time.sleep(0.5)
"""
STATE = ".run-head .run-stop"


@pytest.fixture
def training(tmp_path):
    """Starts a training that runs until it is asked to stop, and looks whether it is once `eyes` is there."""

    @contextmanager
    def start():
        command = [sys.executable, "-c", PATIENT + LOOKS, tmp_path / "runs" / "digits", tmp_path / "eyes"]
        process = subprocess.Popen(command, cwd=ROOT)
        try:
            until(lambda: process.poll() is not None or list((tmp_path / "runs" / "digits").glob("metrics-*")))
            yield process
        finally:
            process.kill()
            process.wait()

    return start


def test_stop_ends_a_training_that_looks_and_the_page_says_so(page, serve, training, tmp_path):
    with training() as process:
        page.goto(f"{serve(tmp_path / 'runs', write=True, interval_s=0.2)}run?of=digits")
        page.locator(".run-title").get_by_role("button", name="stop").click()
        dialog = page.get_by_role("dialog", name="Stop digits?")
        expect(dialog).to_contain_text("it ends after its current step if it looks at run.stop_requested")
        dialog.get_by_role("button", name="Ask it to stop").click()
        expect(dialog).to_have_count(0)
        expect(page.locator(STATE)).to_contain_text(re.compile(r"stop requested .* ago.*it has not yet"))
        assert (tmp_path / "runs" / "digits" / "STOP").read_bytes() == b""
        (tmp_path / "eyes").touch()
        assert process.wait(120) == 0
    expect(page.get_by_role("heading", level=1)).to_contain_text("finished")
    expect(page.locator(".run-head-detail")).to_have_text("stopped on request")
    expect(page.locator(STATE)).to_be_hidden()
    expect(page.locator(".run-title").get_by_role("button", name="stop")).to_be_hidden()


def test_the_head_tells_how_long_a_training_probably_takes(page, serve, training, tmp_path):
    with training():
        page.goto(f"{serve(tmp_path / 'runs', interval_s=0.2)}run?of=digits")
        expect(page.locator(".run-head dl")).to_contain_text(re.compile(r"time left\s*about \d"))


def test_a_press_in_the_run_list_is_a_click_though_its_row_grows_meanwhile(page, serve, training, tmp_path):
    with training():
        page.goto(f"{serve(tmp_path / 'runs', write=True, interval_s=0.2)}charts")
        row = page.locator('#run-list li[data-run="digits"]')
        step = row.locator(".run-second span").first
        expect(step).to_have_text(re.compile(r"step \d"))
        row.locator('[data-act="run-stop"]').hover()
        page.mouse.down()
        expect(step).not_to_have_text(step.inner_text())
        page.mouse.up()
        expect(page.get_by_role("dialog", name="Stop digits?")).to_be_visible()


def test_a_request_is_taken_back_and_the_training_goes_on(page, serve, training, tmp_path):
    folder = tmp_path / "runs" / "digits"
    with training() as process:
        page.goto(f"{serve(tmp_path / 'runs', write=True)}run?of=digits")
        page.get_by_role("button", name="stop", exact=True).and_(page.locator("#run-list button")).focus()
        page.keyboard.press("Enter")
        expect(page.get_by_role("button", name="Ask it to stop")).to_be_focused()
        page.keyboard.press("Enter")
        expect(page.locator("#run-list .run-detail")).to_have_text("stop requested")
        page.get_by_role("button", name="take back").click()
        expect(page.locator(STATE)).to_be_hidden()
        assert not (folder / "STOP").exists()
        until(lambda: statuses(folder)[0]["stop_requested"] is None)
        (tmp_path / "eyes").touch()
        step = statuses(folder)[0]["last_step"]
        until(lambda: statuses(folder)[0]["last_step"] > step)
        assert process.poll() is None


def test_without_write_a_request_is_shown_and_none_can_be_made(page, serve, training, tmp_path):
    with training():
        page.goto(f"{serve(tmp_path / 'runs', interval_s=0.2)}run?of=digits")
        expect(page.get_by_role("heading", level=1)).to_contain_text("running")
        expect(page.locator('[data-act="run-stop"]:visible')).to_have_count(0)
        (tmp_path / "runs" / "digits" / "STOP").write_text("the loss explodes")
        expect(page.locator(STATE)).to_contain_text("the loss explodes")
        expect(page.get_by_role("button", name="take back")).to_be_hidden()
