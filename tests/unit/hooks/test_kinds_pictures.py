"""Videos, and what lies over images: kept as data, lossless, and refused in words."""

import io
import re

import numpy as np
import pytest
import torch
from PIL import Image

from tests.collected import Collected
from trainer_hooks.kinds.video import to_frames

IMAGE = np.zeros((6, 8, 3), np.uint8)


@pytest.fixture
def run():
    return Collected()


def picture(blob) -> Image.Image:
    return Image.open(io.BytesIO(blob.content))


def refused(words):
    return pytest.raises((TypeError, ValueError, OSError), match=re.escape(words))


def test_every_frame_of_a_video_comes_back_pixel_by_pixel(run):
    frames = np.zeros((6, 20, 30, 3), np.uint8)
    for place in range(1, 5):
        frames[place, 5:9, place : place + 4] = np.random.default_rng(place).integers(0, 256, (4, 4, 3))
    frames[5] = frames[4]
    run.log_video("clip", frames, fps=12.5)
    item = run.item
    assert (item.media_type, item.width_px, item.height_px) == ("image/png", 30, 20)
    assert item.meta == {"fps": 12.5, "frames": 6, "duration_s": 0.48}
    animated = picture(item.blob)
    assert (animated.n_frames, animated.info["duration"], animated.info["loop"]) == (6, 80.0, 0)
    for place, frame in enumerate(frames):
        animated.seek(place)
        assert (np.asarray(animated.convert("RGB")) == frame).all()


@pytest.mark.parametrize(
    ("video", "shape"),
    [
        (np.zeros((5, 6, 8)), (5, 6, 8, 1)),
        (torch.zeros(5, 3, 6, 8), (5, 6, 8, 3)),
        (np.zeros((5, 6, 8, 4)), (5, 6, 8, 4)),
        (np.zeros((1, 5, 3, 6, 8)), (5, 6, 8, 3)),
        (np.zeros((3, 5, 3, 6, 8)), (5, 12, 16, 3)),
        (torch.zeros(6, 5, 1, 6, 8, dtype=torch.bfloat16), (5, 12, 24, 1)),
    ],
)
def test_videos_of_any_shape_become_frames_and_several_a_grid(video, shape):
    assert to_frames(video).shape == shape


def test_clips_lie_row_by_row_in_the_grid():
    clips = np.arange(3, dtype=np.uint8)[:, None, None, None, None] * np.ones((3, 2, 1, 4, 5), np.uint8)
    assert to_frames(clips)[1, ::4, ::5, 0].tolist() == [[0, 1], [2, 0]]


def test_floats_of_a_video_are_shares():
    assert to_frames(np.full((1, 1, 1), 0.5)).tolist() == [[[[128]]]]


def test_a_video_file_is_stored_as_it_is(run, tmp_path):
    (tmp_path / "clip.mp4").write_bytes(b"film")
    run.log_video("clip", tmp_path / "clip.mp4")
    assert (run.item.media_type, run.item.blob.content) == ("video/mp4", b"film")


@pytest.mark.parametrize(
    ("video", "options", "words"),
    [
        (np.zeros((5, 6)), {}, "expected shape (T, H, W)"),
        (np.zeros((5, 7, 6, 8)), {}, "with C 1, 3 or 4, got numpy.ndarray of shape (5, 7, 6, 8)"),
        (np.zeros((0, 3, 6, 8)), {}, "expected shape (T, H, W)"),
        (np.zeros((5, 6, 8)), {"fps": 0}, "expected 0.001 to 1,000 frames per second, got 0"),
        ("clip.avi", {}, "clip.avi ends in none of mp4, webm, gif, png, apng, which browsers play"),
        ("nowhere.mp4", {}, "nowhere.mp4"),
        ("text", {}, "ends in none of"),
        (None, {}, "expected numbers"),
    ],
)
def test_what_is_no_video_is_refused_in_words(run, video, options, words):
    with refused(words):
        run.log_video("bad", video, **options)


def test_boxes_keep_their_labels_and_scores_as_data(run):
    run.log_boxes("found", IMAGE, torch.tensor([[0, 1, 2, 3], [4.5, 1, 7, 5]]), labels=["car", "dog"], scores=[1, 0.5])
    assert run.item.meta == {
        "boxes": [
            {"box": [0.0, 1.0, 2.0, 3.0], "label": "car", "score": 1},
            {"box": [4.5, 1.0, 7.0, 5.0], "label": "dog", "score": 0.5},
        ]
    }
    assert (np.asarray(picture(run.item.blob)) == 0).all()  # nothing is drawn into the image


@pytest.mark.parametrize(
    ("boxes", "options", "expected"),
    [
        ([0, 1, 2, 3], {"labels": "car"}, [{"box": [0.0, 1.0, 2.0, 3.0], "label": "car"}]),
        ([[0, 1, 2, 3]], {}, [{"box": [0.0, 1.0, 2.0, 3.0]}]),
        ([], {}, []),
        (np.zeros((0, 4)), {"labels": [], "scores": []}, []),
    ],
)
def test_boxes_of_other_forms(run, boxes, options, expected):
    run.log_boxes("found", IMAGE, boxes, **options)
    assert run.item.meta == {"boxes": expected}


def test_an_image_takes_boxes_and_masks_of_several_groups(run):
    road = np.zeros((6, 8), int)
    road[0, 0], road[0, 1] = 300, -1
    run.log_image(
        "street",
        IMAGE,
        boxes=[{"box": [0, 0, 1, 1], "label": "car", "score": float("nan"), "group": "truth"}, {"box": [1, 1, 2, 2]}],
        masks={"truth": {"mask": road, "classes": {300: "road"}}, "guess": torch.ones(6, 8)},
    )
    meta, parts = run.item.meta, run.item.parts
    assert meta["boxes"] == [
        {"box": [0.0, 0.0, 1.0, 1.0], "label": "car", "score": "NaN", "group": "truth"},
        {"box": [1.0, 1.0, 2.0, 2.0]},
    ]
    assert meta["masks"] == [
        {"part": "mask0", "name": "truth", "classes": {"300": "road"}},
        {"part": "mask1", "name": "guess"},
    ]
    assert np.asarray(picture(parts["mask0"]))[0, :2].tolist() == [300, 0]
    assert (np.asarray(picture(parts["mask1"])) == 1).all()


@pytest.mark.parametrize(
    ("masks", "classes", "expected"),
    [
        (np.ones((6, 8), np.uint8), {1: "road"}, [("mask", {"1": "road"})]),
        (np.ones((6, 8), bool), ["nothing", "road"], [("mask", {"0": "nothing", "1": "road"})]),
        (torch.ones(2, 6, 8, dtype=torch.bool), ["cat", "dog"], [("cat", None), ("dog", None)]),
        (torch.ones(2, 6, 8, dtype=torch.bool), None, [("0", None), ("1", None)]),
        ({"truth": np.ones((1, 6, 8))}, None, [("truth", None)]),
    ],
)
def test_masks_have_names_and_classes(run, masks, classes, expected):
    run.log_masks("street", IMAGE, masks, classes=classes)
    assert [(mask["name"], mask.get("classes")) for mask in run.item.meta["masks"]] == expected
    assert list(run.item.parts) == [f"mask{place}" for place in range(len(expected))]


@pytest.mark.parametrize(
    ("call", "words"),
    [
        ({"boxes": np.zeros((2, 3))}, "expected boxes of shape (N, 4)"),
        ({"boxes": [{"label": "car"}]}, "a box given as a mapping needs `box`, got label"),
        ({"boxes": [[0, 0, np.nan, 1]]}, "expected a box of four finite numbers"),
        ({"masks": np.zeros((5, 8), int)}, "mask 'mask' has 8 x 5 pixels, its image 8 x 6"),
        ({"masks": np.full((6, 8), 0.5)}, "floats that are not whole"),
        ({"masks": np.full((6, 8), 70_000)}, "holds class 70,000; 65,535 is the highest"),
        ({"masks": np.zeros((300, 6, 8), bool)}, "300 masks are more than 256"),
        ({"masks": np.zeros(4)}, "expected masks of shape (H, W) or (N, H, W)"),
    ],
)
def test_what_does_not_fit_over_an_image_is_refused_in_words(run, call, words):
    with refused(words):
        run.log_image("bad", IMAGE, **call)


def test_as_many_labels_and_scores_as_boxes_are_asked_for(run):
    with refused("2 boxes need as many labels, got 1"):
        run.log_boxes("bad", IMAGE, np.zeros((2, 4)), labels=["car"])
    with refused("2 boxes need as many scores, got 3"):
        run.log_boxes("bad", IMAGE, np.zeros((2, 4)), scores=[1, 2, 3])
