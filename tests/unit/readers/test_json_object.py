"""Documents of results: one record for each number, or one row for each object of a list."""

from pathlib import Path

import pytest

from app.readers.json_object import READER


def found(folder: Path, *, named: bool = False):
    return READER.find(folder, [path.name for path in folder.iterdir()], named=named)


def read(path: Path):
    log = READER.open(path)
    log.poll()
    return log


def test_each_number_is_one_record_at_the_step_that_the_object_names(tmp_path):
    path = tmp_path / "metrics.json"
    path.write_text('{\n  "step": 14,\n  "train": {"acc": 0.75, "loss": NaN},\n  "best": true, "name": "x"\n}')
    assert list(found(tmp_path).runs) == [path]
    log = read(path)
    assert set(log.facts) == {"step", "train/acc", "train/loss"}
    assert (log.facts["train/acc"].points, log.facts["train/acc"].first_step) == (1, 14)
    assert log.facts["train/loss"].nan == 1


@pytest.mark.parametrize(
    ("name", "text", "steps"),
    [
        ("history.json", '{"loss": [1.5, 0.5, NaN], "val_loss": [2.5, null, 0.25]}', [0, 1, 2]),
        ("history.json", '{"epoch": [5, 6, 8], "loss": [1.5, 0.5, NaN], "val_loss": [2.5, null, 0.25]}', [5, 6, 8]),
        ("history.json", '[{"loss": 1.5, "val": 2.5}, {"loss": 0.5}, {"loss": NaN, "val": 0.25}]', [0, 1, 2]),
        ("evals_result.json", '{"train": {"rmse": [1.5, 0.5, NaN]}, "val": {"rmse": [2.5, null, 0.25]}}', [0, 1, 2]),
    ],
)
def test_lists_are_series(tmp_path, name, text, steps):
    path = tmp_path / name
    path.write_text(text)
    assert list(found(tmp_path).runs) == [path]
    log = read(path)
    first, second = (tag for tag in log.facts if tag != "epoch")
    records = log.load([first, second])
    assert records[first].step.tolist() == steps
    assert records[first].value[:2].tolist() == [1.5, 0.5]
    assert log.facts[first].nan == 1
    assert (records[second].step.tolist(), records[second].value.tolist()) == ([steps[0], steps[2]], [2.5, 0.25])


def test_lists_beside_final_scores_are_left_out(tmp_path):
    path = tmp_path / "results.json"
    path.write_text('{"acc": 0.5, "per_class": [0.25, 0.75]}')
    assert set(read(path).facts) == {"acc"}


def test_a_series_downloaded_from_tensorboard_has_its_steps_and_times(tmp_path):
    path = tmp_path / "run-train-tag-loss.json"
    path.write_text('[[1589999999.5, 0, 0.5], [1590000001.5, 10, "NaN"]]')
    assert list(found(tmp_path).runs) == [path]
    log = read(path)
    records = log.load(["Value"])["Value"]
    assert (records.step.tolist(), records.wall_time.tolist()) == ([0, 10], [1589999999.5, 1590000001.5])
    assert (log.facts["Value"].first, log.facts["Value"].nan) == (0.5, 1)


def test_a_rewritten_document_keeps_its_records_until_the_new_one_is_whole(tmp_path):
    path = tmp_path / "all_results.json"
    path.write_text('{"epoch": 1, "eval_loss": 0.5}')
    log = read(path)
    path.write_text('{"epoch": 2, "eval_l')
    assert not log.poll().rewritten
    assert log.facts["eval_loss"].last == 0.5
    path.write_text('{"epoch": 2, "eval_loss": 0.25}')
    assert "eval_loss" in log.poll().rewritten
    assert (log.facts["eval_loss"].last, log.facts["eval_loss"].last_step) == (0.25, 2)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("config.json", '{"lr": 0.1}'),
        ("params.json", '{"lr": 0.1}'),
        ("package.json", '{"version": 1}'),
        ("results.json", '[{"image_id": 7, "score": 0.5}]'),
        ("results.json", '{"status": "ok"}'),
        ("results.json", '{"images": [{"id": 1}]}'),
        ("results.json", '{"images": [' + '{"id": 1, "box": [1, 2, 3, 4]}, ' * 1000 + '{"id": 2}], "year": 1}'),
        ("metrics.json", "12"),
        ("metrics.csv", '{"loss": 0.1}'),
    ],
)
def test_what_is_no_document_of_results_is_left_to_others(tmp_path, name: str, text: str):
    (tmp_path / name).write_text(text)
    assert not found(tmp_path).runs


def test_a_document_longer_than_what_is_looked_at_is_found(tmp_path):
    path = tmp_path / "all_results.json"
    path.write_text("{" + ", ".join(f'"loss{number}": {number}.5' for number in range(3000)) + "}")
    assert list(found(tmp_path).runs) == [path]
    assert len(read(path).facts) == 3000
    path.write_text('{"loss": ' + str([0.5] * 20_000) + "}")
    assert list(found(tmp_path).runs) == [path]
    assert read(path).facts["loss"].points == 20_000


def test_a_document_of_any_name_is_read_when_a_person_names_it(tmp_path):
    path = tmp_path / "config.json"
    path.write_text('{"lr": 0.1, "layers": [1, 2]}')
    assert list(found(tmp_path, named=True).runs) == [path]
    assert set(read(path).facts) == {"lr"}


def test_what_is_no_json_is_a_problem_that_names_the_file(tmp_path):
    path = tmp_path / "metrics.json"
    path.write_text('{"loss": 0.1,, }')
    log = read(path)
    (problem,) = log.problems
    assert problem.path == path
    assert not log.facts
