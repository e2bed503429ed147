"""What the server does for a page, in this process: series become pictures, and pictures the bytes of a tick."""

import struct
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import orjson
from flask.testing import FlaskClient

from app.readers.contract import Columns, Overlap
from app.readers.walk import all_readers
from app.server import create_app
from app.settings import LogRoot, Settings
from app.store.memory import Store
from app.store.query import SeriesQuery, Smoothing, picture
from benchmarks.contract import Arrow, Benchmark, Effort, Row
from benchmarks.datasets import START, Shape, rows
from trainer_hooks.record import encode_row

SERIES, POINTS, QUICK_POINTS = 20, 1_000_000, 20_000
PICTURE_BUDGET_MS, TICK_BUDGET_MS, TICK_BUDGET_KB = 150.0, 3.0, 20.0
ROUNDS, TICKS, NEW_STEPS = 7, 30, 3
EMA = Smoothing("ema", 0.6)
QUESTIONS = {  # windows are shares of the series
    "no smoothing": SeriesQuery("run", "loss"),
    "EMA": SeriesQuery("run", "loss", smoothing=EMA),
    "EMA, log x": SeriesQuery("run", "loss", smoothing=EMA, log_x=True),
    "EMA, zoomed to a tenth": SeriesQuery("run", "loss", smoothing=EMA, window=(0.45, 0.55)),
    "time-weighted": SeriesQuery("run", "loss", smoothing=Smoothing("time_weighted", 0.6)),
    "running mean of 101": SeriesQuery("run", "loss", smoothing=Smoothing("running", 101)),
    "Gaussian of 30": SeriesQuery("run", "loss", smoothing=Smoothing("gaussian", 30)),
    "Savitzky-Golay of 101": SeriesQuery("run", "loss", smoothing=Smoothing("savgol", 101)),
}
BUDGETED = ("no smoothing", "EMA")


def measure(effort: Effort) -> Iterator[Row]:
    """Yield milliseconds for the pictures of 20 series, then what a tick of 12 panels of 10 runs costs."""
    points = effort.pick(POINTS, QUICK_POINTS)
    store: Any = _Held.made(SERIES, points)
    for words, question in QUESTIONS.items():
        found = [_pictures_ms(store, question) for _ in range(effort.pick(ROUNDS, 1))]
        what = f"{SERIES} series × {points:,} points, {words}"
        yield Row(Arrow.PICTURE, what, "ms", found, budget=PICTURE_BUDGET_MS if words in BUDGETED else None)
    yield from _tick_rows(effort)


@dataclass(frozen=True, slots=True)
class _Held:
    """Series in memory, as far as `picture` asks for them."""

    held: Sequence[Columns]

    @classmethod
    def made(cls, series: int, points: int) -> "_Held":
        step, noise = np.arange(points), np.random.default_rng(0)
        times = START + 0.01 * step
        return cls(
            [Columns(step, times, np.exp(-5 * step / points) + noise.normal(size=points)) for _ in range(series)]
        )

    def series(self, run_id: str, _tag: str, _overlap: Overlap) -> Columns:
        return self.held[int(run_id)]


def _pictures_ms(store: Any, question: SeriesQuery) -> float:
    points, window = len(store.held[0]), question.window
    window = window and (window[0] * points, window[1] * points)
    questions = [replace(question, run_id=str(number), window=window) for number in range(SERIES)]
    picture(store, questions[0])  # what is imported when first needed is there
    begun = time.perf_counter()
    for each in questions:
        picture(store, each)
    return (time.perf_counter() - begun) * 1e3


def _tick_rows(effort: Effort) -> Iterator[Row]:
    shape = Shape(10, 12, effort.pick(5_000, 500))
    words = f"12 panels × {shape.runs} runs, {NEW_STEPS} new points in each series"
    with _Page(effort.folder / "ticks", shape) as page:
        page.ask()
        idle = [page.ask() for _ in range(TICKS)]
        grown = [page.grow_and_ask() for _ in range(effort.pick(TICKS, 3))]
    yield Row(Arrow.BROWSER, f"{words}: processor time", "ms", [one.cpu_ms for one in grown], budget=TICK_BUDGET_MS)
    yield Row(Arrow.BROWSER, f"{words}: answer, zstd", "kB", [one.sent_kb for one in grown], budget=TICK_BUDGET_KB)
    yield Row(Arrow.BROWSER, f"{words}: answer, not compressed", "kB", [one.raw_kb for one in grown])
    yield Row(Arrow.BROWSER, "the same, nothing new: processor time", "ms", [one.cpu_ms for one in idle])
    yield Row(Arrow.BROWSER, "the same, nothing new: answer, zstd", "kB", [one.sent_kb for one in idle])


@dataclass(frozen=True, slots=True)
class _Tick:
    """What one answer cost: processor time of the whole server, and sizes of the body."""

    cpu_ms: float
    sent_kb: float
    raw_kb: float


class _Page:
    """A browser that follows every series of a log folder, without the browser."""

    def __init__(self, folder: Path, shape: Shape) -> None:
        self._files = [folder / "logs" / name / "metrics-host-1-0-0.jsonl" for name in shape.run_names]
        self._news = [
            rows(Shape(1, shape.tags, shape.steps + (TICKS + 1) * NEW_STEPS), name) for name in shape.run_names
        ]
        self._step = 0
        self._append(shape.steps)
        settings = Settings(roots=(LogRoot("", folder / "logs"),), cache_dir=folder / "cache")
        self._store = Store(settings, all_readers())
        self._store.refresh()
        self._client: FlaskClient = create_app(settings, self._store).server.test_client()
        runs = dict.fromkeys(shape.run_names, "")
        self._question: dict[str, Any] = {
            "picked": shape.run_names,
            "smoothing": {"kind": EMA.kind, "amount": EMA.amount},
            "panels": [{"tag": tag, "runs": dict(runs)} for tag in shape.tag_names],
        }

    def __enter__(self) -> "_Page":
        return self

    def __exit__(self, *_: object) -> None:
        self._store.close()

    def grow_and_ask(self) -> _Tick:
        """Log some steps in every run, and ask for them."""
        self._append(NEW_STEPS)
        self._store.refresh()
        return self.ask()

    def ask(self) -> _Tick:
        """Ask once, as the page does, and take the cursors of the answer."""
        body = orjson.dumps(self._question)
        begun = time.process_time()
        answer = self._client.post("/api/v1/live", data=body, headers={"Accept-Encoding": "zstd"})
        cpu_ms = (time.process_time() - begun) * 1e3
        raw = self._client.post("/api/v1/live", data=body).data
        self._take(orjson.loads(raw[4 : 4 + struct.unpack_from("<I", raw)[0]]))
        return _Tick(cpu_ms, len(answer.data) / 1e3, len(raw) / 1e3)

    def _take(self, header: dict[str, Any]) -> None:
        self._question["since"] = header["revision"]
        if header["tags"]:
            self._question["tags_etag"] = header["tags"]["etag"]
        for asked, told in zip(self._question["panels"], header["panels"], strict=True):
            asked["runs"] = {series["run"]: series["cursor"] for series in told["series"]}

    def _append(self, steps: int) -> None:
        for path, news in zip(self._files, self._news, strict=True):
            path.parent.mkdir(parents=True, exist_ok=True)
            times = range(self._step, self._step + steps)
            lines = [encode_row(step, START + step, row) for step, row in zip(times, news, strict=False)]
            with path.open("ab") as file:
                file.write(b"".join(lines))
        self._step += steps


BENCHMARK = Benchmark("pictures", measure)
