"""What a person does on the time page, in a real browser on the real app, with what `run.track` writes."""

import re

import pytest
from playwright.sync_api import expect

import trainer_hooks

S = 1_000_000_000


class Training:
    """A loop whose clock stands still but for 0.1 s a step, some of it waiting, and 4 s an evaluation."""

    def __init__(self, path, waiting):
        self.now, self.waiting = 0, waiting
        self.run = trainer_hooks.init(path)
        options = {"samples": 32, "progress": False, "clock_ns": lambda: self.now, "stop": False}
        self.tracker = self.run.track(self.batches(), epochs=1, total=2_000, **options)
        self.loop = iter(self.tracker)

    def batches(self):
        while True:
            self.now += int(self.waiting * 0.1 * S)
            yield None

    def train(self, steps):
        for _ in range(steps):
            next(self.loop)
            self.now += int((1 - self.waiting) * 0.1 * S)
            if self.tracker.step % 200 == 150:
                with self.tracker.evaluation():
                    self.now += 4 * S
        self.run.flush()


@pytest.fixture
def logdir(tmp_path):
    return tmp_path / "runs"


@pytest.fixture
def start(logdir):
    """Makes a training of 400 steps that goes on."""
    trainings = []

    def begin(name, waiting):
        trainings.append(Training(logdir / name, waiting))
        trainings[-1].train(400)
        return trainings[-1]

    yield begin
    for training in trainings:
        training.run.finish()


def card(page, run):
    return page.locator(f".time-card[data-run='{run}']")


def fact(page, run, name):
    return card(page, run).locator("div", has=page.locator("dt", has_text=name)).locator("dd")


def test_runs_are_judged_side_by_side_and_the_keyboard_tells_every_column(page, serve, logdir, start):
    start("quick", 0.02)
    start("starving", 0.42)
    with trainer_hooks.init(logdir / "plain") as run:
        run.log({"train/loss": 1.0}, step=0)
    page.goto(serve(logdir))
    page.get_by_role("link", name="Time").click()
    expect(page.locator(".time-card")).to_have_count(2)
    expect(card(page, "quick").locator(".time-fine")).to_have_text("✓ fine waiting for data 2 % of the training time")
    expect(card(page, "starving").locator(".time-critical")).to_contain_text("waiting for data 42 %")
    expect(page.locator(".time-others")).to_contain_text("Not measured: plain")
    expect(page.locator("#time-legend span")).to_have_text(["waiting for data", "step", "evaluation"])
    expect(fact(page, "quick", "steps/s")).to_have_text("10")
    expect(fact(page, "quick", "samples/s")).to_have_text("320")
    bar = card(page, "starving").locator(".time-shares")
    expect(bar).to_have_attribute("aria-label", re.compile("waiting for data 35 %, step 48 %, evaluation 17 %"))
    plot = card(page, "starving").locator(".time-plot")
    expect(plot).to_have_attribute("aria-label", re.compile("Seconds per step of starving, steps 0 to"))
    plot.focus()
    page.keyboard.press("Home")
    said = card(page, "starving").locator("output")
    expect(said).to_have_text(re.compile("step58 ms58 %.*waiting for data42 ms42 %.*in all100 ms"))
    page.keyboard.press("ArrowRight")
    expect(page.locator(".time-tooltip")).to_contain_text("in all")


def test_the_span_the_scale_and_the_size_are_in_the_address(new_page, serve, logdir, start):
    start("a", 0.12)
    page = new_page(color_scheme="dark", viewport={"width": 900, "height": 900})
    page.goto(f"{serve(logdir)}time?tspan=tenth&tscale=own&tsize=s")
    expect(card(page, "a").locator(".time-warn")).to_contain_text("warning waiting for data 12 %")
    expect(card(page, "a").locator(".time-shares")).to_have_count(2)
    expect(page.locator(".time-grid")).to_have_attribute("data-size", "s")
    page.get_by_text("all steps", exact=True).first.click()
    expect(page).not_to_have_url(re.compile("tspan"))
    expect(card(page, "a").locator(".time-shares")).to_have_count(1)
    box = card(page, "a").locator(".time-plot").bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    expect(page.locator(".time-tooltip")).to_contain_text("waiting for data")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "nothing reaches beyond the window"


def test_new_rows_come_by_themselves(page, serve, logdir, start):
    training = start("a", 0.05)
    page.goto(f"{serve(logdir, interval_s=0.2)}time")
    measured = fact(page, "a", "measured")
    expect(measured).to_contain_text(re.compile("39\\d steps|400 steps"))
    place = card(page, "a").bounding_box()
    training.train(400)
    expect(measured).to_contain_text(re.compile("79\\d steps|800 steps"))
    assert card(page, "a").bounding_box() == place
    expect(fact(page, "a", "time left")).to_have_text(re.compile("min"))


def test_where_nothing_was_measured_the_page_is_not_named_and_says_how(page, serve, logdir):
    with trainer_hooks.init(logdir / "plain") as run:
        run.log({"train/loss": 1.0}, step=0)
    page.goto(f"{serve(logdir)}charts")
    expect(page.locator(".panel")).to_have_count(1)
    expect(page.get_by_role("link", name="Time")).to_have_count(0)
    page.goto(f"{serve(logdir)}time")
    expect(page.locator("#time")).to_contain_text("for batch in run.track(loader, epochs=10):")
