"""The run of an integration: opened when it is needed, ended with the training, gone on with, copied."""

import copy
import pickle

import pytest

import trainer_hooks
from tests.logged import series, statuses
from trainer_hooks.integration.holder import RunHolder


def log(holder, values, first=0):
    for step, value in enumerate(values, first):
        holder.begin().log({"loss": value}, step)


def test_a_run_that_was_given_stays_open_and_nothing_else_may_be_said(tmp_path):
    with trainer_hooks.init(tmp_path / "run") as run:
        holder = RunHolder(None, run)
        holder.renew(5, path=tmp_path / "other")
        log(holder, [1.0])
        holder.pause()
        holder.finish(ValueError("not ours"))
        assert not run.finished
        with pytest.raises(TypeError, match="got both"):
            RunHolder(tmp_path / "run", run)
    assert series(run.path, "loss") == {0: 1.0}
    assert [path.name for path in tmp_path.iterdir()] == ["run"]


def test_after_a_pause_the_same_run_goes_on_and_after_the_end_another_one_begins(tmp_path):
    holder = RunHolder(tmp_path / "run")
    log(holder, [3.0, 2.0])
    holder.pause()
    assert holder.run is None
    log(holder, [1.0], first=2)
    holder.renew()
    log(holder, [9.0])
    holder.finish(ValueError("worse"))
    assert series(tmp_path / "run", "loss") == {0: 3.0, 1: 2.0, 2: 1.0}
    assert series(tmp_path / "run-2", "loss") == {0: 9.0}
    assert statuses(tmp_path / "run-2")[0]["state"] == "failed"


def test_what_was_asked_for_counts_more_than_what_a_training_that_goes_on_would_say(tmp_path):
    holder = RunHolder(tmp_path / "run", None, {"resume": False})
    log(holder, [3.0])
    holder.renew(again_from=1)
    log(holder, [2.0], first=1)
    holder.finish()
    assert series(tmp_path / "run-2", "loss") == {1: 2.0}


@pytest.mark.parametrize("copied", [copy.deepcopy, lambda holder: pickle.loads(pickle.dumps(holder))])
def test_a_copy_goes_on_where_the_first_would_have(tmp_path, copied):
    holder = RunHolder(tmp_path / "run")
    log(holder, [2.0])
    holder.pause()
    second = copied(holder)
    log(second, [1.0], first=1)
    second.finish()
    assert series(tmp_path / "run", "loss") == {0: 2.0, 1: 1.0}


def test_a_copy_in_this_process_shares_a_run_that_was_given_and_one_in_another_joins_it(tmp_path):
    with trainer_hooks.init(tmp_path / "run") as run:
        holder = RunHolder(None, run)
        assert copy.deepcopy(holder).run is run
        elsewhere = pickle.loads(pickle.dumps(holder))
        log(elsewhere, [1.0])
        elsewhere.finish()
        assert not run.finished
    assert series(tmp_path / "run", "loss") == {0: 1.0}
