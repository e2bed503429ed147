"""Items of TensorBoard event files as a person meets them, in a real browser on the real app."""

import io
import re
import wave

import pytest
from PIL import Image
from playwright.sync_api import expect
from tensorboard.compat.proto.event_pb2 import Event
from tensorboard.compat.proto.summary_pb2 import Summary
from tensorboard.summary.writer.record_writer import RecordWriter
from tensorboard.util.tensor_util import make_tensor_proto

from tests.browser.galleries import cell, slide
from tests.run_files import RunFiles

EVENTS = "events.out.tfevents.1.host"
STEPS = (0, 10)


def clip(seconds):
    data = io.BytesIO()
    with wave.open(data, "wb") as file:
        file.setparams((1, 2, 8000, 0, "NONE", ""))
        file.writeframes(bytes(round(2 * 8000 * seconds)))
    return data.getvalue()


def picture(grey):
    data = io.BytesIO()
    Image.new("L", (6, 4), grey).save(data, "PNG")
    return data.getvalue()


def tensor(tag, data, plugin):
    value = Summary.Value(tag=tag, tensor=make_tensor_proto(data))
    value.metadata.plugin_data.plugin_name = plugin
    return value


@pytest.fixture
def logdir(tmp_path):
    """A run with a picture and two labelled clips at each of two steps."""
    folder = tmp_path / "runs" / "a"
    folder.mkdir(parents=True)
    append(folder / EVENTS, Event(wall_time=1.0, file_version="brain.Event:2"))
    for step in STEPS:
        append(folder / EVENTS, event(step))
    return folder.parent


def append(path, event):
    with path.open("ab") as file:
        RecordWriter(file).write(event.SerializeToString())


def event(step):
    values = [
        Summary.Value(tag="val/cat", image={"width": 6, "height": 4, "encoded_image_string": picture(step)}),
        tensor("voice", [[clip(1 + step), f"said {step}".encode()], [clip(2), b""]], "audio"),
    ]
    return Event(wall_time=2.0 + step, step=step, summary=Summary(value=values))


def players(page):
    return cell(page, "a", "voice").locator("audio")


def durations(page):
    """How long the clips are, in seconds, when the browser knows it of all."""
    page.wait_for_function("[...document.querySelectorAll('audio')].every((audio) => audio.readyState > 0)")
    return players(page).evaluate_all("players => players.map((player) => player.duration)")


def test_pictures_in_an_event_file_stand_in_the_gallery(page, serve, logdir):
    page.goto(f"{serve(logdir)}images")
    image = cell(page, "a", "val/cat").locator(".tile img")
    expect(image).to_be_visible()
    page.wait_for_function("image => image.complete && image.naturalWidth === 6", arg=image.element_handle())
    first = image.get_attribute("src")
    slide(page.locator('.gallery-tag[data-tag="val/cat"] input[type=range]'), 0)
    expect(image).not_to_have_attribute("src", first)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_clips_are_played_at_the_step_that_is_shown(new_page, serve, logdir, theme):
    page = new_page(color_scheme=theme)
    page.goto(f"{serve(logdir)}images")
    expect(players(page)).to_have_count(2)
    assert durations(page) == [11, 2]
    expect(cell(page, "a", "voice").locator("figcaption")).to_have_text(["said 10", "2 of 2"])
    first = players(page).first.get_attribute("src")
    slide(page.locator("#gallery-steps input[type=range]"), 0)
    expect(players(page).first).not_to_have_attribute("src", first)
    assert durations(page) == [1, 2]


def test_what_is_logged_while_a_person_looks_comes_by_itself(page, serve, logdir):
    page.goto(f"{serve(logdir)}images")
    expect(cell(page, "a", "voice").locator("figcaption").first).to_have_text("said 10")
    image = cell(page, "a", "val/cat").locator(".tile img")
    expect(image).to_have_attribute("src", re.compile("."))
    before = image.get_attribute("src")
    append(logdir / "a" / EVENTS, event(20))
    expect(cell(page, "a", "voice").locator("figcaption").first).to_have_text("said 20")
    expect(image).not_to_have_attribute("src", before)


def test_arrow_keys_in_a_player_move_it_and_not_the_gallery(page, serve, logdir):
    page.goto(f"{serve(logdir)}images")
    expect(players(page)).to_have_count(2)
    assert durations(page) == [11, 2]
    cell(page, "a", "voice").get_by_role("slider").first.focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_function("document.querySelector('audio').currentTime > 0")
    page.keyboard.press("ArrowLeft")
    expect(page.locator("#gallery-steps .steps-words")).to_have_text(re.compile("step 10"))
    expect(cell(page, "a", "voice").locator("figcaption").first).to_have_text("said 10")


def test_a_damaged_clip_says_so_in_its_place(browser, serve, logdir):
    path = logdir / "a" / EVENTS
    data = bytearray(path.read_bytes())
    data[data.index(b"said 10") - 1000] ^= 1
    path.write_bytes(data)
    with browser.new_context() as context:  # a page of its own: the browser logs the failure, as it should
        page = context.new_page()
        page.goto(f"{serve(logdir)}images")
        expect(cell(page, "a", "voice").locator(".audio-fault").first).to_contain_text("checksum is wrong")


def test_kinds_that_are_not_drawn_are_listed_on_the_run_page(page, serve, logdir):
    run = RunFiles(logdir / "b").say()
    for step in STEPS:
        run.media(step, tag="weights", kind="point_set", media_type="application/json", meta={})
    page.goto(f"{serve(logdir)}run?of=b")
    rows = page.get_by_role("table", name="Also logged").locator("tbody tr")
    expect(rows).to_have_count(1)
    expect(rows.locator("th, td")).to_have_text(["weights", "point set", "2", "0 to 10"])
