"""Every kind that a training can log, as the app's own reader gives it back."""

import numpy as np
import torch
from matplotlib.figure import Figure

import trainer_hooks
from app.readers.tailboard import READER
from trainer_hooks.calls.documents import DocumentCalls
from trainer_hooks.calls.measures import MeasureCalls
from trainer_hooks.calls.pictures import PictureCalls

IMAGE = np.zeros((4, 4))
CALLS = {
    "log_image": (IMAGE,),
    "log_images": ([IMAGE, IMAGE],),
    "log_boxes": (IMAGE, [[0, 0, 1, 1]]),
    "log_masks": (IMAGE, np.ones((4, 4), int)),
    "log_figure": (Figure(),),
    "log_figures": ([Figure(), Figure()],),
    "log_video": (np.zeros((2, 4, 4)),),
    "log_histogram": (torch.randn(100),),
    "log_pr_curve": ([0, 1], [0.2, 0.7]),
    "log_roc_curve": ([0, 1], [0.2, 0.7]),
    "log_confusion_matrix": ([0, 1], [0, 1]),
    "log_text": ("*text*",),
    "log_html": ("<p>page</p>",),
    "log_table": ([[1, 2]],),
    "log_audio": (np.zeros(10),),
    "log_embedding": (np.eye(3),),
    "log_mesh": (np.zeros((2, 4, 3)),),
    "log_tensor": (np.eye(2),),
    "log_graph": (torch.nn.Linear(2, 2), torch.zeros(1, 2), "log_graph"),
}
SEVERAL = {"log_images", "log_figures", "log_mesh"}
KINDS = {"log_images": "image", "log_boxes": "image", "log_masks": "image", "log_figures": "figure"}


def test_all_calls_are_tried_here():
    found = {name for calls in (PictureCalls, MeasureCalls, DocumentCalls) for name in vars(calls)}
    assert {name for name in found if name.startswith("log_")} == set(CALLS)


def test_every_kind_is_read_back_with_its_step_time_blobs_and_content(tmp_path, caplog):
    with trainer_hooks.init(tmp_path / "run") as run:
        for name, arguments in CALLS.items():
            tag = {} if name == "log_graph" else {"tag": name}
            getattr(run, name)(*tag.values(), *arguments, step=7, wall_time=1e9)
    assert caplog.messages == []
    log = READER.open(tmp_path / "run")
    log.poll()
    for name in CALLS:
        items = list(log.media(name))
        assert {item.kind for item in items} == {KINDS.get(name, name.removeprefix("log_"))}
        assert {(item.step, item.wall_time) for item in items} == {(7, 1e9)}
        assert [(item.index, item.count) for item in items] == ([(0, 2), (1, 2)] if name in SEVERAL else [(0, 1)])
        for item in items:
            assert item.path or item.text or item.meta
            assert all(path.stat().st_size for path in [*item.parts.values(), *([item.path] if item.path else [])])


def test_the_run_that_does_nothing_takes_all_calls(tmp_path, monkeypatch):
    monkeypatch.setenv("TAILBOARD_DISABLED", "1")
    run = trainer_hooks.init(tmp_path / "run")
    for name, arguments in CALLS.items():
        getattr(run, name)(*([] if name == "log_graph" else [name]), *arguments, step=7, wall_time=1e9)
    run.flush()
    run.finish()
    assert not run.path.exists()
