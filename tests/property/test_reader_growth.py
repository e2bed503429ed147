import math
from dataclasses import dataclass, field
from itertools import accumulate

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.readers.tailboard import TailboardReader
from tests.run_files import BEGAN, RunFiles
from trainer_hooks.record import encode_resume, encode_row

TAGS = ("loss", "lr", "system/cpu")
NUMBERS = st.one_of(st.floats(-1e300, 1e300), st.sampled_from([0.0, 1.0, math.nan, math.inf, -math.inf]))


@dataclass
class Writer:
    """A process that writes with a delay, byte by byte if need be, and what it logged."""

    files: RunFiles
    resumed_at: float | None = None
    waiting: bytes = b""
    logged: list[tuple[str, int, float, float]] = field(default_factory=list)

    def log(self, step, wall_time, values):
        if self.resumed_at is not None and not self.logged:
            self.resumed_at = wall_time
            self.waiting = encode_resume(step, wall_time)
        self.waiting += encode_row(step, wall_time, values)
        self.logged += [(tag, step, wall_time, value) for tag, value in values.items()]

    def write(self, size):
        if self.waiting:
            self.files.append(self.waiting[:size])
            self.waiting = self.waiting[size:]

    def close(self):
        self.write(len(self.waiting))
        self.files.close()


@dataclass
class Follower:
    """Does with the news what the store does: append, or load anew."""

    log: object
    held: dict[tuple[str, str], list] = field(default_factory=dict)

    def poll(self):
        news = self.log.poll()
        assert not set(news.appended) & news.rewritten
        for overlap in ("latest", "all"):
            for tag, columns in news.appended.items():
                self.held.setdefault((tag, overlap), []).extend(rows_of(columns))
            for tag in news.rewritten:
                self.held[tag, overlap] = rows_of(self.log.load([tag], overlap)[tag])
        for tag, overlap in self.held:
            assert self.held[tag, overlap] == rows_of(self.log.load([tag], overlap)[tag])


def rows_of(columns):
    return list(zip(columns.step.tolist(), columns.wall_time.tolist(), map(repr, columns.value.tolist()), strict=True))


def oracle(writers, tag, overlap):
    """The series of a tag by plain loops: drop what was logged again, then merge by time, each writer in its order."""
    parts = {
        writer.files.writer: [(step, time, repr(value)) for name, step, time, value in writer.logged if name == tag]
        for writer in writers
    }
    kept = []
    for name, logged in sorted(parts.items()):
        cuts = [
            (writer.resumed_at, parts[writer.files.writer][0][0])
            for writer in writers
            if writer.resumed_at is not None and writer.files.writer != name and parts[writer.files.writer]
        ]
        outdated = cuts if overlap == "latest" else []
        rows = [row for row in logged if not any(row[1] < time and row[0] >= step for time, step in outdated)]
        kept += zip(accumulate((time for _, time, _ in rows), max), rows, strict=True)
    return [row for _, row in sorted(kept, key=lambda one: one[0])]


ACTIONS = st.one_of(
    st.tuples(st.just("log"), st.integers(0, 3), st.dictionaries(st.sampled_from(TAGS), NUMBERS, min_size=1)),
    st.tuples(st.just("log"), st.integers(0, 3), st.dictionaries(st.sampled_from(TAGS), NUMBERS, min_size=1)),
    st.tuples(st.just("write"), st.integers(0, 3), st.integers(1, 90)),
    st.tuples(st.just("close"), st.integers(0, 3), st.none()),
    st.tuples(st.just("resume"), st.just(0), st.integers(0, 12)),
    st.tuples(st.just("poll"), st.just(0), st.none()),
)


TICKS = st.sampled_from([[0.0, 0.5, 1.0], [0.0, 1.0, -1.5]]).flatmap(
    lambda some: st.lists(st.sampled_from(some), min_size=40, max_size=40)
)


def play(folder, actions, ticks, log):
    """Carry out the actions with up to 4 writers, polling in between; return them and the follower."""
    writers = [Writer(RunFiles(folder, "host-1-0")), Writer(RunFiles(folder, "host-2-0"))]
    follower = Follower(log)
    now, step = BEGAN, 0
    for (action, which, detail), tick in zip(actions, ticks, strict=False):
        # A clock may be set back; a resumed writer finds out what is older than itself by the clock.
        now += tick if action != "resume" and len(writers) == 2 else abs(tick)
        writer = writers[which % len(writers)]
        if action == "log":
            step += 1
            writer.log(step, now, detail)
        elif action == "write":
            writer.write(detail)
        elif action == "close":
            writer.close()
        elif action == "poll":
            follower.poll()
        elif len(writers) < 4:
            step = detail
            writers.append(Writer(RunFiles(folder, f"host-{len(writers) + 1}-0"), resumed_at=now))
    for writer in writers:
        writer.write(len(writer.waiting))
    follower.poll()
    return writers, follower


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(actions=st.lists(ACTIONS, max_size=40), ticks=TICKS)
def test_however_a_run_grows_its_series_read_bit_by_bit_equal_those_read_at_once(tmp_path_factory, actions, ticks):
    folder = tmp_path_factory.mktemp("run")
    writers, follower = play(folder, actions, ticks, TailboardReader().open(folder))
    fresh = TailboardReader().open(folder)
    fresh.poll()
    tags = {tag for writer in writers for tag, *_ in writer.logged}
    assert set(fresh.facts) == tags
    for tag in tags:
        for overlap in ("latest", "all"):
            expected = oracle(writers, tag, overlap)
            assert rows_of(fresh.load([tag], overlap)[tag]) == expected
            assert follower.held[tag, overlap] == expected
        steady = min(ticks) >= 0
        assert_facts_hold(fresh.facts[tag], oracle(writers, tag, "latest"), steady)
        assert_facts_hold(follower.log.facts[tag], oracle(writers, tag, "latest"), steady)
    assert not follower.log.problems


def assert_facts_hold(facts, rows, steady):
    values = [float(value) for _, _, value in rows]
    finite = [value for value in values if math.isfinite(value)]
    assert facts.points == len(rows)
    if steady:  # no clock was set back
        assert (facts.last_step, facts.last_time, repr(facts.last)) == rows[-1]
    assert facts.nan == sum(map(math.isnan, values))
    assert facts.inf == sum(map(math.isinf, values))
    assert (facts.min, facts.max) == (min(finite, default=None), max(finite, default=None))
    assert facts.sum == pytest.approx(math.fsum(finite), abs=1e-9 * max(map(abs, finite), default=0.0))
