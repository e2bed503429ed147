"""DVCLive folders of all versions: one table for each tag, by its place below the folder of tables."""

from pathlib import Path

import pytest

from app.readers.dvclive import READER


def write_table(path: Path, header: str, *rows: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(f"{line}\n" for line in (header, *rows)))
    return path


def found(folder: Path, *, named: bool = False):
    return READER.find(folder, [path.name for path in folder.iterdir()], named=named)


def read(path: Path):
    log = READER.open(path)
    while log.poll().behind:
        pass
    return log


def records(log, tag: str) -> list[tuple[int, float]]:
    columns = log.load([tag])[tag]
    return list(zip(columns.step.tolist(), columns.value.tolist(), strict=True))


@pytest.mark.parametrize(
    ("place", "header"),
    [
        ("plots/metrics/train/acc.tsv", "step\tacc"),
        ("plots/metrics/train/acc.tsv", "timestamp\tstep\tacc"),
        ("scalars/train/acc.tsv", "timestamp\tstep\ttrain/acc"),
    ],
)
def test_a_tag_is_the_path_of_its_table(tmp_path, place: str, header: str):
    row = "1714557600000\t5\t0.25" if "timestamp" in header else "5\t0.25"
    write_table(tmp_path / place, header, row)
    finding = found(tmp_path)
    assert list(finding.runs) == [tmp_path]
    assert set(finding.claimed) == {Path(place).parts[0]}
    log = read(tmp_path)
    assert records(log, "train/acc") == [(5, 0.25)]
    assert log.facts["train/acc"].last_time == (1714557600.0 if "timestamp" in header else None)


def test_the_first_versions_wrote_into_the_folder_itself(tmp_path):
    write_table(tmp_path / "loss.tsv", "timestamp\tstep\tloss", "1714557600000\t0\t0.5", "1714557601000\t1\t0.25")
    write_table(tmp_path / "other.tsv", "a\tb", "1\t2")
    assert set(found(tmp_path).claimed) == {"loss.tsv"}
    assert records(read(tmp_path), "loss") == [(0, 0.5), (1, 0.25)]
    assert set(READER.stamps(tmp_path)) == {"loss.tsv"}


@pytest.mark.parametrize("beside", ["run/loss.tsv", "run.json"])
def test_in_the_first_versions_tags_with_a_group_lay_in_folders_of_the_run(tmp_path, beside: str):
    folder = tmp_path / "run"
    write_table(folder / "train/deep/acc.tsv", "timestamp\tstep\ttrain/deep/acc", "1714557600000\t3\t0.5")
    write_table(folder / "train/own/acc.tsv", "timestamp\tstep\tacc", "1714557600000\t3\t0.5")
    assert not found(folder).runs
    write_table(tmp_path / beside, "timestamp\tstep\tloss", "1714557600000\t3\t0.25")
    finding = found(folder)
    assert list(finding.runs) == [folder]
    assert {"train", "train/deep"} <= set(finding.claimed)
    log = read(folder)
    assert records(log, "train/deep/acc") == [(3, 0.5)]
    assert "acc" not in log.facts


def test_a_table_that_appears_later_is_read_too(tmp_path):
    write_table(tmp_path / "plots/metrics/loss.tsv", "step\tloss", "0\t0.5")
    log = read(tmp_path)
    write_table(tmp_path / "plots/metrics/eval/loss.tsv", "step\tloss", "0\t0.75")
    assert set(log.poll().appended) == {"eval/loss"}
    assert set(READER.stamps(tmp_path)) == {"plots/metrics/loss.tsv", "plots/metrics/eval/loss.tsv"}


def test_params_are_the_config_and_the_summary_belongs_to_the_run(tmp_path):
    write_table(tmp_path / "plots/metrics/loss.tsv", "step\tloss", "0\t0.5")
    (tmp_path / "params.yaml").write_text("lr: 0.1\n")
    (tmp_path / "metrics.json").write_text('{"step": 1, "loss": 0.25, "best": {"acc": 0.75}}')
    assert set(found(tmp_path).claimed) == {"plots", "params.yaml", "metrics.json"}
    log = read(tmp_path)
    assert log.info.config == {"lr": 0.1}
    assert records(log, "loss") == [(0, 0.5)]
    assert records(log, "best/acc") == [(1, 0.75)]


def test_text_is_left_out_and_a_broken_row_is_reported(tmp_path):
    path = tmp_path / "plots/metrics/loss.tsv"
    write_table(path, "step\tloss", "0\tgood", "1\t0.5", "9" * 40 + "\t1", "1\t2\t3", "3\tnan")
    log = read(tmp_path)
    assert [step for step, _ in records(log, "loss")] == [1, 3]
    (problem,) = log.problems
    assert (problem.path, problem.where, problem.count) == (path, "line 4", 2)


def test_folders_of_other_tables_are_no_run(tmp_path):
    write_table(tmp_path / "plots/metrics/curve.tsv", "fpr\ttpr", "0\t1")
    write_table(tmp_path / "scalars/notes.tsv", "step\tremark", "0\tx")
    assert not found(tmp_path).runs


def test_one_table_given_by_name_is_left_to_the_reader_of_tables_and_can_be_opened(tmp_path):
    path = write_table(tmp_path / "plots/metrics/loss.tsv", "step\tloss", "0\t0.5")
    assert not READER.find(path.parent, [path.name], named=True).runs
    assert records(read(path), "loss") == [(0, 0.5)]
