"""The calls of trainer_hooks.tensorboard beside those of torch and tensorboardX, and the messages frameworks send."""

import inspect

import numpy as np
import pytest
import tensorboardX
import torch.utils.tensorboard
from tensorboard.compat.proto import event_pb2
from tensorboardX import summary as x_summary
from torch.utils.tensorboard import summary as torch_summary

from app.readers.tailboard import READER
from tests.logged import media, rows, run_json
from trainer_hooks.tensorboard import GlobalSummaryWriter, SummaryWriter

TORCH, THEIRS = torch.utils.tensorboard.SummaryWriter, tensorboardX.SummaryWriter
# Where the two differ in the order of arguments, torch's counts, and what comes in the other order is told by its type.
OTHER_ORDER = {"add_image_with_boxes", "add_hparams", "add_scalar", "__init__"}
OTHER_DEFAULT = {"comet_config"}  # theirs is a dictionary that turns it off


def calls(kind):
    public = [name for name, _ in inspect.getmembers(kind, inspect.isfunction) if not name.startswith("_")]
    return ["__init__", *sorted(public)]


def parameters(kind, name):
    found = inspect.signature(getattr(kind, name)).parameters.values()
    return [(one.name, one.default) for one in found if one.kind is not one.VAR_KEYWORD]


@pytest.mark.parametrize("name", calls(TORCH))
def test_each_call_of_torch_has_its_parameters_in_their_order_with_their_defaults(name):
    theirs = parameters(TORCH, name)
    ours = parameters(SummaryWriter, name)
    assert ours[: len(theirs)] == theirs


@pytest.mark.parametrize("name", calls(THEIRS))
def test_each_call_of_tensorboardx_has_its_parameters_with_their_defaults(name):
    ours = dict(parameters(SummaryWriter, name))
    theirs = [one for one in parameters(THEIRS, name) if one[0] not in OTHER_DEFAULT]
    renamed = {"onnx_model_file": "prototxt"}  # as torch calls it
    assert {renamed.get(parameter, parameter): default for parameter, default in theirs}.items() <= ours.items()
    if name not in OTHER_ORDER:
        assert [renamed.get(one, one) for one, _ in theirs] == list(ours)[: len(theirs)]


@pytest.mark.parametrize("name", ["__init__", "add_scalar", "add_image", "add_text", "close", "getSummaryWriter"])
def test_each_call_of_the_global_writer_is_the_same(name):
    assert parameters(GlobalSummaryWriter, name) == parameters(tensorboardX.GlobalSummaryWriter, name)


@pytest.fixture
def writer(tmp_path, monkeypatch):
    monkeypatch.setattr("trainer_hooks.load.INTERVAL_S", float("inf"))
    with SummaryWriter(tmp_path / "run") as writer:
        yield writer


@pytest.mark.parametrize("made", [torch_summary, x_summary])
@pytest.mark.parametrize("way", ["_get_file_writer", "file_writer"])
def test_hyper_parameters_as_messages_become_the_config(tmp_path, made, way):
    with SummaryWriter(tmp_path) as writer:
        target = writer._get_file_writer() if way == "_get_file_writer" else writer.file_writer
        for message in made.hparams({"lr": 0.5, "layers": 3, "name": "resnet", "flag": True}, {"acc": 1}):
            target.add_summary(message)
    assert run_json(tmp_path)["config"] == {"lr": 0.5, "layers": 3, "name": "resnet", "flag": True}
    assert media(tmp_path) == []


@pytest.mark.parametrize("made", [torch_summary, x_summary])
def test_scalars_come_as_messages_and_as_their_bytes(writer, made):
    writer.file_writer.add_summary(made.scalar("a", 0.5), 3, walltime=9.0)
    writer.file_writer.add_summary(torch_summary.scalar("b", 0.25, new_style=True).SerializeToString(), np.int64(4))
    assert [{key: row[key] for key in row if key in "ab" or key == "_step"} for row in rows(writer.log_dir)] == [
        {"_step": 3, "a": 0.5},
        {"_step": 4, "b": 0.25},
    ]
    assert rows(writer.log_dir)[0]["_time"] == 9.0


PICTURE = np.zeros((3, 4, 5), np.uint8)
MESSAGES = {
    "image": (torch_summary.image("x", PICTURE, dataformats="CHW"), "image"),
    "image of tensorboardX": (x_summary.image("x", PICTURE), "image"),
    "text": (torch_summary.text("x", "**hello**"), "text"),
    "audio": (torch_summary.audio("x", np.zeros(100)), "audio"),
    "histogram": (torch_summary.histogram("x", np.arange(50.0), "auto"), "histogram"),
    "tensor": (torch_summary.tensor_proto("x", torch.arange(6.0).reshape(2, 3)), "tensor"),
    "pr_curve": (torch_summary.pr_curve("x", np.array([1, 0, 1]), np.array([0.9, 0.1, 0.4]), 11), "pr_curve"),
}


@pytest.mark.parametrize("name", MESSAGES)
def test_other_messages_are_logged_as_what_they_are(writer, caplog, name):
    message, kind = MESSAGES[name]
    writer.file_writer.add_summary(message, 7)
    writer.flush()
    assert caplog.messages == []
    (item,) = media(writer.log_dir)
    assert (item["kind"], item["_step"]) == (kind, 7)
    assert item["tag"].startswith("x")
    log = READER.open(writer._folder)
    log.poll()
    assert not log.problems
    assert len(log.media(item["tag"])) == 1


@pytest.mark.parametrize("made", [torch_summary, x_summary])
def test_a_layout_as_a_message_declares_charts(writer, made):
    layout = {"c": {"lines": ["Multiline", ["a", "b"]], "band": ["Margin", ["m", "l", "u"]]}}
    writer.file_writer.add_summary(made.custom_scalars(layout))
    (item,) = media(writer.log_dir)
    assert [(one["title"], one["form"], one["tags"]) for one in item["meta"]["charts"]] == [
        ("lines", "multiline", ["a", "b"]),
        ("band", "margin", ["m", "l", "u"]),
    ]


def test_events_are_logged_by_what_they_hold_and_the_rest_is_said_once(writer, caplog):
    target = writer.file_writer
    target.add_event(event_pb2.Event(file_version="brain.Event:2"))
    target.add_event(event_pb2.Event(step=5, summary=torch_summary.scalar("a", 1.0)))
    target.add_event(event_pb2.Event(step=5, summary=torch_summary.scalar("a", 2.0)), step=6, walltime=3.0)
    for _ in range(2):
        target.add_event(event_pb2.Event(graph_def=b"graph"))
        target.add_graph((object(), object()))
        target.add_onnx_graph(object())
        target.add_summary(torch_summary.mesh("m", np.zeros((1, 3, 3)), None, None, None))
    assert [(row["_step"], row["a"]) for row in rows(writer.log_dir)] == [(5, 1.0), (6, 2.0)]
    assert sum("graph_def" in message for message in caplog.messages) == 1
    assert all("is not" in message for message in caplog.messages)
