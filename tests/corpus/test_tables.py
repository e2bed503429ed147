import pytest

from app.readers.tables import READER
from tests.corpus.corpus import FOLDER, assert_scalar, expected, files, needed, opened

FORMATS = {"lightning_csv", "yolo", "rl_progress", "csv"}
_FAMILIES = ("generic_csv", "keras_csv", "lightning", "rl", "yolo", "ray_tune")


def tables():
    return [path for path in files(*_FAMILIES) if expected()["files"][path].get("form", "").startswith("table")]


@needed
@pytest.mark.parametrize("path", tables())
def test_every_column_of_numbers_is_a_tag_with_its_facts(path):
    known = expected()["files"][path]
    name, log = opened(path)
    assert name in FORMATS
    columns = {column: facts for column, facts in known["cols"].items() if facts.get("n")}
    assert set(log.facts) == set(columns)
    for column, facts in columns.items():
        assert_scalar(log.facts[column], facts)
    loaded = log.load(list(log.facts))
    assert {tag: len(records) for tag, records in loaded.items()} == {tag: log.facts[tag].points for tag in log.facts}
    assert sum(problem.count for problem in log.problems) == known.get("rows_of_another_length", 0)


@needed
@pytest.mark.parametrize(
    ("family", "steps"),
    [
        ("generic_csv", {"epoch"}),
        ("keras_csv", {""}),  # one call of fit for each batch: its epoch is always 0
        ("lightning", {"step"}),
        ("yolo", {"epoch"}),
        ("ray_tune", {"training_iteration"}),
    ],
)
def test_the_steps_come_from_the_column_that_counts(family, steps):
    found = {opened(path)[1].info.step_column for path in tables() if path.startswith(family + "/")}
    assert found == steps


@needed
def test_the_settings_beside_a_table_are_its_config():
    _, log = opened("yolo/AJ-C22__CourtVision/runs/detect/train")
    assert log.info.config["optimizer"] == "auto"
    _, log = opened("rl/LinghengMeng__spinningup_extention/data/td3/td3_s0")
    assert "ac_kwargs" in log.info.config


@needed
def test_no_text_log_is_taken_for_a_table():
    text_logs = files("text_logs", "rl", form="text log")
    assert text_logs
    for path in map(FOLDER.__truediv__, text_logs):
        assert not READER.find(path.parent, [path.name]).runs
        assert not READER.find(path.parent, [path.name], named=True).runs
