"""What a person does with sounds, films, boxes and masks on the media page, in a real browser on the real app."""

import json
import re

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import expect

import trainer_hooks
from tests.browser.galleries import cell, open_options, slide

RATE_HZ = 8000
CLIP_S = 60  # longer than any test looks at it
FRAMES = 6
SIDE_PX = 100
WIDE_CLASS = 300  # needs a mask of 16 bits
LOUD = """canvas => {
  const pixels = canvas.getContext("2d").getImageData(canvas.width / 2, 0, 1, canvas.height / 4).data;
  return pixels.some((value) => value > 0);
}"""  # far above the middle, where a plain track has nothing
PAINTED = """canvas => {
  const pixels = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data;
  return pixels.filter((value, i) => i % 4 === 3 && value > 0).length / (canvas.width * canvas.height);
}"""
FIRST_PIXEL = "canvas => canvas.getContext('2d').getImageData(0, 0, 1, 1).data[0]"
BOXES = ".overlay-boxes rect:not(.halo)"


@pytest.fixture(scope="module")
def logdir(tmp_path_factory):
    folder = tmp_path_factory.mktemp("media")
    for place, name in enumerate("ab"):
        with trainer_hooks.init(folder / "runs" / name) as run:
            for step in (0, 10):
                wave = 0.9 * np.sin(np.arange(CLIP_S * RATE_HZ) * (0.1 + step / 50 + place / 10))
                run.log_audio("speech", wave.astype(np.float32), step=step, sample_rate=RATE_HZ, caption=f"said {step}")
                run.log_video("rollout", write_gif(folder / f"{name}{step}.gif"), step=step)
            log_scene(run)
    return folder / "runs"


def write_gif(path):
    """A film of one grey per frame, 0, 40, 80, ..."""
    frames = [Image.new("L", (16, 16), 40 * frame) for frame in range(FRAMES)]
    frames[0].save(path, save_all=True, append_images=frames[1:], duration=200)
    return path


def log_scene(run):
    """A picture with two boxes, and a mask of 16 bits whose right half is road."""
    mask = np.zeros((SIDE_PX, SIDE_PX), np.int32)
    mask[:, SIDE_PX // 2 :] = WIDE_CLASS
    boxes = [
        {"box": [10, 40, 45, 90], "label": "car", "score": 0.9, "group": "prediction"},
        {"box": [60, 40, 95, 90], "label": "dog", "score": 0.4, "group": "prediction"},
    ]
    masks = {"ground": {"mask": mask, "classes": {WIDE_CLASS: "road"}}}
    run.log_image("scene", np.zeros((SIDE_PX, SIDE_PX), np.uint8), step=0, boxes=boxes, masks=masks)


def holds(page, locator, what):
    """Wait until a function of the element is true."""
    page.wait_for_function(f"element => ({what})(element)", arg=locator.element_handle())


def test_a_sound_has_a_waveform_and_only_one_plays_at_a_time(page, serve, logdir):
    page.goto(f"{serve(logdir)}images?itags=speech")
    clips = [cell(page, name, "speech").locator(".audio-clip") for name in "ab"]
    for clip in clips:
        holds(page, clip.locator("canvas"), LOUD)
    seek = clips[0].get_by_role("slider", name="Place in said 10 at step 10")
    seek.focus()
    page.keyboard.press("ArrowRight")
    expect(seek).to_have_attribute("aria-valuetext", "0:03.0 of 1:00.0")
    expect(clips[0].locator("figcaption")).to_have_text("said 10")
    for clip in clips:
        clip.get_by_role("button", name="Play").click()
    expect(clips[1].get_by_role("button", name="Pause")).to_be_visible()
    assert [clip.locator("audio").evaluate("audio => audio.paused") for clip in clips] == [True, False]
    slide(page.locator("#gallery-steps input[type=range]"), 0)
    expect(clips[1].locator("figcaption")).to_have_text("said 0")
    expect(clips[1].get_by_role("button", name="Play")).to_be_visible()


def test_a_sound_is_enlarged_and_the_view_says_how_it_plays(page, serve, logdir):
    page.goto(f"{serve(logdir)}images?itags=speech&vol=0.5&loop=1&rate=2")
    cell(page, "a", "speech").hover()
    cell(page, "a", "speech").get_by_role("button", name="Enlarge").click()
    dialog = page.get_by_role("dialog")
    holds(page, dialog.locator(".seek canvas"), LOUD)
    assert dialog.locator("audio").evaluate("audio => [audio.volume, audio.loop, audio.playbackRate]") == [0.5, True, 2]
    page.keyboard.press(" ")
    expect(dialog.get_by_role("button", name="Pause")).to_be_visible()
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)


def test_films_play_together_and_one_is_looked_at_frame_by_frame(page, serve, logdir):
    page.goto(f"{serve(logdir)}images?itags=rollout&loop=1")
    seeks = [cell(page, name, "rollout").get_by_role("slider") for name in "ab"]
    for seek in seeks:
        expect(seek).to_have_attribute("aria-valuetext", "0:00.0 of 0:01.2")
    open_options(page)
    page.get_by_role("button", name="play all").click()
    for seek in seeks:
        expect(seek).not_to_have_attribute("aria-valuetext", "0:00.0 of 0:01.2")
    page.get_by_role("button", name="pause all").click()
    page.goto(page.url + "&open=" + json.dumps(["a", "rollout", 0]))
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("slider", name="Place in film")).to_have_attribute("aria-valuetext", "0:00.0 of 0:01.2")
    page.keyboard.press(".")
    page.keyboard.press(".")
    expect(dialog.locator(".film-frames")).to_have_text(f"frame 3 of {FRAMES}")
    holds(page, dialog.locator(".film-screen canvas"), f"canvas => ({FIRST_PIXEL})(canvas) === 80")
    page.keyboard.press(",")
    expect(dialog.locator(".film-frames")).to_have_text(f"frame 2 of {FRAMES}")


def test_boxes_and_masks_are_switched_on_and_off_and_by_class(page, new_page, serve, logdir):
    page.goto(f"{serve(logdir)}images?itags=scene")
    tile = cell(page, "a", "scene")
    masks = tile.locator(".overlay-masks")
    expect(tile.locator(BOXES)).to_have_count(2)
    holds(page, masks, f"canvas => Math.abs(({PAINTED})(canvas) - 0.5) < 0.02")
    open_options(page)
    page.get_by_role("button", name="dog", exact=True).click()
    expect(tile.locator(BOXES)).to_have_count(1)
    page.evaluate("tailboard.view.set({ box_score: 0.95 })")
    expect(tile.locator(BOXES)).to_have_count(0)
    page.evaluate("tailboard.view.set({ box_score: 0.5 })")
    page.get_by_role("button", name="road", exact=True).click()
    holds(page, masks, f"canvas => ({PAINTED})(canvas) === 0")
    page.get_by_role("button", name="road", exact=True).click()
    holds(page, masks, f"canvas => ({PAINTED})(canvas) > 0")
    page.keyboard.press("m")
    holds(page, masks, f"canvas => ({PAINTED})(canvas) === 0")
    other = new_page()
    other.goto(page.url)
    expect(cell(other, "b", "scene").locator(BOXES)).to_have_count(1)
    open_options(other)
    expect(other.get_by_role("button", name="masks", exact=True)).to_have_attribute("aria-pressed", "false")
    other.get_by_role("button", name="boxes", exact=True).click()
    expect(other.locator(BOXES)).to_have_count(0)


def test_the_pointer_is_told_what_lies_under_it_in_the_enlarged_picture(page, serve, logdir):
    page.goto(f"{serve(logdir)}images?open=" + json.dumps(["a", "scene", 0]))
    dialog = page.get_by_role("dialog")
    expect(dialog.locator(".overlay-label")).to_have_text(["car 0.90", "dog 0.40"])
    holds(page, dialog.locator(".overlay-masks"), f"canvas => ({PAINTED})(canvas) > 0")
    frame = dialog.locator(".stage-image").bounding_box()
    page.mouse.move(frame["x"] + 0.8 * frame["width"], frame["y"] + 0.6 * frame["height"])
    expect(dialog.locator(".overlay-told span")).to_have_text(["dog 0.40, prediction", "road, ground"])
    page.mouse.move(frame["x"] + 0.3 * frame["width"], frame["y"] + 0.1 * frame["height"])
    expect(dialog.locator(".overlay-told")).to_be_hidden()
    page.keyboard.press("b")
    expect(dialog.locator(BOXES)).to_have_count(0)
    expect(page).to_have_url(re.compile("boxes=0"))
