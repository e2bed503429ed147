"""What the tests of the media page say to it and read from it."""

import numpy as np
from playwright.sync_api import expect

import trainer_hooks

SIDE_PX = 8


def shade(value):
    """A picture of one grey, 0 to 255, so that what is shown can be told by its colour."""
    return np.full((SIDE_PX, SIDE_PX), value, np.uint8)


def write_gallery(path, steps, *, tag="val/digits", items=1, finish=True):
    """A run that logs one call of pictures per step; the caption says which run, step and item it is."""
    run = trainer_hooks.init(path)
    for step in steps:
        log_pictures(run, path.name, step, tag, items)
    if finish:
        run.finish()
    return run


def log_pictures(run, name, step, tag="val/digits", items=1):
    """Log one call of `items` pictures."""
    captions = [f"{name} {step} {item}" for item in range(items)]
    run.log_images(tag, [shade((step + 10 * item) % 256) for item in range(items)], step=step, captions=captions)


def cell(page, run, tag="val/digits"):
    """The cell of a run in a tag's section."""
    return page.locator(f'.gallery-tag[data-tag="{tag}"] .cell[data-run="{run}"]')


def captions(page, run, tag="val/digits"):
    """What is written below the pictures of a cell."""
    return cell(page, run, tag).locator(".tile-words").all_inner_texts()


def steps_words(page):
    """The words beside the slider of all tags."""
    return page.locator("#gallery-steps .steps-words")


def slide(slider, place):
    """Move a slider of steps as a hand would: to a place, counted from 0."""
    slider.evaluate("(slider, place) => { slider.value = place; slider.dispatchEvent(new Event('input')); }", place)


def open_options(page):
    """Open the small panel of the page's bar."""
    page.keyboard.press(",")
    expect(page.get_by_role("group", name="Options")).to_be_visible()
