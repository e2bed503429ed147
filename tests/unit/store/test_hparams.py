from app.readers.contract import RunInfo
from app.store.hparams import hyper_parameters
from tests.arrays import ArrayStore, columns


def table_of(*runs, **question):
    """Runs as (config, values of acc), in this order."""
    store = ArrayStore()
    for place, (config, values) in enumerate(runs):
        tags = {"val/acc": columns(values), "train/loss": columns([1.0])} if values else {}
        store.put(f"run-{place}", tags, info=RunInfo(f"run-{place}", config=config))
    found = hyper_parameters(sorted(store.runs(), key=lambda run: run.id), **question)
    return found, {one.name: one for one in found.parameters}


def test_nested_settings_are_named_by_their_path_and_missing_ones_have_none():
    _, parameters = table_of(({"lr": 0.1, "optimizer": {"name": "adam"}}, [0.5]), ({"lr": 0.2}, [0.6]))
    assert parameters["lr"].values == [0.1, 0.2]
    assert parameters["optimizer.name"].values == ["adam", None]
    assert (parameters["lr"].is_number, parameters["optimizer.name"].is_number) == (True, False)


def test_what_is_the_same_in_all_runs_is_told():
    _, parameters = table_of(({"seed": 0, "lr": 1}, [1.0]), ({"seed": 0, "lr": 2}, [1.0]))
    assert (parameters["seed"].differs, parameters["lr"].differs) == (False, True)


def test_the_best_value_is_by_the_name_of_the_metric_and_has_its_step():
    found, _ = table_of(({}, [0.2, 0.9, 0.4]))
    assert (found.metric, found.way) == ("val/acc", "max")
    assert [(one.value, one.step) for one in found.outcomes] == [(0.9, 1)]


def test_a_person_may_say_what_counts_and_which_end_is_better():
    for question, expected in (
        ({"figure": "last"}, (0.4, 2)),
        ({"figure": "min"}, (0.2, 0)),
        ({"way": "min"}, (0.2, 0)),
        ({"metric": "train/loss"}, (1.0, 0)),
    ):
        found, _ = table_of(({}, [0.2, 0.9, 0.4]), **question)
        assert [(one.value, one.step) for one in found.outcomes] == [expected]


def test_a_run_without_the_metric_has_no_outcome():
    found, _ = table_of(({"lr": 1}, [0.5]), ({"lr": 2}, []))
    assert [one.value for one in found.outcomes] == [0.5, None]
    assert found.metrics == {"train/loss": 1, "val/acc": 1}


def test_no_runs_have_no_metric():
    found = hyper_parameters([])
    assert (found.metric, found.parameters, found.outcomes) == ("", [], [])
