"""JSON lines as training loops write them: what is a log, which records it holds, what is left out."""

import math
from pathlib import Path

import pytest

from app.readers.contract import Choices
from app.readers.json_lines import READER


def written(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def read(path: Path, choices: Choices | None = None):
    log = READER.open(path, choices or Choices())
    while log.poll().behind:
        pass
    return log


def records(log, tag: str) -> list[tuple[int, float]]:
    columns = log.load([tag])[tag]
    return list(zip(columns.step.tolist(), columns.value.tolist(), strict=True))


def found(folder: Path, *, named: bool = False):
    return READER.find(folder, [path.name for path in folder.iterdir()], named=named)


def test_nested_keys_are_joined_and_text_lists_and_truth_values_are_left_out(tmp_path):
    path = written(
        tmp_path / "a.jsonl", '{"step": 3, "val": {"acc": {"top1": 0.5}}, "name": "x", "ok": true, "hist": [1, 2]}\n'
    )
    log = read(path)
    assert set(log.facts) == {"step", "val/acc/top1"}
    assert records(log, "val/acc/top1") == [(3, 0.5)]


@pytest.mark.parametrize("word", ["NaN", '"NaN"', '"nan"'])
def test_nan_is_kept_bare_or_as_a_word(tmp_path, word: str):
    log = read(written(tmp_path / "a.jsonl", f'{{"step": 1, "loss": {word}, "note": "a, NaN, b"}}\n'))
    ((step, value),) = records(log, "loss")
    assert step == 1
    assert math.isnan(value)
    assert log.facts["loss"].nan == 1


def test_infinities_keep_their_sign(tmp_path):
    log = read(written(tmp_path / "a.jsonl", '{"up": Infinity, "down": -Infinity}\n'))
    assert records(log, "up") == [(0, math.inf)]
    assert records(log, "down") == [(0, -math.inf)]


def test_a_row_without_a_step_is_at_the_step_of_the_row_before(tmp_path):
    log = read(written(tmp_path / "a.jsonl", '{"step": 5, "loss": 1}\n{"val_loss": 2}\n{"step": 9, "loss": 1}\n'))
    assert records(log, "val_loss") == [(5, 2.0)]


def test_rows_are_numbered_where_no_key_counts_steps(tmp_path):
    log = read(written(tmp_path / "a.jsonl", '{"loss": 3}\n{"loss": 2}\n'))
    assert records(log, "loss") == [(0, 3.0), (1, 2.0)]
    assert log.info.step_column == ""


def test_the_key_that_gave_the_steps_is_listed_and_marked(tmp_path):
    log = read(written(tmp_path / "a.jsonl", '{"loss": 3.5, "epoch": 1, "iteration": 40}\n'))
    assert log.info.step_column == "iteration"
    assert set(log.info.step_columns) == {"epoch", "iteration"}
    assert [tag for tag, facts in log.facts.items() if facts.is_step] == ["iteration"]


def test_a_chosen_column_gives_the_steps(tmp_path):
    path = written(tmp_path / "a.jsonl", '{"loss": 3.5, "epoch": 7, "iteration": 40}\n')
    assert records(read(path, Choices(step_column="epoch")), "loss") == [(7, 3.5)]
    assert records(read(path, Choices(step_column="")), "loss") == [(0, 3.5)]


def test_an_epoch_with_fractions_is_not_taken_for_steps(tmp_path):
    log = read(written(tmp_path / "a.jsonl", '{"epoch": 0.5, "loss": 3}\n{"epoch": 1.0, "loss": 2}\n'))
    assert records(log, "loss") == [(0, 3.0), (1, 2.0)]


def test_iterations_that_begin_anew_with_each_epoch_go_on(tmp_path):
    lines = [
        '{"env_info": "...", "seed": 0}',
        '{"mode": "train", "epoch": 1, "iter": 50, "loss": 3}',
        '{"mode": "train", "epoch": 1, "iter": 100, "loss": 2}',
        '{"mode": "val", "epoch": 1, "iter": 25, "mAP": 0.5}',
        '{"mode": "train", "epoch": 2, "iter": 50, "loss": 1}',
    ]
    path = written(tmp_path / "20240501_101112.log.json", "".join(f"{line}\n" for line in lines))
    log = read(path)
    assert records(log, "loss") == [(50, 3.0), (100, 2.0), (150, 1.0)]
    assert records(log, "mAP") == [(100, 0.5)]
    assert records(log, "iter")[-1] == (150, 50.0)
    assert records(read(path, Choices(step_column="epoch")), "loss") == [(1, 3.0), (1, 2.0), (2, 1.0)]


def test_iterations_beside_a_bare_nan_count_like_others(tmp_path):
    rows = [(1, 50, "3"), (1, 100, "NaN"), (2, 50, "NaN"), (2, 100, "1")]
    lines = [f'{{"mode": "train", "epoch": {epoch}, "iter": {i}, "loss": {loss}}}\n' for epoch, i, loss in rows]
    log = read(written(tmp_path / "20240501_101112.log.json", "".join(lines)))
    assert [step for step, _ in records(log, "loss")] == [50, 100, 150, 200]


def test_iterations_that_go_on_by_themselves_stay_as_they_are(tmp_path):
    lines = [f'{{"mode": "train", "epoch": {epoch}, "iter": {100 * epoch}, "loss": 3}}' for epoch in (1, 2, 3)]
    log = read(written(tmp_path / "a.jsonl", "".join(f"{line}\n" for line in lines)))
    assert [step for step, _ in records(log, "loss")] == [100, 200, 300]


def test_a_bad_line_is_reported_with_its_number_and_the_others_are_read(tmp_path):
    log = read(
        written(tmp_path / "a.jsonl", '{"step": 1, "loss": 1}\n\n{"step": 2, "lo\n[1]\n{"step": 4, "loss": 2}\n')
    )
    assert records(log, "loss") == [(1, 1.0), (4, 2.0)]
    (problem,) = log.problems
    assert (problem.path, problem.where, problem.count) == (tmp_path / "a.jsonl", "line 3", 2)


@pytest.mark.parametrize(
    "line",
    ['{"a":' * 5000 + "1" + "}" * 5000, '{"a": ' + "9" * 6000 + "}", '{"\\ud800": 1}', '{"": 1}', '{"a": 1e999}'],
    ids=["deep", "huge integer", "half a surrogate pair", "no name", "beyond float"],
)
def test_extremes_raise_nothing_and_the_next_line_is_read(tmp_path, line: str):
    log = read(written(tmp_path / "a.jsonl", line + '\n{"loss": 2}\n'))
    assert records(log, "loss")[0][1] == 2.0
    for tag in log.facts:
        tag.encode()


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("metrics.json", '{"iteration": 19, "loss": NaN}\n'),
        ("20240501_101112.log.json", '{"env_info": "...", "seed": 0}\n{"mode": "train", "epoch": 1, "iter": 50}\n'),
        ("log.txt", '{"epoch": 0, "train_lr": 1e-6}\n{"epoch": 1, "train_lr": 1e-6}\n'),
        ("losses.ndjson", '{"loss": 0.5}\n'),
        ("wide.jsonl", '{"step": 1, ' + ", ".join(f'"key{n}": {n}' for n in range(5000)) + "}\n"),
    ],
)
def test_a_log_is_found_by_its_lines(tmp_path, name: str, text: str):
    path = written(tmp_path / name, text)
    assert list(found(tmp_path).runs) == [path]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("config.json", '{"lr": 0.1}\n'),
        ("params.json", '{\n "lr": 0.1\n}\n'),
        ("metrics.json", '{"loss": 0.1}'),
        ("list.json", "[1, 2]\n"),
        ("train.log", "hello\n"),
        ("empty.jsonl", ""),
        ("weights.bin", '{"step": 1}\n'),
    ],
)
def test_what_is_no_log_is_left_to_others(tmp_path, name: str, text: str):
    written(tmp_path / name, text)
    assert not found(tmp_path).runs


def test_a_data_set_is_declined_and_read_when_named(tmp_path):
    path = written(tmp_path / "train.jsonl", '{"text": "a film to forget", "label": 0}\n')
    assert "data set" in found(tmp_path).declined["train.jsonl"]
    assert list(found(tmp_path, named=True).runs) == [path]


def test_the_copy_that_mmengine_writes_beside_its_scalars_is_not_a_second_run(tmp_path):
    line = '{"loss": 0.5, "step": 10}\n'
    path = written(tmp_path / "scalars.json", line)
    written(tmp_path / "20240501_101112.json", line * 2)
    finding = found(tmp_path)
    assert list(finding.runs) == [path]
    assert set(finding.claimed) == {"scalars.json", "20240501_101112.json"}


def test_a_copy_of_a_table_beside_it_is_read_only_when_named(tmp_path):
    written(tmp_path / "progress.json", '{"time/total_timesteps": 64, "rollout/ep_rew_mean": 21.5}\n' * 2)
    assert [path.name for path in found(tmp_path).runs] == ["progress.json"]
    written(tmp_path / "progress.csv", "time/total_timesteps,rollout/ep_rew_mean\n64,21.5\n")
    assert "progress.csv" in found(tmp_path).declined["progress.json"]
    assert "progress.json" in {path.name for path in found(tmp_path, named=True).runs}
