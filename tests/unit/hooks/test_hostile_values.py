"""Whatever is handed to a log_...() call: nothing of it reaches the training, and each line can be read."""

import inspect
import itertools
import os
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch

import trainer_hooks
from tests.logged import media, rows, statuses
from trainer_hooks.run import Run
from trainer_hooks.tensorboard import SummaryWriter

LOG_CALLS = sorted(name for name in dir(Run) if name.startswith("log_"))
PICTURE = np.zeros((4, 4, 3), np.uint8)
NEEDED = {  # arguments that a call cannot do without, or that make it look at others
    "boxes": [[0, 0, 2, 2]],
    "charts": {"losses": {"both": ["multiline", ["a", "b"]]}},
    "data": [[1]],
    "images": [PICTURE],
    "image": PICTURE,
    "labels": ["a"],
    "masks": np.ones((4, 4), np.int64),
    "metadata": ["a", "b"],
    "model": torch.nn.Linear(2, 2),
    "vectors": np.ones((2, 3)),
    "vertices": np.zeros((3, 3)),
}


class OwnError(Exception):
    """An error that only the training knows."""


def raising(name: str) -> Any:
    """An object whose method `name` raises."""

    def fail(*_: Any) -> None:
        raise OwnError(name)

    return type(f"Raising{name}", (), {name: fail})()


def holding_itself() -> dict[str, Any]:
    """A dictionary that would be copied for ever, twice as large at each depth."""
    cycle: dict[str, Any] = {}
    cycle.update(left=cycle, right=cycle, list=[cycle, cycle])
    return cycle


HOSTILE: list[Callable[[], Any]] = [
    lambda: None,
    lambda: "text \ud800 \0",
    lambda: b"bytes",
    lambda: 2**63,
    lambda: 10**400,
    lambda: float("nan"),
    lambda: 1j,
    lambda: raising("__array__"),
    lambda: raising("__len__"),
    lambda: raising("__iter__"),
    lambda: raising("__str__"),
    lambda: raising("__getattr__"),
    lambda: [raising("__str__"), raising("__str__")],
    lambda: {raising("__str__"): raising("__float__")},
    itertools.count,
    lambda: itertools.repeat("again"),
    lambda: (OwnError() for _ in range(3)),
    lambda: (1 // zero for zero in [0]),
    holding_itself,
    lambda: np.zeros((0, 3)),
    lambda: np.zeros((1,) * 32),
    lambda: np.full((4, 3), np.inf, np.float16),
    lambda: np.array([[1, None], ["a", {}]], object),
    lambda: np.zeros(3, [("a", "f4"), ("b", "i4")]),
    lambda: np.array(["2020", "NaT"], "M8[D]"),
    lambda: torch.eye(3).to_sparse(),
    lambda: torch.ones(3, 3, device="meta"),
    lambda: torch.ones(3, 3, dtype=torch.complex64),
    torch.nn.parameter.UninitializedParameter,
]


@pytest.mark.parametrize("name", LOG_CALLS)
def test_no_argument_of_any_kind_stops_the_training_or_leaves_a_line_that_cannot_be_read(tmp_path, name):
    with trainer_hooks.init(tmp_path / "run") as run:
        call = getattr(run, name)
        parameters = inspect.signature(call).parameters
        given = {other: NEEDED[other] for other in parameters if other in NEEDED} | {"tag": "tag"}
        given = {other: value for other, value in given.items() if other in parameters}
        given.update({"figure": PICTURE} if name == "log_figure" else {"figures": []} if name == "log_figures" else {})
        given.update(dict.fromkeys({"audio", "html", "tensor", "text", "video"} & parameters.keys(), "text"))
        for parameter, make in itertools.product(parameters, HOSTILE):
            call(**{**given, parameter: make()})
    assert all(isinstance(line["tag"], str) for line in media(run.path))


@pytest.mark.parametrize("make", HOSTILE)
def test_numbers_and_settings_may_be_anything(tmp_path, make):
    with trainer_hooks.init(tmp_path / "run") as run:
        run.log(make())
        run.log({"loss": make(), "good": 1})
        run.log({"good": 2}, step=make(), wall_time=make())
        run.update_config(make())
        run.update_config({"value": make(), "nested": SimpleNamespace(value=make())})
        run.progress(make(), make())
    assert [row["good"] for row in rows(run.path)][:2] == [1, 2]
    assert statuses(run.path)[0]["state"] == "finished"


def test_what_is_no_file_is_refused_at_once_and_in_words(tmp_path, caplog):
    os.mkfifo(tmp_path / "pipe.png")
    (tmp_path / "folder.html").mkdir()
    with trainer_hooks.init(tmp_path / "run") as run:
        run.log_image("pipe", tmp_path / "pipe.png")
        run.log_audio("device", "/dev/zero")
        run.log_html("folder", tmp_path / "folder.html")
        run.log_video("gone", tmp_path / "gone.mp4")
    assert media(run.path) == []
    assert statuses(run.path)[0]["dropped"] == {"refused": 4}
    assert all(f"'{tag}' is not logged as" in caplog.text for tag in ("pipe", "device", "folder", "gone"))


def test_labels_without_end_are_refused_by_a_writer_too(tmp_path, caplog):
    with SummaryWriter(tmp_path / "run") as writer:
        writer.add_embedding(np.ones((2, 3)), metadata=itertools.count())
    assert media(tmp_path / "run") == []
    assert "more than 1,000,000 labels" in caplog.text


def test_an_error_without_a_text_ends_the_run_as_failed(tmp_path):
    run = trainer_hooks.init(tmp_path / "run")
    run.finish(type("Mute", (Exception,), {"__str__": raising("__str__").__str__})())
    assert statuses(run.path)[0]["state"] == "failed"
