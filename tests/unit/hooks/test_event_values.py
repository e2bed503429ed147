"""Values of event files are what TensorBoard's own messages, plugins and migrations make of them."""

import math
from typing import Any

import numpy as np
import pytest

from trainer_hooks.event_file import event
from trainer_hooks.event_values import audio, charts, histogram, hparams, image, images, mesh, pr_curve, scalar, tensor
from trainer_hooks.event_values import text as text_value

BEGAN = 1_700_000_000.25


def value_of(encoded: bytes):
    """The one value of an event, as protobuf's own parser finds it."""
    event_pb2 = pytest.importorskip("tensorboard.compat.proto.event_pb2")
    (value,) = event_pb2.Event.FromString(event(BEGAN, 3, [encoded])).summary.value
    return value


def array_of(value: Any) -> np.ndarray:
    """The tensor of a value, as TensorBoard decodes it."""
    return pytest.importorskip("tensorboard.util.tensor_util").make_ndarray(value.tensor)


@pytest.mark.parametrize(
    ("value", "stored"),
    [(0.1, 0.10000000149011612), (1e300, math.inf), (-1e300, -math.inf), (-math.inf, -math.inf), (-0.0, -0.0)],
)
def test_a_scalar_is_kept_with_32_bits(value: float, stored: float):
    found = value_of(scalar("loss", value)).simple_value
    assert found == stored
    assert math.copysign(1, found) == math.copysign(1, stored)


def test_a_scalar_that_is_nan_stays_one():
    assert math.isnan(value_of(scalar("loss", math.nan)).simple_value)


def test_an_image_has_its_size_and_its_bytes():
    value = value_of(image("val/digits", b"\x89PNG", height_px=300, width_px=5))
    assert (value.tag, value.image.height, value.image.width) == ("val/digits", 300, 5)
    assert value.image.encoded_image_string == b"\x89PNG"


def test_images_of_one_call_are_a_tensor_of_strings_behind_width_and_height():
    value = value_of(images("val/digits", [b"one", b"two"], height_px=4, width_px=5))
    assert list(value.tensor.string_val) == [b"5", b"4", b"one", b"two"]
    assert (value.tensor.dtype, [dim.size for dim in value.tensor.tensor_shape.dim]) == (7, [4])
    assert (value.metadata.plugin_data.plugin_name, value.metadata.data_class) == ("images", 3)


def test_a_sound_says_how_it_is_sampled():
    value = value_of(audio("speech", b"RIFF", "audio/wav", 16_000, channels=2, frames=48_000)).audio
    assert (value.sample_rate, value.num_channels, value.length_frames) == (16_000, 2, 48_000)
    assert (value.encoded_audio_string, value.content_type) == (b"RIFF", "audio/wav")


def test_a_text_is_a_tensor_of_one_string():
    value = value_of(text_value("notes", "**Größe**"))
    assert list(value.tensor.string_val) == ["**Größe**".encode()]
    assert (value.metadata.plugin_data.plugin_name, value.metadata.data_class) == ("text", 2)


def test_hyper_parameters_keep_their_types():
    plugin_data = pytest.importorskip("tensorboard.plugins.hparams.plugin_data_pb2")
    value = value_of(hparams({"lr": 0.1, "layers": 3, "bn": True, "name": "adam"}, BEGAN))
    assert (value.tag, value.metadata.plugin_data.plugin_name) == ("_hparams_/session_start_info", "hparams")
    started = plugin_data.HParamsPluginData.FromString(value.metadata.plugin_data.content).session_start_info
    assert started.start_time_secs == BEGAN
    found = {name: one.WhichOneof("kind") for name, one in started.hparams.items()}
    assert found == {"lr": "number_value", "layers": "number_value", "bn": "bool_value", "name": "string_value"}
    assert (started.hparams["lr"].number_value, started.hparams["name"].string_value) == (0.1, "adam")


def test_a_histogram_becomes_the_buckets_that_tensorboard_shows():
    facts = {"min": -1.5, "max": 2.5, "num": 6.0, "sum": 3.25, "sum_squares": 9.5}
    value = value_of(histogram("weights", [-2.0, -1.0, 0.0, 1.0, 3.0, 4.0], [1, 0, 2, 3, 0], facts))
    assert {name: getattr(value.histo, name) for name in facts} == facts
    shown = pytest.importorskip("tensorboard.data_compat").migrate_value(value)
    assert shown.metadata.plugin_data.plugin_name == "histograms"
    assert array_of(shown).tolist() == [[-1.5, -1.0, 1.0], [-1.0, 0.0, 0.0], [0.0, 1.0, 2.0], [1.0, 2.5, 3.0]]


def test_a_histogram_of_nothing_has_no_buckets():
    shown = pytest.importorskip("tensorboard.data_compat").migrate_value(value_of(histogram("weights", (), (), {})))
    assert array_of(shown).shape == (0, 3)


def test_a_pr_curve_has_its_six_rows_and_tells_how_many_thresholds():
    metadata = pytest.importorskip("tensorboard.plugins.pr_curve.metadata")
    rows = [[3.0, 1.0], [4.0, 0.0], [0.0, 4.0], [0.0, 2.0], [3 / 7, 1.0], [1.0, 1 / 3]]
    value = value_of(pr_curve("pr/0", rows))
    assert array_of(value).tolist() == rows
    theirs = metadata.create_summary_metadata(display_name="", description="", num_thresholds=2)
    assert value.metadata.plugin_data.plugin_name == theirs.plugin_data.plugin_name
    told = metadata.parse_plugin_metadata(value.metadata.plugin_data.content)
    assert told == metadata.parse_plugin_metadata(theirs.plugin_data.content)


@pytest.mark.parametrize(
    ("part", "dtype", "number"), [("vertices", "float32", 1), ("faces", "int32", 2), ("colors", "uint8", 3)]
)
def test_a_part_of_a_mesh_is_named_and_described_as_tensorboard_does(part: str, dtype: str, number: int):
    metadata = pytest.importorskip("tensorboard.plugins.mesh.metadata")
    array = np.arange(12, dtype=dtype).reshape(1, 4, 3)
    value = value_of(mesh("head", part, {"vertices", part}, dtype, array.shape, array.tobytes(), '{"camera": 1}'))
    assert value.tag == metadata.get_instance_name("head", number)
    assert array_of(value).dtype == dtype
    np.testing.assert_array_equal(array_of(value), array)
    mask = metadata.get_components_bitmask([1, number])
    theirs = metadata.create_summary_metadata("head", "", number, mask, array.shape, json_config='{"camera": 1}')
    told = metadata.parse_plugin_metadata(value.metadata.plugin_data.content)
    assert told == metadata.parse_plugin_metadata(theirs.plugin_data.content)


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64", "uint8", "int64", "bool"])
@pytest.mark.parametrize("shape", [(), (0, 2), (2, 3)])
def test_a_tensor_is_what_it_was(dtype: str, shape: tuple[int, ...]):
    array = np.ones(shape, dtype)
    found = array_of(value_of(tensor("state", dtype, shape, array.tobytes())))
    assert (found.dtype, found.shape) == (dtype, shape)
    np.testing.assert_array_equal(found, array)


def test_charts_are_the_layout_that_tensorboard_would_write():
    layouts = pytest.importorskip("tensorboard.plugins.custom_scalar.layout_pb2")
    metadata = pytest.importorskip("tensorboard.plugins.custom_scalar.metadata")
    listed = [
        {"category": "losses", "title": "both", "form": "multiline", "tags": ["loss/train", "loss/.*"]},
        {"category": "bands", "title": "b", "form": "margin", "tags": ["mean", "low", "high", "m2", "l2", "h2"]},
        {"category": "losses", "title": "one", "form": "multiline", "tags": ["Größe"]},
    ]
    value = value_of(charts(listed))
    lines = [
        layouts.Chart(title=title, multiline={"tag": tags})
        for title, tags in (("both", ["loss/train", "loss/.*"]), ("one", ["Größe"]))
    ]
    series = [{"value": "mean", "lower": "low", "upper": "high"}, {"value": "m2", "lower": "l2", "upper": "h2"}]
    bands = [layouts.Chart(title="b", margin={"series": series})]
    layout = layouts.Layout(category=[{"title": "losses", "chart": lines}, {"title": "bands", "chart": bands}])
    assert value.tag == metadata.CONFIG_SUMMARY_TAG
    assert value.metadata.plugin_data.plugin_name == metadata.PLUGIN_NAME
    assert layouts.Layout.FromString(value.tensor.string_val[0]) == layout
