"""The same histograms, pictures and vectors, logged through each tool's own writer, each time in a fresh process."""

import shutil
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import psutil

RUN = "run"
TAILBOARD, TENSORBOARD = "tailboard", "tensorboard"
VALUES, BUCKETS = 4_096, 64  # of a histogram
SIDE_PX, SPRITE_SIDE_PX = 256, 28
SAMPLE_S = 0.005

Call = Callable[[], object]
Array = npt.NDArray[Any]


@dataclass(frozen=True, slots=True)
class Media:
    """What is logged.

    Attributes:
        kind: "histogram", "image", "embedding", or "embedding with pictures".
        tags: how many.
        steps: of each tag.
        points: of an embedding.
        dimensions: of a point.
    """

    kind: str
    tags: int
    steps: int
    points: int = 0
    dimensions: int = 0

    def __str__(self) -> str:
        if self.points:
            return f"{self.kind}, {self.points:,} × {self.dimensions}"
        what = f"{BUCKETS} buckets" if self.kind == "histogram" else f"{SIDE_PX} × {SIDE_PX}"
        return f"{self.tags * self.steps:,} {self.kind}s of {what}"

    @property
    def tag_names(self) -> list[str]:
        """Names of the tags, all of one group."""
        return [f"{self.kind.split()[0]}/{number:03}" for number in range(self.tags)]

    @property
    def calls(self) -> int:
        """Log calls in all."""
        return self.tags * self.steps


@dataclass(frozen=True, slots=True)
class Cost:
    """What logging cost.

    Attributes:
        call_s: of the training thread, for one call; making what is logged is left out.
        finish_s: from the last call until the writer is closed.
        cpu_s: processor time of all threads, without that for making what is logged.
        size_bytes: on disk.
        grown_bytes: peak of resident memory beyond what it was before the first call.
    """

    call_s: float
    finish_s: float
    cpu_s: float
    size_bytes: int
    grown_bytes: int

    def until_closed_s(self, media: Media) -> float:
        """Seconds in all calls and in closing."""
        return self.call_s * media.calls + self.finish_s


def log(tool: str, logdir: Path, media: Media) -> Cost:
    """Log everything in a process of its own to a new folder."""
    shutil.rmtree(logdir, ignore_errors=True)
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(_log, tool, logdir, media).result()


def media_logdir(folder: Path, tool: str, media: Media) -> Path:
    """Return a log folder that holds `media`, written by a tool's writer; made if it is not there."""
    name = f"{media.kind}-{media.tags}-{media.steps}-{media.points}-{media.dimensions}".replace(" ", "-")
    logdir = folder / f"media-{tool}-{name}"
    if not logdir.is_dir():
        log(tool, logdir.with_suffix(".half"), media)
        logdir.with_suffix(".half").rename(logdir)
    return logdir


def _log(tool: str, logdir: Path, media: Media) -> Cost:
    with _writer(tool, logdir / RUN) as (writer, close), _memory() as grown_bytes:
        calls, calls_cpu_s = 0.0, 0.0
        for call in _calls(tool, writer, media):
            cpu_began, began = time.process_time(), time.perf_counter()
            call()
            calls += time.perf_counter() - began
            calls_cpu_s += time.process_time() - cpu_began
        cpu_began, began = time.process_time(), time.perf_counter()
        close()
        finish_s, cpu_s = time.perf_counter() - began, calls_cpu_s + time.process_time() - cpu_began
    size = sum(path.stat().st_size for path in logdir.rglob("*") if path.is_file())
    return Cost(calls / media.calls, finish_s, cpu_s, size, grown_bytes())


@contextmanager
def _writer(tool: str, folder: Path) -> Iterator[tuple[Any, Call]]:
    if tool == TAILBOARD:
        import trainer_hooks

        run = trainer_hooks.init(folder)
        yield run, run.finish
        return
    import torch  # noqa: F401 - before anything is timed, as a training has imported it
    from torch.utils.tensorboard import SummaryWriter

    board = SummaryWriter(str(folder))
    yield board, board.close


@contextmanager
def _memory() -> Iterator[Callable[[], int]]:
    """Watch this process's resident memory; what is handed over tells by how much its peak is above the beginning."""
    process, ended = psutil.Process(), threading.Event()
    sizes = [process.memory_info().rss]

    def watch() -> None:
        while not ended.wait(SAMPLE_S):
            sizes.append(process.memory_info().rss)

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        yield lambda: max(sizes) - sizes[0]
    finally:
        ended.set()
        watcher.join()


def _calls(tool: str, writer: Any, media: Media) -> Iterator[Call]:
    """Yield each call with its arrays, made while nothing is timed."""
    noise = np.random.default_rng(0)
    make = {"histogram": _values, "image": _picture}.get(media.kind, _vectors)
    for step in range(media.steps):
        for tag in media.tag_names:
            array = make(noise, step, media)
            ours = tool == TAILBOARD
            yield (_ours if ours else _theirs)(writer, media.kind, tag, array, step, noise)


def _ours(run: Any, kind: str, tag: str, array: Array, step: int, noise: np.random.Generator) -> Call:
    if kind == "histogram":
        return partial(run.log_histogram, tag, array, step, bins=BUCKETS)
    if kind == "image":
        return partial(run.log_image, tag, array, step)
    images = _sprites(noise, len(array)) if "pictures" in kind else None
    return partial(run.log_embedding, tag, array, step, _labels(len(array)), images=images)


def _theirs(writer: Any, kind: str, tag: str, array: Array, step: int, noise: np.random.Generator) -> Call:
    if kind == "histogram":
        return partial(writer.add_histogram, tag, array, step, bins=BUCKETS, max_bins=BUCKETS)
    if kind == "image":
        return partial(writer.add_image, tag, array, step, dataformats="HWC")
    import torch

    images = torch.from_numpy(_sprites(noise, len(array))) if "pictures" in kind else None
    return partial(writer.add_embedding, array, _labels(len(array)), images, step, tag)


def _values(noise: np.random.Generator, step: int, _: Media) -> Array:
    """Return float32 values as of a layer's weights, that spread while it trains."""
    return noise.standard_normal(VALUES, np.float32) * np.float32(1 + step / 1000)


def _picture(noise: np.random.Generator, step: int, _: Media) -> Array:
    """Return RGB pixels of uint8: waves with the noise of a camera, about as hard to compress as a photograph."""
    x = np.arange(SIDE_PX) / SIDE_PX
    waves = [np.sin(7 * x + step / 50 + hue)[:, None] * np.cos(11 * x - step / 70 * hue)[None] for hue in range(3)]
    grain = noise.normal(scale=4, size=(SIDE_PX, SIDE_PX, 3))
    return np.clip(127 + 90 * np.stack(waves, axis=2) + grain, 0, 255).astype(np.uint8)


def _vectors(noise: np.random.Generator, _: int, media: Media) -> Array:
    """Return float32 vectors in ten clusters."""
    centres = 3 * noise.standard_normal((10, media.dimensions), np.float32)
    return centres[np.arange(media.points) % 10] + noise.standard_normal((media.points, media.dimensions), np.float32)


def _labels(points: int) -> list[str]:
    return [f"class {point % 10}" for point in range(points)]


def _sprites(noise: np.random.Generator, points: int) -> Array:
    """Return pictures as torch wants them, floats in [0, 1] of shape (N, 3, H, W): patches of one, with some noise."""
    side = SPRITE_SIDE_PX
    slope = np.linspace(0, 0.9, side, dtype=np.float32)
    flat = slope[None, None, :, None] * slope[None, None, None, :]
    return np.asarray(flat + 0.1 * noise.random((points, 3, side, side), np.float32))
