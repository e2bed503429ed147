"""A browser that follows a growing series by cursor ends up with what one sees that asks only once."""

import dataclasses
import math

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from app.readers.contract import Columns
from app.store.query import SeriesQuery, Smoothing, picture
from app.transforms.smoothing import smooth
from tests.arrays import ArrayStore, columns
from tests.strategies import real_looking, series

KINDS = [("none", 0.0), ("ema", 0.6), ("ema", 0.999), ("running", 5), ("time_weighted", 0.9)]
SMOOTHINGS = st.sampled_from([Smoothing(*kind) for kind in KINDS])
QUESTIONS = st.builds(
    SeriesQuery,
    run_id=st.just("run"),
    tag=st.just("loss"),
    x=st.sampled_from(["step", "relative_step", "relative_time", "wall_time", "tag:epoch"]),
    smoothing=SMOOTHINGS,
    log_x=st.booleans(),
    window=st.none() | st.tuples(st.floats(-50, 500), st.floats(-50, 500)).map(lambda ends: tuple(sorted(ends))),
    columns=st.sampled_from([1, 5, 40]),
)


class Browser:
    """Draws one series as the page does: whole pictures replace, news go behind, cursors come back."""

    def __init__(self, question: SeriesQuery) -> None:
        self.question = question
        self.modes = []
        self.drawn = {}
        self.marks = []

    def ask(self, store: ArrayStore) -> None:
        news = picture(store, self.question)
        self.question = dataclasses.replace(self.question, cursor=news.cursor)
        self.modes.append(news.mode)
        if news.mode == "same":
            return
        arrays = {"x": news.x, "y": news.y, "smoothed": news.smoothed, "step": news.step, "wall_time": news.wall_time}
        marks = list(zip(news.marks_x.tolist(), news.marks, strict=True))
        if news.mode == "append":
            arrays = {name: new if new is None else np.append(self.drawn[name], new) for name, new in arrays.items()}
            marks = self.marks + marks
        self.drawn, self.marks = arrays, marks
        self.counts = (news.total, news.nonfinite, news.left_out)


def first(points: Columns, count: int) -> Columns:
    return Columns(points.step[:count], points.wall_time[:count], points.value[:count])


def points_of(drawn: dict) -> set:
    rows = np.column_stack([drawn[name] for name in ("x", "y", "step", "wall_time")])
    return {tuple(map(repr, row)) for row in rows.tolist()}


@given(points=series(max_size=80), epoch=series(max_size=20), grows=st.booleans(), question=QUESTIONS, data=st.data())
def test_news_and_whole_pictures_come_to_the_same(points, epoch, grows, question, data):
    ends = sorted(data.draw(st.sets(st.integers(1, len(points)), max_size=8)) | {len(points)})
    live = Browser(question)
    for end in ends:
        store = ArrayStore({"run": {"loss": first(points, end), "epoch": first(epoch, end if grows else len(epoch))}})
        live.ask(store)
    once = Browser(dataclasses.replace(question, columns=100))
    once.ask(store)  # every point fits
    every, seen = points_of(once.drawn), points_of(live.drawn)
    assert seen <= every
    assert live.counts == once.counts
    if len(live.drawn["x"]):
        low, high = question.window or (-math.inf, math.inf)
        values = [value for x, value in zip(once.drawn["x"], once.drawn["y"], strict=True) if low <= x <= high]
        finite = [value for value in values if math.isfinite(value)]
        assert not finite or {min(finite), max(finite)} <= set(live.drawn["y"].tolist())
        assert live.drawn["step"][-1] == once.drawn["step"][-1] or live.modes[-1] == "same"
    assert set(live.marks) == set(once.marks)


@given(value=real_looking(), kind=st.sampled_from(KINDS), cuts=st.lists(st.floats(0, 1), max_size=5))
def test_the_average_of_new_points_equals_that_of_the_whole_series(value, kind, cuts):
    value = np.where(value == 1e30, 10.0, value)
    ends = sorted({max(1, int(cut * len(value))) for cut in cuts} | {len(value)})
    live = Browser(SeriesQuery("run", "loss", smoothing=Smoothing(*kind), columns=10_000))
    for end in ends:
        live.ask(ArrayStore({"run": {"loss": columns(value[:end])}}))
    assert live.modes == ["whole"] + (["append" if kind[0] in ("none", "ema") else "whole"]) * (len(ends) - 1)
    if kind[0] == "none":
        assert live.drawn["smoothed"] is None
        return
    expected = smooth(kind[0], value, np.arange(len(value), dtype=np.float64), kind[1])
    expected[np.isinf(expected)] = np.nan
    np.testing.assert_allclose(live.drawn["smoothed"], expected, rtol=0, atol=1e-9)


@given(points=series(min_size=2), question=QUESTIONS, text=st.text(max_size=30))
@example(  # an infinity on the x axis has no distance from the other points
    columns([0, 0, 1, math.inf]),
    SeriesQuery("run", "loss", x="tag:epoch", smoothing=Smoothing("time_weighted", 0.9)),
    "",
)
def test_a_cursor_of_another_series_or_none_at_all_gives_a_whole_picture(points, question, text):
    store = ArrayStore({"run": {"loss": points, "epoch": points}})
    kept = picture(store, question).cursor
    changed = dataclasses.replace(points, value=np.append(points.value[:-1], points.value[0] + 1))
    rewritten = ArrayStore({"run": {"loss": changed, "epoch": points}})
    if repr(changed.value[-1]) != repr(points.value[-1]):
        assert picture(rewritten, dataclasses.replace(question, cursor=kept)).mode == "whole"
    begins_elsewhere = Columns(points.step, points.wall_time, np.append(points.value[0] + 1, points.value[1:]))
    if repr(begins_elsewhere.value[0]) != repr(points.value[0]):
        store_of_another = ArrayStore({"run": {"loss": begins_elsewhere, "epoch": points}})
        assert picture(store_of_another, dataclasses.replace(question, cursor=kept)).mode == "whole"
    shorter = ArrayStore({"run": {"loss": first(points, len(points) - 1), "epoch": points}})
    assert picture(shorter, dataclasses.replace(question, cursor=kept)).mode == "whole"
    assert picture(store, dataclasses.replace(question, cursor=text)).mode == "whole"
    wider = dataclasses.replace(question, columns=question.columns + 1, cursor=kept)
    assert picture(store, wider).mode == "whole"
    assert picture(store, dataclasses.replace(question, cursor=kept)).mode == "same"


@pytest.mark.parametrize("batch", [1, 7, 500])
def test_what_a_browser_holds_stays_bounded_however_long_it_follows(batch):
    value = np.random.default_rng(batch).normal(size=batch * 400)
    live = Browser(SeriesQuery("run", "loss", smoothing=Smoothing("ema", 0.9), columns=100))
    for end in range(batch, len(value) + 1, batch):
        live.ask(ArrayStore({"run": {"loss": columns(value[:end])}}))
        assert len(live.drawn["x"]) <= 2 * 2 * 100 + 100 + 10
        assert {value[:end].min(), value[:end].max()} <= set(live.drawn["y"].tolist())
    assert live.modes.count("whole") <= 3 + len(live.modes) * max(batch, 4) / 100


def test_after_a_long_absence_the_picture_is_whole():
    live = Browser(SeriesQuery("run", "loss", columns=10_000))
    for end in (10, 6_000):
        live.ask(ArrayStore({"run": {"loss": columns(np.arange(end))}}))
    assert live.modes == ["whole", "whole"]
