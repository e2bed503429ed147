"""Runs of wandb, MLflow and Sacred that other people logged."""

import pytest

from tests.corpus.corpus import assert_scalar, expected, files, needed, opened

pytestmark = needed


@pytest.mark.parametrize("path", [path for path in files("wandb") if path.endswith(".wandb")])
def test_the_history_of_a_wandb_log_is_read_as_it_was_logged(path):
    known = expected()["files"][path]
    name, log = opened(path)
    assert name == "wandb"
    assert not log.problems
    for tag, facts in known["history"].items():
        assert_scalar(log.facts[tag], facts | {name: known[name] for name in () if name in known})
    if "first_step" in known:
        assert (log.facts["_step"].first_step, log.facts["_step"].last_step) == (
            known["first_step"],
            known["last_step"],
        )
    assert {tag for tag in log.facts if not tag.startswith("system/")} == set(known["history"])


@pytest.mark.parametrize("path", files("mlflow", form="mlflow metric"))
def test_an_mlflow_metric_is_read_as_it_was_logged(path):
    known = expected()["files"][path]
    folder, _, tag = path.partition("/metrics/")
    steps = {name: known[name] for name in ("first_step", "last_step")}
    for name, log in (opened(folder), opened(path)):
        assert (name, list(log.problems)) == ("mlflow", [])
        assert_scalar(log.facts[tag], known["value"] | steps)


@pytest.mark.parametrize("path", files("mlflow", form="mlflow param"))
def test_an_mlflow_parameter_is_taken_over(path):
    folder, _, parameter = path.partition("/params/")
    _, log = opened(folder)
    assert str(log.info.config[parameter]) == expected()["files"][path]["text"]


@pytest.mark.parametrize("path", files("sacred", form="sacred metrics"))
def test_metrics_of_sacred_are_read_as_they_were_logged(path):
    metrics = expected()["files"][path]["metrics"]
    for name, log in (opened(path.rpartition("/")[0]), opened(path)):
        assert (name, list(log.problems), set(log.facts)) == ("sacred", [], set(metrics))
        for tag, known in metrics.items():
            assert_scalar(log.facts[tag], known)
