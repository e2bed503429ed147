"""Sound, tables, pages, vectors, meshes and tensors, from the call to the blob."""

import datetime as dt
import io
import json
import re
import wave

import numpy as np
import pandas as pd
import pytest
import torch
from PIL import Image

from tests.collected import Collected


@pytest.fixture
def run():
    return Collected()


def array(blob) -> np.ndarray:
    return np.load(io.BytesIO(blob.content), allow_pickle=False)


def table(blob) -> dict:
    return json.loads(blob.content)


def picture(blob) -> Image.Image:
    return Image.open(io.BytesIO(blob.content))


def refused(words):
    return pytest.raises((TypeError, ValueError, OSError), match=re.escape(words))


@pytest.mark.parametrize(
    ("value", "channels", "first"),
    [
        ([1.0, -1.0, 0.5], 1, 32_767),
        (torch.tensor([[2.0, 0.0, float("nan")]]), 1, 32_767),
        (np.array([[7], [8], [9]], np.int16), 1, 7),
        (np.array([[7, 8, 9], [0, 0, 0]], np.int16), 2, 7),
        (np.array([[7, 0], [8, 0], [9, 0]], np.int16), 2, 7),
        (np.array([255, 128, 0], np.uint8), 1, 127 << 8),
        (np.array([1 << 30, 0, 0], np.int32), 1, 1 << 14),
    ],
)
def test_samples_of_any_shape_become_wav(run, value, channels, first):
    run.log_audio("sound", value, sample_rate=8_000)
    item = run.item
    assert item.media_type == "audio/wav"
    assert item.meta == {"sample_rate": 8_000, "duration_s": 3 / 8_000}
    with wave.open(io.BytesIO(item.blob.content)) as file:
        assert (file.getnchannels(), file.getframerate(), file.getnframes()) == (channels, 8_000, 3)
        assert int.from_bytes(file.readframes(1)[:2], "little", signed=True) == first


def test_a_sound_file_is_stored_as_it_is(run, tmp_path):
    run.log_audio("made", np.zeros(800), sample_rate=8_000)
    (tmp_path / "sound.wav").write_bytes(run.item.blob.content)
    run.log_audio("file", tmp_path / "sound.wav")
    run.log_audio("bytes", b"ID3" + bytes(40))
    made, file, mp3 = run.items
    assert file.blob.content == made.blob.content
    assert file.meta == {"sample_rate": 8_000, "duration_s": 0.1}
    assert (mp3.media_type, mp3.blob.path[-4:]) == ("audio/mpeg", ".mp3")


@pytest.mark.parametrize(
    ("value", "options", "words"),
    [
        (np.zeros((2, 3, 4)), {}, "expected shape (L,), (C, L) or (L, C)"),
        (np.zeros(0), {}, "expected shape (L,)"),
        (np.zeros(3, np.int64), {}, "integers of 8, 16 or 32 bits, got int64"),
        (np.zeros(3), {"sample_rate": 0}, "expected a sample rate in samples per second, got 0"),
        (b"nothing", {}, "the 7 bytes is none of WAV, MP3, FLAC, OGG"),
        ("nowhere.wav", {}, "nowhere.wav"),
        (None, {}, "expected numbers"),
    ],
)
def test_what_is_no_sound_is_refused_in_words(run, value, options, words):
    with refused(words):
        run.log_audio("bad", value, **options)


@pytest.mark.parametrize(
    ("data", "columns", "expected"),
    [
        ({"a": [1, 2], "b": ["x", None]}, None, (["a", "b"], [[1, "x"], [2, None]])),
        ({"a": torch.tensor([1, 2]), "b": [0, 0]}, ["a"], (["a"], [[1], [2]])),
        ([{"a": 1}, {"b": torch.tensor(0.5)}], None, (["a", "b"], [[1, None], [None, 0.5]])),
        ([[1, "x"], (2,)], ["n", "t"], (["n", "t"], [[1, "x"], [2, None]])),
        (np.eye(2), None, (["0", "1"], [[1, 0], [0, 1]])),
        (pd.DataFrame({"a": [1.5], "when": [pd.Timestamp("2024-01-02")]}), None, None),
        (pd.DataFrame({"a": [1]}, index=pd.Index(["x"], name="id")), None, (["id", "a"], [["x", 1]])),
        (pd.DataFrame({"a": [1], "b": [2]}), ["b"], (["b"], [[2]])),
        ([[float("nan"), float("inf"), True, np.float32(0.5), 2**60]], None, None),
        ([[dt.date(2024, 1, 2), object]], None, None),
        ([], ["a"], (["a"], [])),
    ],
)
def test_tables_of_any_form_become_columns_and_rows(run, data, columns, expected):
    run.log_table("table", data, columns=columns)
    item = run.item
    found = table(item.blob)
    assert item.meta == {"rows": len(found["rows"]), "columns": len(found["columns"])}
    if expected:
        assert (found["columns"], found["rows"]) == expected


def test_cells_that_json_has_no_value_for_are_kept_by_their_name_or_text(run):
    cells = [float("nan"), float("-inf"), True, np.float32(0.5), np.int64(3), 2**60, dt.date(2024, 1, 2), 1 + 2j]
    run.log_table("table", [cells])
    (row,) = table(run.item.blob)["rows"]
    assert row == ["NaN", "-Infinity", True, 0.5, 3, str(2**60), "2024-01-02", "(1+2j)"]


@pytest.mark.parametrize(
    ("data", "columns", "words"),
    [
        (5, None, "expected a DataFrame, columns or rows, got int '5'"),
        ("text", None, "expected a DataFrame, columns or rows"),
        (np.zeros((2, 2, 2)), None, "expected an array of shape (rows, columns)"),
        ({"a": [1, 2], "b": [1]}, None, "expected columns of one length, got 1 to 2 cells"),
        ({"a": 1}, None, "expected a list of cells as column 'a'"),
        ({"a": [1]}, ["b"], "there is no column 'b', but a"),
        ([[1, 2]], ["a"], "rows of 2 cells need as many columns, got 1 names"),
        (np.zeros((1_001, 1_000)), None, "a table of 1,001,000 cells is larger than 1,000,000"),
    ],
)
def test_what_is_no_table_is_refused_in_words(run, data, columns, words):
    with refused(words):
        run.log_table("bad", data, columns=columns)


@pytest.mark.parametrize(
    ("metadata", "columns", "expected"),
    [
        (["a", "b", "c"], None, (["label"], [["a"], ["b"], ["c"]])),
        ({"a": 1, "b": 2, "c": 3}.keys(), None, (["label"], [["a"], ["b"], ["c"]])),
        (torch.tensor([3, 1, 2]), None, (["label"], [[3], [1], [2]])),
        ([("a", 1), ("b", 2), ("c", 3)], ["name", "id"], (["name", "id"], [["a", 1], ["b", 2], ["c", 3]])),
        (pd.DataFrame({"name": ["a", "b", "c"]}), None, (["name"], [["a"], ["b"], ["c"]])),
    ],
)
def test_vectors_have_a_row_of_metadata_each(run, metadata, columns, expected):
    vectors = torch.arange(6, dtype=torch.bfloat16).reshape(3, 2).requires_grad_()
    run.log_embedding("words", vectors, metadata=metadata, columns=columns)
    item = run.item
    assert array(item.blob).tolist() == [[0, 1], [2, 3], [4, 5]]
    assert array(item.blob).dtype == np.float32
    assert item.meta == {"shape": [3, 2]}
    found = table(item.parts["metadata"])
    assert (found["columns"], found["rows"]) == expected


@pytest.mark.parametrize(
    ("images", "size"),
    [
        (np.zeros((5, 8, 6)), (6, 8)),
        (torch.zeros(5, 3, 100, 50), (25, 50)),
        (np.zeros((5, 300, 200, 3), np.uint8), (40, 60)),
        ([np.zeros((8, 6))] * 5, (6, 8)),
    ],
)
def test_pictures_of_vectors_lie_row_by_row_in_one_sprite(run, images, size):
    run.log_embedding("words", np.eye(5), images=images)
    item = run.item
    assert item.meta["sprite_px"] == list(size)
    assert picture(item.parts["sprite"]).size == (3 * size[0], 2 * size[1])


def test_the_picture_of_each_vector_is_at_its_place(run):
    images = np.arange(5, dtype=np.uint8)[:, None, None] * np.ones((5, 2, 3), np.uint8)
    run.log_embedding("words", np.eye(5), images=images)
    sprite = np.asarray(picture(run.item.parts["sprite"]))
    assert sprite[::2, ::3].tolist() == [[0, 1, 2], [3, 4, 0]]


@pytest.mark.parametrize(
    ("call", "words"),
    [
        ({"vectors": np.zeros((2, 2, 2))}, "expected vectors of shape (N, D)"),
        ({"vectors": np.zeros((0, 2))}, "expected vectors of shape (N, D)"),
        ({"vectors": np.eye(3), "metadata": ["a"]}, "3 vectors need as many rows of metadata, got 1"),
        ({"vectors": np.eye(3), "images": np.zeros((2, 4, 4))}, "3 vectors need as many images, got 2"),
        ({"vectors": np.eye(2), "images": [np.zeros((2, 2)), np.zeros((3, 3))]}, "images differ"),
    ],
)
def test_what_is_no_embedding_is_refused_with_both_numbers(run, call, words):
    with refused(words):
        run.log_embedding("bad", **call)


def test_a_batch_of_meshes_is_one_call_of_several_items(run):
    vertices, faces = torch.rand(2, 4, 3), np.array([[0, 1, 2]])
    colors = np.linspace(0, 1, 24).reshape(2, 4, 3)
    run.log_mesh("shape", vertices, faces=faces, colors=colors, config={"camera": {"fov": 75}})
    items = run.items
    assert len(items) == 2
    assert items[0].meta == {"vertices": 4, "faces": 1, "config": {"camera": {"fov": 75}}}
    np.testing.assert_array_equal(array(items[1].blob), vertices[1].numpy())
    assert array(items[0].parts["faces"]).dtype == np.int32
    assert array(items[1].parts["colors"]).tolist()[3] == [233, 244, 255]


@pytest.mark.parametrize(
    ("call", "words"),
    [
        ({"vertices": np.zeros((4, 2))}, "expected vertices of shape (V, 3)"),
        ({"vertices": np.full((4, 3), np.nan)}, "expected finite vertices"),
        ({"vertices": np.zeros((4, 3)), "faces": [[0, 1, 4]]}, "faces name vertices 0 to 4, there are 4"),
        ({"vertices": np.zeros((4, 3)), "colors": np.zeros((3, 3))}, "4 vertices need as many colors, got 3"),
        ({"vertices": np.zeros((2, 4, 3)), "faces": np.zeros((3, 1, 3), int)}, "expected faces of shape (F, 3)"),
    ],
)
def test_what_is_no_mesh_is_refused_in_words(run, call, words):
    with refused(words):
        run.log_mesh("bad", **call)


@pytest.mark.parametrize(
    ("value", "dtype", "shape"),
    [
        (torch.eye(3, dtype=torch.bfloat16), "float32", [3, 3]),
        (np.asfortranarray(np.arange(6.0).reshape(2, 3)), "float64", [2, 3]),
        (np.arange(3, dtype=">i4"), "int32", [3]),
        (2.5, "float64", []),
        (np.zeros((0, 4), bool), "bool", [0, 4]),
        (np.array([1j]), "complex128", [1]),
    ],
)
def test_a_tensor_comes_back_as_it_was(run, value, dtype, shape):
    run.log_tensor("tensor", value)
    item = run.item
    assert item.meta == {"dtype": dtype, "shape": shape}
    found = array(item.blob)
    assert (found.dtype.str[0] in "<|", found.flags.c_contiguous) == (True, True)
    assert (found == (value.float().numpy() if isinstance(value, torch.Tensor) else value)).all()


@pytest.mark.parametrize("value", [None, object(), np.array([object()])])
def test_what_is_no_tensor_is_refused_in_words(run, value):
    with refused("expected an array"):
        run.log_tensor("bad", value)


def test_a_page_is_a_text_or_a_file(run, tmp_path):
    (tmp_path / "page.html").write_text("<p>file</p>")
    for value in ("<p>text</p>", tmp_path / "page.html", str(tmp_path / "page.html")):
        run.log_html("page", value)
    assert [item.blob.content for item in run.items] == [b"<p>text</p>"] + [b"<p>file</p>"] * 2
    with refused("expected HTML as a text, or the path of a file, got int '5'"):
        run.log_html("bad", 5)
