"""Images, figures and texts, from the call to the blob."""

import hashlib
import io
import json
from pathlib import Path

import matplotlib.figure
import numpy as np
import plotly.graph_objects as go
import pytest
import torch
from PIL import Image

import trainer_hooks
from tests.logged import media, statuses
from trainer_hooks.kinds.image import to_pixels


@pytest.fixture
def run(tmp_path):
    with trainer_hooks.init(tmp_path / "run") as run:
        yield run


def only_item(run):
    (item,) = media(run.path)
    return item


def pixels_of(run, item) -> np.ndarray:
    return np.asarray(Image.open(run.path / item["file"]))


def test_an_array_comes_back_pixel_by_pixel(run):
    image = np.random.default_rng(0).integers(0, 256, (20, 30, 3), np.uint8)
    run.log_image("noise", image, step=3, caption="as is")
    item = only_item(run)
    assert (pixels_of(run, item) == image).all()
    assert {name: item[name] for name in ("_step", "tag", "kind", "media_type", "caption", "width", "height")} == {
        "_step": 3,
        "tag": "noise",
        "kind": "image",
        "media_type": "image/png",
        "caption": "as is",
        "width": 30,
        "height": 20,
    }
    content = (run.path / item["file"]).read_bytes()
    digest = hashlib.sha256(content).hexdigest()
    assert item["file"] == f"media/{digest[:2]}/{digest}.png"
    assert item["bytes"] == len(content)


@pytest.mark.parametrize(
    ("value", "shape"),
    [
        (np.zeros((4, 5)), (4, 5, 1)),
        (np.zeros((4, 5, 1)), (4, 5, 1)),
        (np.zeros((4, 5, 4)), (4, 5, 4)),
        (np.zeros((1, 4, 5)), (4, 5, 1)),
        (np.zeros((3, 4, 5)), (4, 5, 3)),
        (np.zeros((3, 4, 3)), (3, 4, 3)),
        (torch.zeros(3, 4, 5, requires_grad=True), (4, 5, 3)),
        (torch.zeros(4, 5, dtype=torch.bfloat16), (4, 5, 1)),
    ],
)
def test_the_last_axis_is_taken_for_channels_before_the_first(value, shape):
    assert to_pixels(value).shape == shape


@pytest.mark.parametrize(
    ("value", "pixel"),
    [(0.0, 0), (1.0, 255), (0.5, 128), (2.0, 255), (-1.0, 0), (np.nan, 0), (7, 7), (300, 255), (True, 255)],
)
def test_floats_are_shares_and_integers_are_levels(value, pixel):
    assert to_pixels(np.full((2, 2), value)).tolist() == [[[pixel]] * 2] * 2


@pytest.mark.parametrize("value", [np.zeros((2, 3, 7)), np.zeros(4), np.zeros((0, 3)), np.array([["a"]]), None, 5])
def test_what_is_no_image_is_refused_once_in_words(run, caplog, value):
    run.log_image("bad", value)
    run.log_image("bad", value)
    assert media(run.path) == []
    (message,) = caplog.messages
    assert "'bad' is not logged as image" in message
    run.finish()
    assert statuses(run.path)[0]["dropped"] == {"refused": 2}


def test_a_pil_image_and_a_file_are_taken(run, tmp_path):
    picture = Image.fromarray(np.full((4, 6, 3), 9, np.uint8))
    picture.save(tmp_path / "photo.jpg")
    run.log_image("pil", picture)
    run.log_image("cmyk", picture.convert("CMYK"))
    run.log_image("file", tmp_path / "photo.jpg")
    run.log_image("name", str(tmp_path / "photo.jpg"))
    items = {item["tag"]: item for item in media(run.path)}
    assert (pixels_of(run, items["pil"]) == 9).all()
    assert items["file"]["media_type"] == "image/jpeg"
    assert items["file"]["file"] == items["name"]["file"]
    assert (run.path / items["file"]["file"]).read_bytes() == (tmp_path / "photo.jpg").read_bytes()


def test_a_missing_file_does_not_stop_the_training(run, caplog):
    run.log_image("file", "nowhere.png")
    assert "nowhere.png" in caplog.text


def test_a_gallery_keeps_places_and_captions_and_leaves_out_what_is_no_image(run):
    run.log_images("digits", [np.zeros((2, 2)), np.zeros(3), np.ones((2, 2))], captions=["first", "second"])
    assert [(item["index"], item["count"], item.get("caption")) for item in media(run.path)] == [
        (0, 3, "first"),
        (2, 3, None),
    ]


def test_a_gallery_of_one_and_captions_that_are_no_list_do_not_stop_the_training(run):
    run.log_figures("figure", matplotlib.figure.Figure(), captions="one")
    run.log_images("images", 5, captions=None)
    run.log_images("images", [np.zeros((2, 2))], captions=None)
    assert [(item["tag"], item.get("caption")) for item in media(run.path)] == [("figure", "one"), ("images", None)]


def test_a_batch_of_tensors_is_a_gallery(run):
    run.log_images("batch", torch.rand(5, 3, 4, 4))
    assert len(media(run.path)) == 5


def test_the_same_content_is_stored_once(run):
    for step in range(10):
        run.log_image("same", np.zeros((8, 8)), step=step)
    assert len(media(run.path)) == 10
    assert len([path for path in run.path.glob("media/*/*") if path.is_file()]) == 1


def test_a_matplotlib_figure_is_kept_as_svg_and_as_png_and_the_same_figure_is_stored_once(run):
    for _ in range(2):
        figure = matplotlib.figure.Figure()
        figure.subplots().plot([1, 2, 3])
        run.log_figure("curve", figure)
    first, second = media(run.path)
    assert first["media_type"] == "image/svg+xml"
    assert (run.path / first["file"]).read_bytes().startswith(b"<?xml")
    assert (run.path / first["parts"]["png"]).read_bytes().startswith(b"\x89PNG")
    assert (first["file"], first["parts"]) == (second["file"], second["parts"])


def test_of_a_large_matplotlib_figure_the_png_is_shown_and_the_svg_is_kept_beside(run):
    figure = matplotlib.figure.Figure()
    figure.subplots().scatter(*np.random.default_rng(0).random((2, 5_000)))
    run.log_figure("cloud", figure)
    item = only_item(run)
    assert item["media_type"] == "image/png"
    assert (run.path / item["file"]).read_bytes().startswith(b"\x89PNG")
    assert (run.path / item["parts"]["svg"]).read_bytes().startswith(b"<?xml")


def test_a_matplotlib_figure_too_large_for_any_browser_is_png_alone(run, monkeypatch):
    monkeypatch.setattr("trainer_hooks.kinds.figure.MAX_SVG_BYTES", 300_000)
    figure = matplotlib.figure.Figure()
    figure.subplots().scatter(*np.random.default_rng(0).random((2, 5_000)))
    run.log_figure("cloud", figure)
    assert "parts" not in only_item(run)


def test_a_plotly_figure_stays_interactive(run):
    run.log_figure("surface", go.Figure(go.Scatter(y=[1, 2])), step=1)
    item = only_item(run)
    assert item["media_type"] == "application/vnd.plotly+json"
    assert json.loads((run.path / item["file"]).read_text())["data"][0]["type"] == "scatter"


def test_what_is_no_figure_is_refused_in_words(run, caplog):
    run.log_figure("figure", 5)
    assert "expected a matplotlib or plotly figure, got int '5'" in caplog.text


def test_short_texts_are_in_the_line_and_long_ones_in_a_blob(run):
    run.log_text("note", "größe *1*")
    run.log_text("note", "x" * 20_000)
    short, long = media(run.path)
    assert short["text"] == "größe *1*"
    assert short["bytes"] == 11
    assert (run.path / long["file"]).read_text() == "x" * 20_000


def test_a_blob_is_there_before_the_line_that_names_it_even_when_a_thread_writes(tmp_path, monkeypatch):
    monkeypatch.setenv("TAILBOARD_WRITE", "queued")
    with trainer_hooks.init(tmp_path / "run") as run:
        for step in range(20):
            run.log_image("image", np.full((4, 4), step, np.uint8), step=step)
            run.log_text("note", str(step), step=step)
    items = media(run.path)
    assert [item["_step"] for item in items] == [step for step in range(20) for _ in range(2)]
    assert all(Path(run.path, item["file"]).exists() for item in items if "file" in item)


def test_image_modes_of_pil_are_read_back(run):
    buffer = io.BytesIO()
    Image.new("P", (3, 2)).save(buffer, "PNG")
    run.log_image("palette", Image.open(buffer))
    assert only_item(run)["width"] == 3
