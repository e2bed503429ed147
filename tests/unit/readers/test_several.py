import shutil

import numpy as np
import pytest

from app.readers import several
from app.readers.contract import Columns, RunInfo
from app.readers.growing import GrowingFile
from app.readers.several import SeveralFiles, list_tree


class Pairs:
    """Parses lines such as `loss 3 0.5`."""

    def __init__(self, problems):
        pass

    def feed(self, data):
        rows = [line.split() for line in data.decode().splitlines()]
        tags = dict.fromkeys(row[0] for row in rows)
        return {tag: columns([(int(s), float(v)) for name, s, v in rows if name == tag]) for tag in tags}


def columns(records):
    steps, values = zip(*records, strict=True)
    return Columns(np.array(steps, np.int64), np.full(len(steps), np.nan), np.array(values, np.float64))


def as_records(found):
    return {tag: list(zip(one.step.tolist(), one.value.tolist(), strict=True)) for tag, one in found.items()}


@pytest.fixture
def folder(tmp_path):
    folder = tmp_path / "run"
    (folder / "train").mkdir(parents=True)
    return folder


@pytest.fixture
def run(folder):
    described = []

    def describe():
        described.append(1)
        return RunInfo(name="run", notes=str(len(described)))

    return SeveralFiles(
        folder,
        lambda: [folder / name for name in list_tree(folder, ".log")],
        lambda path: GrowingFile(path, Pairs, lambda _: RunInfo(name="")),
        describe,
        [folder / "note"],
    )


def test_the_tags_of_all_files_are_those_of_the_run(folder, run):
    (folder / "a.log").write_text("loss 0 1\nloss 1 0.5\n")
    (folder / "train" / "b.log").write_text("acc 0 0.1\n")
    assert as_records(run.poll().appended) == {"loss": [(0, 1.0), (1, 0.5)], "acc": [(0, 0.1)]}
    assert sorted(run.facts) == ["acc", "loss"]
    assert as_records(run.load(["acc", "loss", "none"])) == {"loss": [(0, 1.0), (1, 0.5)], "acc": [(0, 0.1)]}
    assert not run.poll().changed


def test_files_appear_grow_and_vanish_while_the_run_goes_on(folder, run):
    (folder / "a.log").write_text("loss 0 1\n")
    run.poll()
    with (folder / "a.log").open("a") as file:
        file.write("loss 1 0.5\n")
    (folder / "train" / "b.log").write_text("acc 0 0.1\n")
    assert as_records(run.poll().appended) == {"loss": [(1, 0.5)], "acc": [(0, 0.1)]}
    (folder / "train" / "b.log").unlink()
    news = run.poll()
    assert (news.changed, news.gone, dict(news.appended), news.rewritten) == (True, False, {}, {"acc"})
    assert sorted(run.facts) == ["loss"]


def test_a_tag_of_two_files_is_that_of_the_first_until_it_vanishes(folder, run):
    (folder / "b.log").write_text("loss 0 2\n")
    assert as_records(run.poll().appended) == {"loss": [(0, 2.0)]}
    (folder / "a.log").write_text("loss 0 1\n")
    news = run.poll()
    assert (dict(news.appended), news.rewritten) == ({}, {"loss"})
    assert as_records(run.load(["loss"])) == {"loss": [(0, 1.0)]}
    with (folder / "b.log").open("a") as file:
        file.write("loss 1 2\n")
    assert not run.poll().appended
    (folder / "a.log").unlink()
    assert run.poll().rewritten == {"loss"}
    assert as_records(run.load(["loss"])) == {"loss": [(0, 2.0), (1, 2.0)]}


def test_many_records_are_taken_in_over_several_polls(folder, run, monkeypatch):
    monkeypatch.setattr(several, "_LOOK_RECORDS", 1)
    for name in "abc":
        (folder / f"{name}.log").write_text(f"{name} 0 1\n")
    polls = [run.poll()]
    while polls[-1].behind:
        polls.append(run.poll())
    assert [sorted(news.appended) for news in polls if news.appended] == [["a"], ["b"], ["c"]]
    assert sorted(run.facts) == ["a", "b", "c"]


def test_what_lies_beside_describes_the_run_anew(folder, run):
    run.poll()
    before = run.info
    assert run.info is before
    (folder / "note").write_text("changed")
    assert run.poll().changed
    assert run.info.notes > before.notes


def test_the_run_is_gone_with_its_folder(folder, run):
    (folder / "a.log").write_text("loss 0 1\n")
    run.poll()
    shutil.rmtree(folder)
    assert run.load(["loss"]) == {}
    assert run.poll().gone
