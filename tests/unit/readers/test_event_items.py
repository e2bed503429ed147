"""What event files hold beside plain scalars, written by torch's own functions and by TensorBoard's messages."""

import io
import json
import struct
import wave

import numpy as np
import pytest
from PIL import Image
from tensorboard.compat.proto import event_pb2, graph_pb2, meta_graph_pb2
from tensorboard.compat.proto.summary_pb2 import Summary
from tensorboard.plugins.hparams import api_pb2, plugin_data_pb2
from tensorboard.util.tensor_util import make_tensor_proto

from app.readers.contract import RunState
from app.readers.event_files.frames import HEADER_BYTES
from app.readers.event_files.items import GRAPH_TAG, Items
from app.readers.folder import Problems
from tests.event_files import frame


@pytest.fixture(scope="module")
def torch_summary():
    """The functions with which torch's SummaryWriter makes its summaries."""
    return pytest.importorskip("torch.utils.tensorboard.summary")


class Log:
    """A file of bare values, each a record: it is appended and handed over as the reader of event files does."""

    def __init__(self, folder):
        self.path = folder / "events.out.tfevents.1.host"
        self.path.touch()
        self.problems = Problems()
        self.items = Items(self.problems)

    def add(self, *values, step=0, wall_time=100.0, path=None):
        """Append values; return what `take` made of the last one."""
        taken = None
        for value in values:
            data = value if isinstance(value, bytes) else value.SerializeToString()
            taken = self.items.take(*self._append(data, path), step, wall_time)
        return taken

    def add_event(self, field, data, step=0):
        path, buffer, begin, offset, size = self._append(data, None)
        self.items.take_event(path, buffer, begin, offset, size, field, step, 100.0)

    def _append(self, data, path):
        path = path or self.path
        with path.open("ab") as file:
            offset = file.seek(0, io.SEEK_END) + 3 + HEADER_BYTES
            file.write(b"???" + frame(data))
        return path, memoryview(b"before" + data + b"after"), 6, offset, len(data)

    def only(self, tag):
        (item,) = self.items.items(tag)
        return item


@pytest.fixture
def log(tmp_path):
    return Log(tmp_path)


def tensor(tag, data, plugin="", dtype=None, content=b""):
    value = Summary.Value(tag=tag, tensor=make_tensor_proto(data, dtype=dtype))
    if plugin:
        value.metadata.plugin_data.plugin_name = plugin
        value.metadata.plugin_data.content = content
    return value


def picture(form="PNG", size=(7, 5)):
    data = io.BytesIO()
    Image.new("RGB", size, (1, 2, 3)).save(data, form)
    return data.getvalue()


def clip(frames=100):
    data = io.BytesIO()
    with wave.open(data, "wb") as file:
        file.setparams((1, 2, 8000, 0, "NONE", ""))
        file.writeframes(bytes(2 * frames))
    return data.getvalue()


def blob(item):
    data = item.path.read_bytes()
    return data[item.span.offset : item.span.offset + item.span.size]


def test_a_picture_by_torch_is_a_span_of_the_file(log, torch_summary):
    log.add(
        *torch_summary.image("val/cat", np.zeros((5, 7, 3), np.uint8), dataformats="HWC").value, step=4, wall_time=12.5
    )
    item = log.only("val/cat")
    assert Image.open(io.BytesIO(blob(item))).size == (7, 5)
    assert (item.kind, item.media_type, item.width_px, item.height_px) == ("image", "image/png", 7, 5)
    assert (item.step, item.wall_time, item.size_bytes) == (4, 12.5, item.span.size)
    facts = log.items.facts["val/cat"]
    assert (facts.kind, facts.points, facts.first_step, facts.last_step, facts.last_time) == ("image", 1, 4, 4, 12.5)


@pytest.mark.parametrize(
    ("form", "media_type"), [("PNG", "image/png"), ("JPEG", "image/jpeg"), ("GIF", "image/gif"), ("WEBP", "image/webp")]
)
def test_the_content_of_a_picture_tells_its_media_type(log, form, media_type):
    data = picture(form)
    log.add(Summary.Value(tag="a", image=Summary.Image(width=7, height=5, encoded_image_string=data)))
    assert log.only("a").media_type == media_type
    assert blob(log.only("a")) == data


def test_several_pictures_of_one_tensor_are_several_items_and_one_value(log):
    pictures = [picture(size=(7, 5)), picture("JPEG")]
    log.add(tensor("a", [b"7", b"5", *pictures], "images"), step=1)
    log.add(tensor("a", [b"7", b"5", *pictures]), step=2)  # the plugin is named once
    items = log.items.items("a")
    assert [blob(item) for item in items] == pictures * 2
    assert [(item.step, item.index, item.count) for item in items] == [(1, 0, 2), (1, 1, 2), (2, 0, 2), (2, 1, 2)]
    assert {(item.width_px, item.height_px) for item in items} == {(7, 5)}
    assert log.items.facts["a"].points == 2


def test_a_clip_by_torch_is_a_span_of_the_file(log, torch_summary):
    log.add(*torch_summary.audio("voice", np.zeros(100, np.float32), sample_rate=8000).value)
    with wave.open(io.BytesIO(blob(log.only("voice")))) as file:
        assert (file.getframerate(), file.getnframes()) == (8000, 100)
    assert log.only("voice").media_type == "audio/wav"


def test_clips_of_a_tensor_carry_their_labels(log):
    log.add(tensor("voice", [[clip(10), b"*first*"], [clip(20), b""]], "audio"), step=3)
    first, second = log.items.items("voice")
    assert (blob(first), first.caption, first.kind) == (clip(10), "*first*", "audio")
    assert (blob(second), second.caption, second.index, second.count) == (clip(20), "", 1, 2)


def test_text_by_torch_is_read_when_asked_for(log, torch_summary):
    log.add(*torch_summary.text("note", "**bold** ü").value)
    item = log.only("note/text_summary")
    assert (item.text, item.path, item.media_type, item.kind) == ("**bold** ü", None, "text/markdown", "text")


def test_a_matrix_of_texts_is_a_table(log):
    log.add(tensor("note", [[b"a|b", b"c"], [b"d\ne", b"f"]], "text"))
    assert log.only("note").text == "|  |  |\n| --- | --- |\n| a\\|b | c |\n| d e | f |"


def test_strings_without_a_plugin_are_text(log):
    log.add(tensor("note", [b"one", b"two"]))
    assert (log.only("note").kind, log.only("note").text) == ("text", "one\n\n---\n\ntwo")


def test_a_histogram_by_torch_ends_at_its_lowest_and_highest_value(log, torch_summary):
    log.add(
        *torch_summary.histogram("weights", np.array([-1.0, 0.0, 0.0, 3.0]), bins=[-9.0, -1.0, 0.0, 2.0, 9.0]).value
    )
    meta = log.only("weights").meta
    assert (meta["edges"][0], meta["edges"][-1]) == (-1, 3)
    assert len(meta["edges"]) == len(meta["counts"]) + 1
    assert (sum(meta["counts"]), meta["num"], meta["sum"], meta["sum_squares"]) == (4, 4, 2, 10)


def test_a_histogram_of_nothing_has_no_edges(log):
    log.add(Summary.Value(tag="old", histo={"bucket_limit": [1.0, 2.0], "bucket": [0.0, 0.0]}))
    log.add(tensor("new", np.zeros((0, 3)), "histograms"))
    assert [log.only(tag).meta["edges"] for tag in ("old", "new")] == [[], []]


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_a_histogram_in_a_tensor_has_an_edge_more_than_counts(log, dtype):
    log.add(tensor("weights", np.array([[0, 1, 5], [1, 2, 0], [2, 4, 2]], dtype), "histograms"))
    meta = log.only("weights").meta
    assert (meta["edges"], meta["counts"], meta["num"]) == ([0, 1, 2, 4], [5, 0, 2], 7)


def test_a_pr_curve_by_torch_has_its_rows_by_name(log, torch_summary):
    log.add(*torch_summary.pr_curve("curve", np.array([0, 1, 1]), np.array([0.1, 0.6, 0.9]), num_thresholds=3).value)
    meta = log.only("curve").meta
    assert meta["thresholds"] == [0, 0.5, 1]
    assert meta["true_positives"] == [2, 2, 0]
    assert meta["recall"] == pytest.approx([1, 1, 0])


def test_the_parts_of_a_mesh_by_torch_belong_together(log, torch_summary):
    torch = pytest.importorskip("torch")
    points, faces = torch.zeros(1, 4, 3), torch.tensor([[[0, 1, 2]]])
    log.add(*torch_summary.mesh("cube", points, None, faces, None).value)
    parts = {tag: log.only(tag).meta for tag in log.items.facts}
    assert {tag: (meta["mesh"], meta["part"]) for tag, meta in parts.items()} == {
        "cube_VERTEX": ("cube", "vertices"),
        "cube_FACE": ("cube", "faces"),
    }
    assert (parts["cube_FACE"]["values"], parts["cube_VERTEX"]["shape"]) == ([0, 1, 2], [1, 4, 3])


def test_vertices_come_with_the_faces_and_colours_of_their_step_as_arrays(log, torch_summary):
    torch = pytest.importorskip("torch")
    points = torch.arange(24.0).reshape(2, 4, 3)
    faces, colours = torch.tensor([[[0, 1, 2]], [[1, 2, 3]]]), torch.full((2, 4, 3), 300)
    log.add(*torch_summary.mesh("cube", points, colours, faces, None).value)
    log.add(*torch_summary.mesh("cube", points + 1, None, None, None).value, step=7)
    found = [(item.step, item.index, item.count, arrays_of(item)) for item in log.items.items("cube_VERTEX")]
    assert [one[:3] for one in found] == [(0, 0, 2), (0, 1, 2), (7, 0, 2), (7, 1, 2)]
    vertices, faces, colours = (found[1][3][name] for name in ("vertices", "faces", "colors"))
    assert (vertices.dtype, vertices.tolist()) == (np.float32, points[1].tolist())
    assert (faces.dtype, faces.tolist()) == (np.int32, [[1, 2, 3]])
    assert (colours.dtype, colours.tolist()) == (np.uint8, [[255] * 3] * 4)
    assert found[3][3]["faces"].tolist() == [[1, 2, 3]], "logged once, they hold for later steps"


def test_a_large_tensor_is_an_array_with_all_its_numbers(log):
    numbers = np.random.default_rng(0).normal(size=(3, 400, 1000)).astype(np.float32)
    log.add(tensor("weights", numbers))
    item = log.only("weights")
    assert item.meta == {"dtype": "float32", "shape": [3, 400, 1000]}
    assert np.array_equal(np.load(io.BytesIO(item.make())), numbers)


def test_a_tensor_of_strings_has_no_array(log):
    log.add(tensor("words", [b"a", b"b"], "of another"))
    assert (log.only("words").path, log.only("words").make) == (None, None)


def arrays_of(item):
    parts = {"vertices": item, **item.parts_in_log}
    return {name: np.load(io.BytesIO(one.make())) for name, one in parts.items()}


def test_a_layout_by_torch_names_its_charts_and_tags(log, torch_summary):
    layout = {"loss": {"both": ["Multiline", ["train", "val"]], "band": ["Margin", ["mean", "low", "high"]]}}
    log.add(*torch_summary.custom_scalars(layout).value)
    assert log.only("custom_scalars__config__").meta["charts"] == [
        {"category": "loss", "title": "both", "form": "multiline", "tags": ["train", "val"]},
        {"category": "loss", "title": "band", "form": "margin", "tags": ["mean", "low", "high"]},
    ]


def test_hyper_parameters_by_torch_are_the_config_and_no_tags(log, torch_summary):
    for summary in torch_summary.hparams({"lr": 0.5, "layers": 3, "name": "a", "fast": True}, {"loss": 0.1}):
        log.add(*summary.value)
    assert log.items.config == {"lr": 0.5, "layers": 3, "name": "a", "fast": True}
    assert log.items.facts == {}
    assert log.items.state is RunState.UNKNOWN  # torch writes a successful end together with the beginning


def test_a_session_tells_when_it_began_and_that_it_failed(log):
    began = plugin_data_pb2.HParamsPluginData(session_start_info={"start_time_secs": 1234.5, "hparams": {}})
    began.session_start_info.hparams["nested"].struct_value.update({"a": [1, "b", None]})
    ended = plugin_data_pb2.HParamsPluginData(session_end_info={"status": api_pb2.STATUS_FAILURE})
    for tag, data in (("_hparams_/session_start_info", began), ("_hparams_/session_end_info", ended)):
        log.add(tensor(tag, 0.0, "hparams", np.float32, data.SerializeToString()))
    assert (log.items.created, log.items.state) == (1234.5, RunState.FAILED)
    assert log.items.config == {"nested": {"a": [1, "b", None]}}


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64, np.int32, np.int64, np.uint8, np.bool_])
def test_a_scalar_in_a_tensor_is_given_back_as_one(log, dtype):
    assert log.add(tensor("loss", np.array(1, dtype), "scalars")) == ("loss", 1.0)
    assert log.add(tensor("loss", np.array(0, dtype))) == ("loss", 0.0)  # the plugin is named once
    assert log.items.facts == {}


def test_a_scalar_keeps_what_is_not_finite(log):
    assert np.isnan(log.add(tensor("loss", float("nan"), "scalars", np.float32))[1])
    assert log.add(tensor("loss", float("-inf"), dtype=np.float32)) == ("loss", float("-inf"))


@pytest.mark.parametrize("value", [1.5, -3.0])
def test_a_scalar_may_be_stored_as_raw_bytes_or_as_bfloat16(log, value):
    raw = tensor("loss", 0, "scalars", np.float64)
    raw.tensor.ClearField("double_val")
    raw.tensor.tensor_content = struct.pack("<d", value)
    assert log.add(raw) == ("loss", value)
    short = tensor("loss", 0, "scalars", np.float32)
    short.tensor.ClearField("float_val")
    short.tensor.dtype = 14
    short.tensor.half_val.append(struct.unpack("<I", struct.pack("<f", value))[0] >> 16)
    assert log.add(short) == ("loss", value)


def test_a_plain_scalar_that_was_handed_over_is_given_back(log):
    value = Summary.Value(tag="loss", simple_value=0.5)
    value.metadata.display_name = "the loss"
    assert log.add(value) == ("loss", 0.5)


def test_any_other_tensor_is_listed_with_its_shape_and_small_ones_with_their_numbers(log):
    log.add(tensor("small", np.arange(6, dtype=np.int64).reshape(2, 3), "of another"))
    log.add(tensor("large", np.zeros((200, 100), np.float32)))
    assert log.only("small").meta == {"dtype": "int64", "shape": [2, 3], "values": [0, 1, 2, 3, 4, 5]}
    assert log.only("large").meta == {"dtype": "float32", "shape": [200, 100]}
    assert log.only("large").kind == "tensor"


def graph(nodes):
    return graph_pb2.GraphDef(node=[{"name": f"n{number}", "op": "Add"} for number in range(nodes)])


def test_a_graph_is_a_span_with_its_number_of_nodes(log):
    data = graph(3).SerializeToString()
    log.add_event(4, data)
    log.add_event(9, meta_graph_pb2.MetaGraphDef(graph_def=graph(2)).SerializeToString())  # the same once more
    item = log.only(GRAPH_TAG)
    assert (blob(item), item.meta, item.kind) == (data, {"nodes": 3}, "graph")


def test_the_graph_of_a_meta_graph_counts_where_there_is_no_other(log):
    log.add_event(9, meta_graph_pb2.MetaGraphDef(graph_def=graph(2)).SerializeToString())
    assert (blob(log.only(GRAPH_TAG)), log.only(GRAPH_TAG).meta) == (graph(2).SerializeToString(), {"nodes": 2})


def test_a_model_of_keras_is_a_graph_of_its_layers(log):
    model = json.dumps({"config": {"layers": [{}, {}]}}).encode()
    log.add(tensor("keras", model, "graph_keras_model"))
    item = log.only("keras")
    assert (blob(item), item.media_type, item.meta) == (model, "application/json", {"nodes": 2})


def test_a_description_comes_with_every_item(log):
    value = tensor("note", b"a", "text")
    value.metadata.summary_description = "what it is"
    log.add(value, tensor("note", b"b"))
    assert [item.meta for item in log.items.items("note")] == [{"description": "what it is"}] * 2


def test_a_tag_that_is_used_for_two_kinds_keeps_both(log):
    log.add(tensor("a", b"words", "text"), Summary.Value(tag="a", image={"encoded_image_string": picture()}))
    assert {tag: facts.kind for tag, facts in log.items.facts.items()} == {"a": "text", "a (image)": "image"}
    assert log.only("a (image)").media_type == "image/png"


def test_a_list_of_items_stays_as_it_is_while_more_come(log):
    for step in range(3):
        log.add(tensor("note", str(step).encode(), "text"), step=step)
    items = log.items.items("note")
    log.add(tensor("note", b"3"), step=3)
    log.items.purge(0)
    assert ([item.text for item in items], items[-1].text, len(items[1:])) == (["0", "1", "2"], "2", 2)
    with pytest.raises(IndexError):
        items[3]


def test_a_restart_drops_the_items_it_will_log_again_and_no_graph(log):
    log.add_event(4, graph(1).SerializeToString(), step=7)
    for step in range(5):
        log.add(tensor("a", b"a", "text"), tensor("b", b"b", "text"), step=step)
    log.items.purge(3)
    log.items.purge(1, "b")
    assert [item.step for item in log.items.items("a")] == [0, 1, 2]
    assert (log.items.facts["a"].points, log.items.facts["b"].points) == (3, 1)
    log.items.purge(0)
    assert set(log.items.facts) == {GRAPH_TAG}


def test_a_file_that_is_read_anew_is_forgotten_and_the_others_are_not(log, tmp_path, torch_summary):
    other = tmp_path / "events.out.tfevents.2.host"
    log.add(tensor("a", b"one", "text"), tensor("b", b"gone", "text"))
    log.add(tensor("a", b"two", "text"), path=other)
    for summary in torch_summary.hparams({"lr": 1.0}, {}):
        log.add(*summary.value)
    log.items.forget(log.path)
    assert set(log.items.facts) == {"a"}
    assert [item.text for item in log.items.items("a")] == ["two"]
    assert log.items.config == {}
    log.items.forget(tmp_path / "never seen")
    log.add(tensor("a", b"three", "text"))
    assert [item.text for item in log.items.items("a")] == ["two", "three"]


def test_facts_are_a_new_mapping_only_where_something_changed(log):
    log.add(tensor("a", b"a", "text"))
    before = log.items.facts
    log.add(tensor("loss", 1.0, "scalars", np.float32))
    assert log.items.facts is before
    log.add(tensor("a", b"a"))
    assert log.items.facts is not before


def test_a_value_that_is_no_message_is_a_problem_with_file_and_byte(log):
    log.add(tensor("a", b"good", "text"))
    size = log.path.stat().st_size
    log.add(Summary.Value(tag="b", image={"encoded_image_string": picture()}).SerializeToString()[:-1])
    log.add(tensor("loss", [1.0, 2.0], "scalars", np.float32))
    first, second = log.problems.all()
    assert (first.path, first.where) == (log.path, f"byte {size + 3 + HEADER_BYTES + 3:,}")
    assert "longer than its message" in first.what
    assert "2 numbers" in second.what
    assert set(log.items.facts) == {"a"}


def test_an_item_whose_bytes_are_not_what_they_were_says_so(log):
    log.add(tensor("curve", np.zeros((6, 3), np.float32), "pr_curves"), tensor("bad", np.zeros(3), "pr_curves"))
    assert "in place of (6, n)" in log.only("bad").caption
    log.path.write_bytes(log.path.read_bytes()[:20])
    assert "shorter" in log.only("curve").caption


def test_an_event_that_is_no_graph_is_a_problem_and_no_tag(log):
    log.add_event(9, b"\x12\x7fshort")
    log.add_event(8, event_pb2.TaggedRunMetadata(tag="step1").SerializeToString())
    assert log.items.facts == {}
    assert len(log.problems.all()) == 1
