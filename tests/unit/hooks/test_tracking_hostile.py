"""`run.track` with loaders, options and batches that raise and lie: the loop goes on as without it."""

import pytest

import trainer_hooks
from tests.logged import rows


class Lying:
    """Gives out five numbers; asked for its length it raises, or says something else."""

    def __init__(self, said):
        self.said = said

    def __len__(self):
        if isinstance(self.said, Exception):
            raise self.said
        return self.said

    def __iter__(self):
        return iter(range(5))


class Thorny:
    """A batch whose every part raises."""

    __hash__ = None

    def __getattribute__(self, name):
        raise RuntimeError(name)

    def __len__(self):
        raise RuntimeError("len")

    def __bool__(self):
        raise RuntimeError("bool")

    def __eq__(self, other):
        raise RuntimeError("eq")


@pytest.fixture
def run(tmp_path):
    run = trainer_hooks.init(tmp_path / "run")
    yield run
    run.finish()


@pytest.mark.parametrize("said", [ValueError("no"), KeyError("no"), RuntimeError("no"), -1, 0, 3, 99, 10**30, 2.5])
def test_a_length_that_raises_or_lies_ends_no_loop(run, said):
    assert list(run.track(Lying(said), epochs=2)) == [*range(5), *range(5)]


@pytest.mark.parametrize(
    "option",
    [
        {"total": "x"},
        {"total": float("nan")},
        {"total": -1},
        {"start": "x"},
        {"start": -5},
        {"every_s": "x"},
        {"every_s": float("nan")},
        {"samples": "x"},
        {"samples": -1},
        {"samples": lambda _: 1 / 0},
        {"samples": lambda _: "x"},
        {"samples": lambda _: 10**400},
        {"samples": lambda _: float("inf")},
    ],
    ids=lambda option: next(iter(option)),
)
def test_an_option_that_makes_no_sense_is_told_once_and_passed_over(run, caplog, option):
    assert list(run.track([4, 5], epochs=2, **option)) == [4, 5, 4, 5]
    run.finish()
    (told,) = (record.message for record in caplog.records if "of track()" in record.message)
    assert told.startswith(next(iter(option)))
    assert sum(row.get("time/step_s") is not None for row in rows(run.path)) == 1


def test_batches_that_raise_whatever_is_asked_are_given_out(run):
    thorny = Thorny()
    assert [batch is thorny for batch in run.track([thorny, [thorny], {"a": (thorny,)}])] == [True, False, False]


def test_numbers_that_only_look_odd_are_taken(run, caplog):
    caplog.clear()
    assert list(run.track([4, 5], epochs=1, total=2.0, start=0, every_s=0, samples=2.5, description=7)) == [4, 5]
    run.finish()
    assert not caplog.records
    assert sum(row.get("time/steps", 0) for row in rows(run.path)) == 2
