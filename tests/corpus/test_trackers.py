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
