"""Studies of Optuna, run for real."""

import optuna
import pytest

import trainer_hooks
from tests.logged import rows, run_json, statuses, until
from trainer_hooks.optuna import TailboardCallback

optuna.logging.set_verbosity(optuna.logging.ERROR)


def study(**options):
    return optuna.create_study(sampler=optuna.samplers.RandomSampler(seed=0), **options)


def parabola(trial):
    x = trial.suggest_float("x", -2, 2)
    kind = trial.suggest_categorical("kind", ["round", "flat"])
    for step in range(3):
        trial.report(x * x + step, step)
    return x * x if kind == "round" else abs(x)


def test_each_trial_is_a_run_with_its_parameters_and_values(tmp_path):
    search = study()
    search.optimize(parabola, n_trials=3, callbacks=[TailboardCallback(tmp_path / "search", tags=["random"])])
    for trial in search.trials:
        folder = tmp_path / "search" / f"trial-{trial.number}"
        said = run_json(folder)
        state = {"number": trial.number, "state": "complete"}
        assert said["config"] == {**trial.params, "trial": state}
        assert said["tags"] == ["random"]
        *reported, last = rows(folder)
        assert {row["_step"]: row["value/reported"] for row in reported} == trial.intermediate_values
        assert (last["_step"], last["value"]) == (3, trial.value)
        assert last["time/duration_s"] == pytest.approx(trial.duration.total_seconds())
        assert statuses(folder)[0]["state"] == "finished"


def test_a_trial_is_seen_while_it_goes_on_and_logged_once(tmp_path):
    tailboard = TailboardCallback(tmp_path)

    @tailboard.track_in_runs
    def objective(trial):
        x = trial.suggest_float("x", 0, 1)
        trial.report(x, 7)
        tailboard.run_of(trial).log({"more": 2 * x}, 8)
        run = tailboard.run_of(trial)
        assert [row["_step"] for row in rows(run.path)] == [7, 8]
        assert until(lambda: run_json(run.path)["config"])["x"] == x
        return x

    search = study()
    search.optimize(objective, n_trials=2, callbacks=[tailboard])
    assert sorted(path.name for path in tmp_path.iterdir()) == ["trial-0", "trial-1"]
    logged = rows(tmp_path / "trial-1")
    x = search.trials[1].params["x"]
    assert [(row["_step"], row.get("value/reported"), row.get("more"), row.get("value")) for row in logged] == [
        (7, x, None, None),
        (8, None, 2 * x, None),
        (9, None, None, x),
    ]


@pytest.mark.parametrize("live", [False, True])
def test_pruned_and_failed_trials_say_so(tmp_path, live):
    def objective(trial):
        trial.suggest_int("n", 1, 3)
        trial.report(1.0, 0)
        if trial.number == 0:
            raise optuna.TrialPruned
        raise ArithmeticError("no value")

    tailboard = TailboardCallback(tmp_path)
    tried = tailboard.track_in_runs(objective) if live else objective
    study().optimize(tried, n_trials=2, callbacks=[tailboard], catch=ArithmeticError)
    states = [run_json(tmp_path / f"trial-{number}")["config"]["trial"]["state"] for number in (0, 1)]
    assert states == ["pruned", "fail"]
    assert [row.get("value") for row in rows(tmp_path / "trial-0")] == [None, None]
    if live:
        assert [statuses(tmp_path / f"trial-{number}")[0]["state"] for number in (0, 1)] == ["finished", "failed"]
        assert "no value" in str(statuses(tmp_path / "trial-1"))


def test_several_objectives_have_a_tag_each(tmp_path):
    search = study(directions=["minimize", "maximize"])
    search.optimize(lambda trial: (trial.suggest_float("x", 0, 1), 5), 1, callbacks=[TailboardCallback(tmp_path)])
    (row,) = rows(tmp_path / "trial-0")
    assert (row["value/0"], row["value/1"]) == (search.trials[0].params["x"], 5)


def test_in_one_run_each_trial_is_a_row_with_the_best_so_far(tmp_path):
    with trainer_hooks.init(tmp_path / "run") as run:
        search = study(direction="maximize")
        search.optimize(parabola, n_trials=5, callbacks=[TailboardCallback(run=run, trials=5)])
        assert not run.finished
    logged = rows(tmp_path / "run")
    values = [trial.value for trial in search.trials]
    assert [row["value"] for row in logged] == values
    assert [row["best"] for row in logged] == [max(values[: place + 1]) for place in range(5)]
    assert [row["params/x"] for row in logged] == [trial.params["x"] for trial in search.trials]
    assert statuses(tmp_path / "run")[0]["progress"] == {"done": 5.0, "total": 5.0}


def test_a_file_stop_ends_the_study_after_the_trial(tmp_path):
    def objective(trial):
        if trial.number == 1:
            (tmp_path / "STOP").touch()
        return trial.suggest_float("x", 0, 1)

    search = study()
    search.optimize(objective, n_trials=50, callbacks=[TailboardCallback(tmp_path)])
    assert len(search.trials) == 2


def test_a_file_stop_in_the_run_of_a_trial_prunes_it(tmp_path):
    tailboard = TailboardCallback(tmp_path)

    @tailboard.track_in_runs
    def objective(trial):
        run = tailboard.run_of(trial)
        until((run.path / "run.json").exists)
        (run.path / "STOP").touch()
        until(trial.should_prune)
        raise optuna.TrialPruned

    search = study()
    search.optimize(objective, n_trials=1)
    assert search.trials[0].state.name == "PRUNED"
    assert run_json(tmp_path / "trial-0")["config"]["trial"]["state"] == "pruned"
