"""The same made-up runs as both tools store them, written through each tool's own writer."""

import multiprocessing
import os
import random
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from app.readers.event_files.check import checksum
from app.readers.event_files.checksum import masked

START = 1_732_140_000.0  # seconds since the epoch: the first record's wall time
DISTINCT = 5  # TensorBoard's runs that are written; the others are copies, as writing costs 20 µs a point


@dataclass(frozen=True, slots=True)
class Shape:
    """How many runs, tags in each, and steps of each tag."""

    runs: int
    tags: int
    steps: int

    def __str__(self) -> str:
        return f"{self.runs:,} runs × {self.tags} tags × {self.steps:,} steps"

    @property
    def points(self) -> int:
        """Logged scalars in all."""
        return self.runs * self.tags * self.steps

    @property
    def run_names(self) -> list[str]:
        """Names of the run folders."""
        return [f"run-{number:04}" for number in range(self.runs)]

    @property
    def tag_names(self) -> list[str]:
        """Names of the scalars."""
        return [f"metrics/{number:02}" for number in range(self.tags)]


def tailboard_logdir(folder: Path, shape: Shape, *, left_open: bool = False) -> Path:
    """Return a log folder written by trainer_hooks, made if it is not there.

    Args:
        folder: where data sets are kept.
        shape: sizes.
        left_open: end each writer without `finish()`, as `kill -9` would: the segments stay JSON Lines.
    """
    name = f"tailboard-{'open' if left_open else 'closed'}"
    return _made(folder, name, shape, lambda logdir: _in_child(_write_tailboard, logdir, shape, left_open))


def tensorboard_logdir(folder: Path, shape: Shape) -> Path:
    """Return a log folder written by torch's SummaryWriter, made if it is not there."""
    return _made(folder, "tensorboard", shape, lambda logdir: _write_and_copy(logdir, shape))


def image_logdir(folder: Path, shape: Shape, images: int) -> Path:
    """Return a log folder of one run that has this many images of 62 kB between its scalars, made if not there."""
    return _made(
        folder,
        f"images-{images}",
        shape,
        lambda logdir: _in_child(_write_images, logdir / shape.run_names[0], shape, images),
    )


def rows(shape: Shape, run: str) -> Iterator[dict[str, float]]:
    """Yield what one run logs, step by step: noise on falling curves, all digits in use."""
    noise = random.Random(run)
    for step in range(shape.steps):
        level = 1 / (1 + step / 100)
        yield {tag: level + 0.1 * noise.random() for tag in shape.tag_names}


def _made(folder: Path, name: str, shape: Shape, make: Callable[[Path], None]) -> Path:
    logdir = folder / f"{name}-{shape.runs}-{shape.tags}-{shape.steps}"
    if not logdir.is_dir():
        half = logdir.with_suffix(".half")
        shutil.rmtree(half, ignore_errors=True)
        half.mkdir(parents=True)
        make(half)
        half.rename(logdir)
    return logdir


def _in_child(target: Callable[..., None], *arguments: object) -> None:
    """Run in a process of its own, so that its memory and threads are not this process's."""
    child = multiprocessing.get_context("spawn").Process(target=target, args=arguments)
    child.start()
    child.join()
    if child.exitcode != 0:
        raise RuntimeError(f"{target.__name__} ended with status {child.exitcode}")


def _write_tailboard(logdir: Path, shape: Shape, left_open: bool) -> None:
    import trainer_hooks

    for name in shape.run_names:
        run = trainer_hooks.init(logdir / name, config={"lr": 0.1})
        for step, row in enumerate(rows(shape, name)):
            run.log(row, step=step)
        if not left_open:
            run.finish()
    if left_open:
        os._exit(0)


def _write_and_copy(logdir: Path, shape: Shape) -> None:
    written = shape.run_names[:DISTINCT]
    _in_child(_write_tensorboard, logdir, shape, written)
    for place, name in enumerate(shape.run_names[DISTINCT:]):
        shutil.copytree(logdir / written[place % DISTINCT], logdir / name)


def _write_tensorboard(logdir: Path, shape: Shape, names: list[str]) -> None:
    from torch.utils.tensorboard import SummaryWriter

    for name in names:
        with SummaryWriter(logdir / name) as writer:
            for step, row in enumerate(rows(shape, name)):
                for tag, value in row.items():
                    writer.add_scalar(tag, value, step, walltime=START + step)


def _write_images(folder: Path, shape: Shape, images: int) -> None:
    """Write one event file; torch would take 20 ms for the checksum of an image."""
    from tensorboard.compat.proto.event_pb2 import Event
    from tensorboard.compat.proto.summary_pb2 import Summary

    folder.mkdir()
    blobs = [random.Random(number).randbytes(62_000) for number in range(100)]
    with (folder / "events.out.tfevents.1732140000.host.1.0").open("wb") as file:
        _write_event(file, Event(wall_time=START, file_version="brain.Event:2"))
        for step, row in enumerate(rows(shape, folder.name)):
            for tag, value in row.items():
                values = [Summary.Value(tag=tag, simple_value=value)]
                _write_event(file, Event(wall_time=START + step, step=step, summary=Summary(value=values)))
            for number in range(images * step // shape.steps, images * (step + 1) // shape.steps):
                image = Summary.Image(height=128, width=128, encoded_image_string=blobs[number % len(blobs)])
                values = [Summary.Value(tag="image", image=image)]
                _write_event(file, Event(wall_time=START + step, step=number, summary=Summary(value=values)))


def _write_event(file: BinaryIO, event: Any) -> None:
    data = event.SerializeToString()
    size = len(data).to_bytes(8, "little")
    file.write(size + _checksum(size) + data + _checksum(data))


def _checksum(data: bytes) -> bytes:
    return masked(np.array([checksum(data)], np.uint32)).tobytes()
