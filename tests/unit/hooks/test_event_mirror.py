"""`also_tensorboard`: what TensorBoard reads beside a run is what torch or tensorboardX would have written."""

import importlib
import math
import pickle
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pytest
import torch.utils.tensorboard
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from tensorboard.compat.proto import event_pb2

from app.readers.walk import all_readers
from app.settings import LogRoot, Settings
from app.store.memory import Store
from tests.logged import media, python, rows, run_json, statuses
from tests.writer_calls import CALLS, arguments
from trainer_hooks.tensorboard import GlobalSummaryWriter, SummaryWriter
from trainer_hooks.tensorboard import mirror as mirror_module

TORCH, X = mirror_module.PACKAGES
NOWHERE = mirror_module.Package("no_such_package", "no_such_package.proto", "moviepy")


def only(monkeypatch, package: mirror_module.Package) -> None:
    monkeypatch.setattr(mirror_module, "PACKAGES", (NOWHERE, package))


@pytest.fixture(params=[TORCH, X], ids=["torch", "tensorboardX"])
def package(request, monkeypatch):
    """The package that writes event files."""
    only(monkeypatch, request.param)
    return request.param


def read(folder: Path) -> EventAccumulator:
    events = EventAccumulator(str(folder))
    events.Reload()
    return events


def scalars(folder: Path, tag: str) -> list[tuple[int, float]]:
    return [(one.step, one.value) for one in read(folder).Scalars(tag)]


def shown(folder: Path, cache: Path) -> dict[str, str]:
    """The runs that the app finds: id and format."""
    store = Store(Settings(roots=(LogRoot("", folder),), cache_dir=cache), all_readers())
    store.refresh()
    runs = {run.id: run.format for run in store.runs()}
    store.close()
    return runs


def log_some(writer: SummaryWriter) -> None:
    for step in range(3):
        writer.add_scalar("loss", 0.5 * step, step)
        writer.add_scalars("both", {"a": step, "b": 2 * step}, step)
    writer.add_histogram("weights", np.arange(10.0), 1)
    writer.add_embedding(np.eye(4, dtype=np.float32), metadata=list("abcd"), tag="points")
    writer.add_hparams({"lr": 0.1, "sizes": [1, 2]}, {"accuracy": 0.5}, run_name="set", global_step=7)
    writer.close()


def test_tensorboard_reads_what_was_logged_and_the_app_shows_it_once(tmp_path, package):
    writer = SummaryWriter(tmp_path / "logs" / "a", also_tensorboard=True)
    log_some(writer)
    writer.add_scalar("loss", 9.0, 9)  # a new event file in the same second, as the first one was closed
    writer.close()
    assert scalars(tmp_path / "logs" / "a", "loss") == [(0, 0.0), (1, 0.5), (2, 1.0), (9, 9.0)]
    assert scalars(tmp_path / "logs" / "a" / "set", "accuracy") == [(7, 0.5)]
    assert "_hparams_/session_start_info" in read(tmp_path / "logs" / "a" / "set").summary_metadata
    assert shown(tmp_path / "logs", tmp_path / "cache") == {"a": "tailboard"}


def test_every_call_is_written_and_what_cannot_be_is_said_once(tmp_path, package, monkeypatch, caplog, capsys):
    only(monkeypatch, package._replace(needed_for_video="no_such_package.editor"))
    with SummaryWriter(tmp_path / "a", also_tensorboard=True) as writer:
        for _ in range(2):
            for name in CALLS:
                getattr(writer, name)(**arguments(name))
    said = [message.partition("() is not in the event files: ")[0] for message in caplog.messages]
    assert [name for name in said if name != "add_audio"] == ["add_video"]  # tensorboardX needs soundfile for it
    assert "moviepy" not in capsys.readouterr().out
    written = read(tmp_path / "a")
    kept_otherwise = {"video", "audio", "embedding", "mesh", "tensor"}  # tensorboardX has no add_tensor
    tags = {given["tag"] for given in CALLS.values() if "tag" in given} - kept_otherwise
    found = [tag for tags_ in written.Tags().values() if isinstance(tags_, list) for tag in tags_]
    assert {tag.removesuffix("/text_summary") for tag in found} >= tags
    assert written.Graph() is not None


def test_arguments_by_place_are_taken_in_the_order_of_either_package(tmp_path, package, caplog):
    image, boxes = torch.rand(8, 9, 3), torch.tensor([[1, 2, 5, 6]])
    with (
        SummaryWriter(tmp_path / "a", also_tensorboard=True) as writer,
        writer.use_metadata(global_step=1, walltime=5.0),
    ):
        writer.add_image_with_boxes("torch", image, boxes, 2, None, 1, "HWC", ["cat"])
        writer.add_image_with_boxes("x", image, boxes, 3, None, "HWC", ["cat"])
        writer.add_hparams({"lr": 0.1}, {"loss": 1.0}, {"lr": [0.1, 0.2]}, "torch", 4)
        writer.add_hparams({"lr": 0.2}, {"loss": 2.0}, "x", 5)
        writer.add_histogram("values", np.arange(9.0), None, "auto")
    assert caplog.messages == []
    assert [read(tmp_path / "a").Images(tag)[0].step for tag in ("torch", "x")] == [2, 3]
    assert [scalars(tmp_path / "a" / name, "loss") for name in ("torch", "x")] == [[(4, 1.0)], [(5, 2.0)]]
    assert [(one.step, one.wall_time) for one in read(tmp_path / "a").Histograms("values")] == [(1, 5.0)]


@pytest.mark.parametrize("made", [TORCH, X], ids=["of torch", "of tensorboardX"])
def test_messages_of_either_package_are_written_as_they_came(tmp_path, package, made, caplog):
    summary = importlib.import_module(f"{made.name}.summary")
    with SummaryWriter(tmp_path / "a", also_tensorboard=True) as writer:
        for message in summary.hparams({"lr": 0.1}, {"loss": 1.0}):
            writer._get_file_writer().add_summary(message)
        with writer.use_metadata(global_step=6, walltime=7.0):
            writer.file_writer.add_summary(summary.scalar("a", 1.0))
        writer.file_writer.add_summary(summary.scalar("a", 2.0).SerializeToString(), 8)
        event = event_pb2.Event(step=9)
        event.summary.value.add(tag="a", simple_value=3.0)
        writer.file_writer.add_event(event)
    assert caplog.messages == []
    assert scalars(tmp_path / "a", "a") == [(6, 1.0), (8, 2.0), (9, 3.0)]
    assert [(row["_step"], row["a"]) for row in rows(tmp_path / "a")] == [(6, 1.0), (8, 2.0), (9, 3.0)]
    assert read(tmp_path / "a").Scalars("a")[0].wall_time == rows(tmp_path / "a")[0]["_time"] == 7.0
    assert "_hparams_/session_start_info" in read(tmp_path / "a").summary_metadata
    assert run_json(tmp_path / "a")["config"] == {"lr": 0.1}


def test_what_is_no_message_stops_nothing(tmp_path, caplog):
    with SummaryWriter(tmp_path / "a", also_tensorboard=True) as writer:
        writer.file_writer.add_summary("no message", 1)
        writer.file_writer.add_event(None)
        writer.add_scalar("a", 1.0, 1)
    assert scalars(tmp_path / "a", "a") == [(1, 1.0)]
    assert statuses(tmp_path / "a")[0]["dropped"]["refused"] == 4  # twice each: once for the event files


def test_the_global_writer_writes_too(tmp_path, package):
    writer = GlobalSummaryWriter(tmp_path / "a", also_tensorboard=True)
    writer.add_scalar("a", 1.0)
    writer.add_scalar("a", 2.0)
    writer.close()
    assert scalars(tmp_path / "a", "a") == [(0, 1.0), (1, 2.0)]


def test_figures_are_closed_once_both_have_drawn_them_and_generators_serve_both(tmp_path, package, caplog):
    figure, kept = plt.figure(), plt.figure()
    with SummaryWriter(tmp_path / "a", also_tensorboard=True) as writer:
        writer.add_figure("closed", figure, 1, True)
        writer.add_figure("kept", kept, 1, close=False)
        writer.add_embedding(np.eye(3), (name for name in "abc"), tag="points", global_step=1)
    assert plt.get_fignums() == [kept.number]
    plt.close(kept)
    assert caplog.messages == []
    assert set(read(tmp_path / "a").Tags()["images"]) == {"closed", "kept"}
    assert next((tmp_path / "a").rglob("metadata.tsv")).read_text().split() == ["a", "b", "c"]
    assert {one["tag"] for one in media(tmp_path / "a")} == {"closed", "kept", "points"}


def test_steps_and_times_of_use_metadata_and_the_purged_step_are_written_too(tmp_path):
    with SummaryWriter(tmp_path / "a", also_tensorboard=True) as writer:
        for step in range(4):
            writer.add_scalar("loss", 1.0, step)
    with (
        SummaryWriter(tmp_path / "a", purge_step=2, also_tensorboard=True) as writer,
        writer.use_metadata(global_step=2, walltime=5.0),
    ):
        writer.add_scalar("loss", 2.0)
    assert scalars(tmp_path / "a", "loss") == [(0, 1.0), (1, 1.0), (2, 2.0)]


@pytest.mark.parametrize("name", ["torch", "tensorboardX"])
def test_forked_children_write_files_of_their_own_and_never_wait_for_the_parents_thread(tmp_path, name):
    code = f"""
import os, sys
from trainer_hooks.tensorboard import SummaryWriter, mirror
mirror.PACKAGES = tuple(one for one in mirror.PACKAGES if one.name.startswith({name!r}))
writer = SummaryWriter(sys.argv[1], also_tensorboard=True)
def forked(work):
    pid = os.fork()
    if pid == 0:
        work()
        os._exit(0)
    assert os.waitpid(pid, 0)[1] == 0
def log():
    writer.add_scalar("child", 1.0, 1)
    writer.close()
def leave():
    writer.flush()
    writer.close()
for step in range(20):
    writer.add_scalar("parent", step, step)
    if step % 10 == 5:
        forked(log)
        forked(leave)
writer.close()
"""
    python(code, tmp_path)
    assert scalars(tmp_path, "parent") == [(step, step) for step in range(20)]
    assert scalars(tmp_path, "child") == [(1, 1.0)] * 2


def test_a_writer_that_was_sent_to_a_process_writes_its_first_value_there(tmp_path, package):
    writer = SummaryWriter(tmp_path / "a", also_tensorboard=True)
    again = pickle.loads(pickle.dumps(writer))
    again.add_scalar("a", 1.0, 1)
    again.close()
    writer.close()
    assert scalars(tmp_path / "a", "a") == [(1, 1.0)]


@pytest.mark.parametrize(("variable", "given", "written"), [("1", None, 1), ("0", None, 0), ("1", False, 0)])
def test_a_variable_asks_for_event_files_where_the_script_does_not_say(tmp_path, monkeypatch, variable, given, written):
    monkeypatch.setenv("TAILBOARD_ALSO_TENSORBOARD", variable)
    with SummaryWriter(tmp_path / "a", also_tensorboard=given) as writer:
        writer.add_scalar("a", 1.0)
    assert len(list(tmp_path.rglob("*tfevents*"))) == written


def test_a_writer_that_is_turned_off_writes_no_event_file(tmp_path, monkeypatch):
    with SummaryWriter(tmp_path / "a", write_to_disk=False, also_tensorboard=True) as writer:
        writer.add_scalar("a", 1.0)
    monkeypatch.setenv("TAILBOARD_DISABLED", "1")
    with SummaryWriter(tmp_path / "a", also_tensorboard=True) as writer:
        writer.add_scalar("a", 1.0)
        assert not hasattr(writer.file_writer, "event_writer")
    assert not (tmp_path / "a").exists()


def test_the_class_of_torch_may_have_been_put_out_of_its_place(tmp_path, monkeypatch):
    monkeypatch.setattr(torch.utils.tensorboard, "SummaryWriter", SummaryWriter)
    with torch.utils.tensorboard.SummaryWriter(tmp_path / "a", also_tensorboard=True) as writer:
        writer.add_scalar("a", 1.0, 1)
        assert writer.file_writer.event_writer.get_logdir() == str(tmp_path / "a")
    assert scalars(tmp_path / "a", "a") == [(1, 1.0)]


def test_without_a_package_the_run_is_logged_all_the_same_and_that_is_said(tmp_path, monkeypatch, caplog):
    only(monkeypatch, NOWHERE)
    log_some(SummaryWriter(tmp_path / "logs" / "a", also_tensorboard=True))
    assert "tensorboard or tensorboardX" in caplog.text
    assert not list(tmp_path.rglob("*tfevents*"))
    assert shown(tmp_path / "logs", tmp_path / "cache") == {"a": "tailboard"}


def test_what_the_other_package_raises_stops_nothing(tmp_path, monkeypatch, caplog):
    writer = SummaryWriter(tmp_path / "a", also_tensorboard=True)
    writer.add_scalar("bad", "no number", 0)
    writer.add_scalar("good", math.pi, 0)
    writer.close()
    assert read(tmp_path / "a").Tags()["scalars"] == ["good"]

    def full(_writer):
        raise OSError("no space left on device")

    writer.add_scalar("good", 1.0, 1)
    monkeypatch.setattr("torch.utils.tensorboard.writer.FileWriter.flush", full)
    writer.flush()
    writer.close()
    assert "no space left" in caplog.text
    assert statuses(tmp_path / "a")[-1]["state"] == "finished"


def test_event_files_of_others_are_a_run_of_their_own(tmp_path):
    log_some(SummaryWriter(tmp_path / "logs" / "a", also_tensorboard=True))
    with torch.utils.tensorboard.SummaryWriter(tmp_path / "logs" / "a") as theirs:
        theirs.add_scalar("other", 1.0, 0)
    assert sorted(shown(tmp_path / "logs", tmp_path / "cache").values()) == ["tailboard", "tensorboard"]
