"""`run.track`: every moment of a training counts once, whatever the loop looks like and however it ends."""

import os
import threading

import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from torch.utils.data import DataLoader, Dataset, IterableDataset, TensorDataset
from torch.utils.data.distributed import DistributedSampler

import trainer_hooks
from tests.logged import python, rows, until

MS = 1_000_000


class Clock:
    """Stands still, but for what a test lets pass, in milliseconds."""

    now = 0

    def __call__(self) -> int:
        return self.now

    def let(self, ms: int) -> None:
        self.now += ms * MS


class Loader:
    """Gives out numbers, each after `wait_ms`."""

    def __init__(self, clock, count=10, wait_ms=20, broken_at=None):
        self.clock, self.count, self.wait_ms, self.broken_at = clock, count, wait_ms, broken_at

    def __len__(self):
        return self.count

    def __iter__(self):
        for number in range(self.count):
            self.clock.let(self.wait_ms)
            if number == self.broken_at:
                raise RuntimeError("a worker died")
            yield number


class Stream:
    """A loader that does not know its length."""

    def __init__(self, clock, count):
        self.loader = Loader(clock, count)

    def __iter__(self):
        return iter(self.loader)


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def run(tmp_path):
    run = trainer_hooks.init(tmp_path / "run")
    yield run
    run.finish()


def measured(run):
    """Finish a run and return its rows of time."""
    run.finish()
    return [row for row in rows(run.path) if "time/steps" in row]


def spent(found):
    """Milliseconds by part, of all rows together."""
    parts: dict[str, float] = {}
    for row in found:
        for tag, value in row.items():
            if tag.startswith("time/") and tag.endswith("_s") and not tag.endswith(("_per_s", "left_s")):
                part = tag.removeprefix("time/").removesuffix("_s")
                parts[part] = parts.get(part, 0) + value * max(row["time/steps"], 1) * 1000
    return {part: round(ms, 3) for part, ms in parts.items()}


def test_each_moment_of_a_training_counts_once(run, clock):
    loader = Loader(clock)
    tracker = run.track(loader, epochs=3, clock_ns=clock)
    seen = []
    for epoch in tracker.epochs():
        for batch in tracker:
            seen.append((epoch, batch))
            assert (tracker.epoch, tracker.step) == (epoch, 10 * epoch + batch)
            with tracker.transfer():
                clock.let(5)
            clock.let(100)
        with tracker.evaluation():
            clock.let(300)
            with tracker.checkpoint():
                clock.let(70)
            clock.let(1)
        with tracker.phase("plot"):
            clock.let(9)
        clock.let(40)
    found = measured(run)
    assert seen == [(epoch, batch) for epoch in range(3) for batch in range(10)]
    assert spent(found) == {
        "data": 600, "transfer": 150, "step": 3000, "evaluation": 903, "checkpoint": 210, "plot": 27, "other": 120,
    }  # fmt: skip
    assert sum(spent(found).values()) == pytest.approx(clock.now / MS)
    assert sum(row["time/steps"] for row in found) == 30
    assert found[-1]["_step"] == 29


def test_one_loop_over_all_epochs_is_the_same(run, clock):
    tracker = run.track(Loader(clock), epochs=3, clock_ns=clock)
    steps = []
    for batch in tracker:
        steps.append((tracker.epoch, batch, tracker.step))
        clock.let(100)
    assert steps == [(step // 10, step % 10, step) for step in range(30)]
    assert tracker.finished
    assert list(tracker) == []
    assert {part: ms for part, ms in spent(measured(run)).items() if ms} == {"data": 600, "step": 3000}


def test_rows_come_once_a_second_at_steps_of_the_training_and_rarer_as_it_gets_older(run, clock):
    for _ in run.track(Loader(clock, count=20_000, wait_ms=0), epochs=1, clock_ns=clock):
        clock.let(400)
    found = measured(run)
    steps = [row["_step"] for row in found]
    assert steps[:3] == [2, 5, 8]
    assert 1500 < len(steps) < 4500
    assert found[-2]["time/steps"] > 10
    assert all(row["time/step_s"] == pytest.approx(0.4) for row in found)


def test_a_row_for_every_step_where_it_is_asked_for(run, clock):
    for _ in run.track(Loader(clock, count=3, wait_ms=1), epochs=1, every_s=0, samples=8, clock_ns=clock):
        clock.let(3)
    found = measured(run)
    assert [(row["_step"], row["time/steps"]) for row in found] == [(0, 1), (1, 1), (2, 1)]
    assert {round(row["time/steps_per_s"], 6) for row in found} == {250.0}
    assert {round(row["time/samples_per_s"], 6) for row in found} == {2000.0}


def test_a_loop_within_the_training_is_its_evaluation_and_its_waiting_too(run, clock):
    training, held_out = Loader(clock, count=4), Loader(clock, count=2, wait_ms=50)
    tracker = run.track(training, epochs=2, clock_ns=clock)
    for batch in tracker:
        clock.let(10)
        if batch == 3:
            for _ in run.track(held_out, clock_ns=clock):
                clock.let(100)
        clock.let(10)
    parts = spent(measured(run))
    assert parts["evaluation"] == 2 * 2 * 150
    assert (parts["data"], parts["step"]) == (8 * 20, 8 * 20)


def test_a_loop_made_anew_for_each_epoch_goes_on(run, clock):
    training, held_out = Loader(clock, count=4), Loader(clock, count=2, wait_ms=50)
    steps = []
    for _ in range(3):
        tracker = run.track(training, clock_ns=clock)
        for _ in tracker:
            steps.append((tracker.epoch, tracker.step))
            clock.let(10)
        for _ in run.track(held_out, clock_ns=clock):
            clock.let(100)
    assert steps == [(step // 4, step) for step in range(12)]
    clock.let(3_600_000)  # a notebook stays open
    assert spent(measured(run)) == {"data": 240, "step": 120, "evaluation": 900, "other": 0}


class TornError(Exception):
    pass


@pytest.mark.parametrize("way", ["break", "raise", "loader", "left", "finish"])
def test_a_loop_that_is_left_early_counts_what_was_done(run, clock, way):
    tracker = run.track(Loader(clock, broken_at=5 if way == "loader" else None), epochs=2, clock_ns=clock)

    def train():
        for batch in tracker:
            clock.let(100)
            if batch == 4 and way == "raise":
                raise TornError
            if batch == 4 and way == "finish":
                run.finish()
            if batch == 4 and way in ("break", "left"):
                break

    if way in ("raise", "loader"):
        with pytest.raises(TornError if way == "raise" else RuntimeError):
            train()
    else:
        train()
    waited = 120 if way == "loader" else 100
    assert {part: ms for part, ms in spent(measured(run)).items() if ms} == {"data": waited, "step": 500}
    assert tracker.finished


def test_the_rest_of_an_interrupted_training_is_done_and_no_more(run, clock):
    tracker = run.track(Loader(clock, count=10), epochs=3, start=14, clock_ns=clock)
    seen = [(tracker.epoch, tracker.step) for _ in tracker]
    assert seen == [(step // 10, step) for step in range(14, 30)]


def test_a_resumed_run_counts_its_steps_on(tmp_path, clock):
    with trainer_hooks.init(tmp_path / "run") as run:
        tracker = run.track(Loader(clock, count=5), epochs=1, every_s=0, clock_ns=clock)
        for _ in tracker:
            run.log({"loss": 1.0}, step=tracker.step)
    with trainer_hooks.init(tmp_path / "run", resume=True) as run:
        tracker = run.track(Loader(clock, count=5), epochs=1, every_s=0, clock_ns=clock)
        assert [tracker.step for _ in tracker] == [5, 6, 7, 8, 9]
    assert [row["_step"] for row in rows(run.path) if "time/steps" in row] == list(range(10))


def test_rows_of_time_do_not_count_up_the_steps_of_a_training_that_gives_none(run, clock):
    for batch in run.track(Loader(clock, count=8), epochs=1, every_s=0, clock_ns=clock):
        if batch % 4 == 0:
            run.log({"loss": 1.0})
    run.finish()
    assert [row["_step"] for row in rows(run.path) if "loss" in row] == [0, 1]


def test_progress_and_the_time_left_come_from_the_newer_half(run, clock):
    told = []
    for batch in run.track(Loader(clock, count=100, wait_ms=0), epochs=2, every_s=0, clock_ns=clock):
        clock.let(10_000 if batch == 0 else 100)
        if run._progress:
            told.append(run._progress)
    assert told[-1] == (199, 200)
    found = measured(run)
    assert found[99]["time/left_s"] == pytest.approx(20.0 / 2, rel=0.01)
    assert found[-1]["time/left_s"] == 0


def test_without_a_length_nothing_is_said_of_the_end_before_it_is_known(run, clock):
    for _ in run.track(Stream(clock, 5), epochs=2, every_s=0, clock_ns=clock):
        pass
    found = measured(run)
    assert ["time/left_s" in row for row in found] == [False] * 5 + [True] * 5


def test_the_first_dimension_of_the_first_array_is_the_number_of_samples(run, clock):
    class Text(Dataset):
        def __len__(self):
            return 20

        def __getitem__(self, place):
            return {"text": f"{place}", "number": torch.tensor(1.0), "image": torch.zeros(3, 4)}

    for batch in run.track(DataLoader(Text(), batch_size=8), epochs=1, every_s=0, clock_ns=clock):
        assert len(batch["text"]) in (8, 4)
        clock.let(1000)
    assert [row["time/samples_per_s"] for row in measured(run)] == [8, 8, 4]


def test_a_function_may_count_samples_and_where_none_are_found_nothing_is_said(run, clock):
    for samples, expected in ((None, [None, None]), (lambda batch: batch + 1, [1, 2])):
        for _ in run.track(Loader(clock, count=2, wait_ms=0), epochs=1, every_s=0, samples=samples, clock_ns=clock):
            clock.let(1000)
        run.flush()
        found = [row.get("time/samples_per_s") for row in rows(run.path) if "time/steps" in row]
        assert found[-2:] == expected


def test_batches_are_moved_to_a_device_whatever_they_are_nested_in(run, clock):
    data = [{"x": torch.ones(2), "y": [torch.ones(2), "name"], "z": (torch.ones(2), None)}]
    (batch,) = run.track(data, epochs=1, device="meta", clock_ns=clock)
    assert [one.device.type for one in (batch["x"], batch["y"][0], batch["z"][0])] == ["meta"] * 3
    assert (batch["y"][1], batch["z"][1]) == ("name", None)
    (row,) = measured(run) or [{}]
    assert row == {}  # no time passed: nothing to tell


def test_samplers_are_told_which_epoch_begins_where_the_tracker_counts_them(run, clock):
    data = TensorDataset(torch.arange(8))
    sampler = DistributedSampler(data, num_replicas=2, rank=0, shuffle=True)
    for _ in run.track(DataLoader(data, sampler=sampler), epochs=3, clock_ns=clock):
        pass
    assert sampler.epoch == 2
    sampler.set_epoch(7)
    for _ in run.track(DataLoader(data, sampler=sampler), clock_ns=clock):
        assert sampler.epoch == 7


def test_a_file_stop_ends_the_training_after_the_step_and_no_evaluation(run, clock, monkeypatch):
    (run.path / "STOP").touch()
    until(lambda: run.stop_requested)
    tracker = run.track(Loader(clock), epochs=5, every_s=0, clock_ns=clock)
    seen = []
    for epoch in tracker.epochs():
        for batch in tracker:
            seen.append((epoch, batch))
            evaluated = list(run.track(Loader(clock, count=3), clock_ns=clock))
    assert seen == [(0, 0)]
    assert evaluated == [0, 1, 2]
    assert tracker.stopped
    others = run.track(Loader(clock, count=4), epochs=1, every_s=0, stop=False, clock_ns=clock)
    assert list(others) == [0, 1, 2, 3]


def test_a_loop_of_another_thread_goes_on_and_is_not_timed(run, clock):
    tracker = run.track(Loader(clock, count=3), epochs=1, clock_ns=clock)
    seen = []
    for _ in tracker:
        thread = threading.Thread(target=lambda: seen.extend(run.track(Loader(Clock(), count=2), clock_ns=clock)))
        thread.start()
        thread.join()
        clock.let(10)
    assert seen == [0, 1] * 3
    assert {part: ms for part, ms in spent(measured(run)).items() if ms} == {"data": 60, "step": 30}


def test_two_loops_that_are_zipped_lose_no_batch_and_no_time(run, clock):
    one, other = (run.track(Loader(clock, count=4), epochs=1, clock_ns=clock) for _ in range(2))
    assert list(zip(one, other, strict=False)) == [(n, n) for n in range(4)]
    assert sum(spent(measured(run)).values()) == clock.now / MS


ACTS = ("eval", "save", "loop", "own")


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    script=st.lists(
        st.tuples(st.sampled_from(["step", "eval", "save", "loop", "own"]), st.integers(0, 3000)), max_size=12
    )
)
def test_whatever_happens_in_a_loop_the_parts_add_up_to_its_time(tmp_path_factory, script):
    clock = Clock()
    run = trainer_hooks.init(tmp_path_factory.mktemp("runs") / "run")
    tracker = run.track(Loader(clock, count=2, wait_ms=7), epochs=2, clock_ns=clock)

    def act(what, ms):
        if what == "loop":
            for _ in run.track(Loader(clock, count=2, wait_ms=ms), clock_ns=clock):
                clock.let(1)
        with tracker.phase(what) if what in ("eval", "own") else tracker.checkpoint():
            clock.let(ms)

    for _ in tracker.epochs():
        for _ in tracker:
            for what, ms in script:
                act(what, ms)
        for what, ms in reversed(script):
            act(what, ms)
    assert sum(spent(measured(run)).values()) == pytest.approx(clock.now / MS, abs=0.1)


def test_a_real_loader_with_workers_is_followed(run):
    data = TensorDataset(torch.arange(40).reshape(20, 2))
    loader = DataLoader(data, batch_size=5, num_workers=1)
    tracker = run.track(loader, epochs=2, every_s=0)
    assert [tuple(batch[0].shape) for batch in tracker] == [(5, 2)] * 8
    found = measured(run)
    assert [row["_step"] for row in found if row["time/steps"]] == list(range(8))
    assert all(row["time/data_s"] > 0 for row in found)


class Broken(IterableDataset):
    def __iter__(self):
        yield torch.ones(1)
        os._exit(3)


def test_a_worker_that_dies_ends_the_loop_with_the_loaders_own_error(run):
    loader = DataLoader(Broken(), num_workers=1, batch_size=None)
    with pytest.raises(RuntimeError, match="worker"):
        list(run.track(loader, epochs=2))
    assert len(measured(run)) == 1


LOUD = """
import sys, time, trainer_hooks
run = trainer_hooks.init(sys.argv[1])
ticks = iter(range(10**9))
clock = lambda: 3_000_000_000 * next(ticks)
tracker = run.track([0] * 4, epochs=2, progress=eval(sys.argv[2]), clock_ns=clock)
for _ in tracker:
    tracker.set_postfix(loss=0.25)
run.finish()
"""


def test_without_a_terminal_lines_are_written_where_they_are_asked_for_and_nothing_else(tmp_path):
    assert python(LOUD, tmp_path / "a", None).stderr == ""
    assert python(LOUD, tmp_path / "b", False).stderr == ""
    lines = python(LOUD, tmp_path / "c", True).stderr.splitlines()
    assert "epoch 1/2: 2 of 8 steps (25 %)" in lines[0]
    assert "loss 0.25" in lines[0]
    assert "50 % waiting for data" in lines[-1]
    assert "epoch 2/2: 8 of 8 steps (100 %)" in lines[-1]


BAR = """
import io, sys
class Terminal(io.StringIO):
    def isatty(self): return True
sys.stderr = Terminal()
if eval(sys.argv[3]): sys.modules["tqdm"] = None
"""


@pytest.mark.parametrize("without", [False, True])
def test_a_terminal_gets_a_bar_or_lines_without_tqdm(tmp_path, without):
    code = BAR + LOUD + "print(sys.stderr.getvalue())"
    told = python(code, tmp_path / "run", None, without).stdout
    assert "epoch 2/2" in told
    assert ("8 of 8 steps" if without else "8/8") in told
    assert "loss 0.25" in told


def test_only_the_first_process_of_a_job_logs_and_the_others_do_not_stop_by_themselves(tmp_path):
    code = LOUD + "print(tracker._stops)"
    job = {**os.environ, "WORLD_SIZE": "2", "MASTER_ADDR": "here", "MASTER_PORT": "1"}
    told = [python(code, tmp_path / rank, True, env={**job, "RANK": rank}) for rank in "01"]
    assert [done.stdout for done in told] == ["False\n", "False\n"]
    assert ["steps" in done.stderr for done in told] == [True, False]
    assert any("time/steps" in row for row in rows(tmp_path / "0"))
    assert not any("time/steps" in row for row in rows(tmp_path / "1"))


def test_a_run_that_does_nothing_gives_out_the_batches_all_the_same(tmp_path, monkeypatch, clock):
    monkeypatch.setenv("TAILBOARD_DISABLED", "1")
    run = trainer_hooks.init(tmp_path / "run")
    tracker = run.track(Loader(clock), epochs=2, clock_ns=clock)
    assert [tracker.step for _ in tracker] == list(range(20))
    with tracker.evaluation():
        pass
    run.finish()
    assert not (tmp_path / "run").exists()
