import math
from pathlib import Path

import numpy as np
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

from app.readers.walk import all_readers
from app.settings import LogRoot, Settings
from app.store.memory import Store
from trainer_hooks.tensorboard import SummaryWriter
from trainer_hooks.tensorboard import mirror as mirror_module

NOWHERE = mirror_module.Package("no_such_package", "no_such_package.proto", "moviepy")


def read(folder: Path) -> EventAccumulator:
    events = EventAccumulator(str(folder))
    events.Reload()
    return events


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
    writer.add_hparams({"lr": 0.1, "sizes": [1, 2]}, {"accuracy": 0.5}, global_step=7)
    writer.close()


def test_tensorboard_reads_what_was_logged_and_the_app_shows_it_once(tmp_path):
    writer = SummaryWriter(tmp_path / "logs" / "a", also_tensorboard=True)
    log_some(writer)
    writer.add_scalar("loss", 9.0, 9)  # a new event file, as the first one was closed
    writer.close()
    events = read(tmp_path / "logs" / "a")
    assert [(one.step, one.value) for one in events.Scalars("loss")] == [(0, 0.0), (1, 0.5), (2, 1.0), (9, 9.0)]
    assert [one.step for one in events.Scalars("accuracy")] == [7]
    assert "_hparams_/session_start_info" in events.summary_metadata
    assert shown(tmp_path / "logs", tmp_path / "cache") == {"a": "tailboard"}


def test_steps_and_times_of_use_metadata_and_the_purged_step_are_written_too(tmp_path):
    with SummaryWriter(tmp_path / "a", also_tensorboard=True) as writer:
        for step in range(4):
            writer.add_scalar("loss", 1.0, step)
    with (
        SummaryWriter(tmp_path / "a", purge_step=2, also_tensorboard=True) as writer,
        writer.use_metadata(global_step=2, walltime=5.0),
    ):
        writer.add_scalar("loss", 2.0)
    assert [(one.step, one.value) for one in read(tmp_path / "a").Scalars("loss")] == [(0, 1.0), (1, 1.0), (2, 2.0)]


def test_tensorboardx_writes_where_torch_is_missing(tmp_path, monkeypatch):
    monkeypatch.setattr(mirror_module, "PACKAGES", (NOWHERE, mirror_module.PACKAGES[1]))
    log_some(SummaryWriter(tmp_path / "a", also_tensorboard=True))
    assert len(read(tmp_path / "a").Scalars("loss")) == 3


def test_without_a_package_the_run_is_logged_all_the_same_and_that_is_said(tmp_path, monkeypatch, caplog):
    monkeypatch.setattr(mirror_module, "PACKAGES", (NOWHERE,))
    log_some(SummaryWriter(tmp_path / "logs" / "a", also_tensorboard=True))
    assert "tensorboard or tensorboardX" in caplog.text
    assert not list(tmp_path.rglob("*tfevents*"))
    assert shown(tmp_path / "logs", tmp_path / "cache") == {"a": "tailboard"}


def test_what_the_other_package_raises_stops_nothing(tmp_path, caplog):
    writer = SummaryWriter(tmp_path / "a", also_tensorboard=True)
    writer.add_scalar("bad", "no number", 0)
    writer.add_scalar("good", math.pi, 0)
    writer.close()
    assert read(tmp_path / "a").Tags()["scalars"] == ["good"]


def test_event_files_of_others_are_a_run_of_their_own(tmp_path):
    from torch.utils.tensorboard import SummaryWriter as Theirs

    log_some(SummaryWriter(tmp_path / "logs" / "a", also_tensorboard=True))
    with Theirs(tmp_path / "logs" / "a") as theirs:
        theirs.add_scalar("other", 1.0, 0)
    assert sorted(shown(tmp_path / "logs", tmp_path / "cache").values()) == ["tailboard", "tensorboard"]
