"""What other people's JSON and text logs hold, as expected.json has it."""

import pytest

from app.readers.contract import RunLog
from tests.corpus.corpus import assert_scalar, expected, files, needed, opened

pytestmark = needed


def assert_tags(log: RunLog, tags: dict[str, dict[str, object]]) -> None:
    for tag, known in tags.items():
        if known.get("n") or known.get("nan"):
            assert_scalar(log.facts[tag], known)


@pytest.mark.parametrize("path", files("detection", form="json lines"))
def test_json_lines_have_the_expected_keys(path: str):
    name, log = opened(path)
    keys = expected()["files"][path]["keys"]
    assert (name, set(log.facts), list(log.problems)) == ("json_lines", set(keys), [])
    assert_tags(log, keys)


OBJECTS = [
    path
    for path in files("detection", "dvclive", "ray_tune", "rl", form="json object")
    if expected()["files"][path]["number_count"]
]


@pytest.mark.parametrize("path", OBJECTS)
def test_an_object_of_results_has_one_record_for_each_number(path: str):
    _, log = opened(path)
    numbers = expected()["files"][path]["numbers"]
    assert {tag: facts.last for tag, facts in log.facts.items()} == numbers
    assert {facts.points for facts in log.facts.values()} <= {1}


@pytest.mark.parametrize("path", files("hf_trainer", form="trainer_state"))
def test_a_trainer_state_has_its_whole_history(path: str):
    name, log = opened(path)
    keys = expected()["files"][path]["keys"]
    assert (name, set(log.facts), list(log.problems)) == ("hf_trainer", set(keys), [])
    assert_tags(log, keys)


def test_checkpoints_of_two_trainings_in_one_folder_are_two_runs():
    states = files("hf_trainer", form="trainer_state")
    folder = next(path for path in states if "earlier_versions" not in path).rpartition("/checkpoint-")[0]
    name, log = opened(folder)
    newest = max((path for path in states if path.startswith(f"{folder}/")), key=_steps)
    assert name == "hf_trainer"
    assert_tags(log, expected()["files"][newest]["keys"])


def _steps(path: str) -> int:
    return 0 if "earlier_versions" in path else expected()["files"][path]["global_step"]


@pytest.mark.parametrize("path", [path for path in files("ray_tune") if path.endswith("/progress.csv")])
def test_a_trial_has_the_numbers_of_its_table(path: str):
    folder = path.removesuffix("/progress.csv")
    name, log = opened(folder)
    columns = {tag: known for tag, known in expected()["files"][path]["cols"].items() if "n" in known}
    assert (name, set(log.facts), list(log.problems)) == ("ray_tune", set(columns), [])
    assert_tags(log, columns)
    assert log.info.config


@pytest.mark.parametrize(
    "folder", sorted({path.partition("/plots/metrics/")[0] for path in files("dvclive") if "/plots/metrics/" in path})
)
def test_a_dvclive_folder_has_a_tag_for_each_table(folder: str):
    name, log = opened(folder)
    begin = f"{folder}/plots/metrics/"
    tables = {
        path.removeprefix(begin).removesuffix(".tsv"): path for path in files("dvclive") if path.startswith(begin)
    }
    assert (name, set(log.facts), list(log.problems)) == ("dvclive", {*tables, "step"}, [])
    for tag, path in tables.items():
        columns = expected()["files"][path]["cols"]
        assert_scalar(log.facts[tag], columns[tag.rpartition("/")[2]])
        assert (log.facts[tag].first_step, log.facts[tag].last_step) == (
            columns["step"]["first"],
            columns["step"]["last"],
        )


@pytest.mark.parametrize("path", [path for path in files("text_logs") if "series" in expected()["files"][path]])
def test_a_text_log_has_the_expected_series(path: str):
    name, log = opened(path)
    assert name == "text"
    for tag, known in expected()["files"][path]["series"].items():
        assert_scalar(log.facts[tag], known)
        assert log.facts[tag].first_step == known.get("first_update", known.get("first_step"))
        assert log.facts[tag].last_step == known.get("last_update", known.get("last_step"))
