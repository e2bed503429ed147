import math
import os
import shutil
import time

import numpy as np
import pytest

from app.readers.facts import scalar_facts
from app.readers.walk import all_readers
from tests.unit.readers.samples import SAMPLES


@pytest.fixture(params=sorted(all_readers()))
def reader(request):
    return all_readers()[request.param]


@pytest.fixture
def sample(reader, tmp_path):
    return SAMPLES[reader.name](tmp_path / "logs")


def as_records(columns):
    rows = zip(columns.step.tolist(), columns.wall_time.tolist(), columns.value.tolist(), strict=True)
    return [(step, repr(wall_time), repr(value)) for step, wall_time, value in rows]


def expected(records):
    return [(step, repr(float(wall_time)), repr(value)) for step, wall_time, value in records]


def loaded(log, overlap="latest"):
    return {tag: as_records(log.load([tag], overlap)[tag]) for tag in log.facts}


def written(sample):
    return {tag: expected(records) for tag, records in sample.records.items()}


def polled(reader, sample):
    log = reader.open(sample.path)
    while log.poll().behind:
        pass
    return log


def test_a_run_is_found_in_its_folder_and_nothing_in_an_empty_one(reader, sample, tmp_path):
    sample.grow()
    folder = next(path for path in (sample.path, *sample.path.parents) if path.is_dir())
    names = [entry.name for entry in folder.iterdir()]
    finding = reader.find(folder, names)
    assert list(finding.runs) == [sample.path]
    assert set(finding.claimed) <= set(names)
    assert not reader.find(tmp_path, []).runs


@pytest.mark.parametrize("overlap", ["latest", "all"])
def test_every_record_is_loaded_in_order(reader, sample, overlap):
    sample.grow(7)
    assert loaded(polled(reader, sample), overlap) == written(sample)


def test_a_file_torn_at_any_byte_gives_whole_records_only_and_the_rest_later(reader, sample):
    sample.grow(4)
    whole, tomorrow = sample.file.read_bytes(), time.time() + 86_400
    for cut in range(0, len(whole), getattr(sample, "cut_bytes", 1)):
        sample.file.write_bytes(whole[:cut])
        os.utime(sample.file, (tomorrow, tomorrow))  # or a slow machine lets a last line rest until it counts as whole
        log = polled(reader, sample)
        for tag, records in loaded(log).items():
            assert records == written(sample)[tag][: len(records)]
        with sample.file.open("ab") as file:
            file.write(whole[cut:])
        log.poll()
        assert loaded(log) == written(sample)
        assert not log.problems


def test_an_empty_file_is_a_run_without_tags(reader, sample):
    sample.grow()
    sample.file.write_bytes(b"")
    log = polled(reader, sample)
    assert (dict(log.facts), list(log.problems)) == ({}, [])


def test_a_poll_without_growth_finds_nothing(reader, sample):
    sample.grow()
    log = polled(reader, sample)
    assert not log.poll().changed


def test_a_poll_hands_over_just_the_records_that_are_new(reader, sample):
    sample.grow(3)
    log = polled(reader, sample)
    sample.grow(2)
    news = log.poll()
    assert {tag: as_records(columns) for tag, columns in news.appended.items()} == {
        tag: records[3:] for tag, records in written(sample).items()
    }
    assert not news.rewritten


def test_facts_are_those_of_the_records(reader, sample):
    sample.grow(3)
    log = polled(reader, sample)
    sample.grow(4)
    log.poll()
    for tag, facts in log.facts.items():
        records = log.load([tag])[tag]
        again = scalar_facts(records)
        assert facts.sum == pytest.approx(again.sum)
        assert [repr(getattr(facts, name)) for name in ("points", "last", "min", "min_step", "max", "max_step")] == [
            repr(getattr(again, name)) for name in ("points", "last", "min", "min_step", "max", "max_step")
        ]
        assert facts.nan == sum(math.isnan(value) for value in records.value)


def test_a_replaced_file_is_read_again_and_reported_with_both_sizes(reader, sample):
    sample.grow(5)
    log = polled(reader, sample)
    had = sample.file.stat().st_size
    tags, sample.records = set(sample.records), {}
    sample.file.unlink()
    sample.grow(2)
    while (news := log.poll()).behind and not news.changed:
        pass  # what became smaller may be in the middle of being written
    assert news.rewritten >= tags
    assert not news.appended.keys() & news.rewritten
    assert loaded(log) == written(sample)
    (problem,) = log.problems
    assert f"{had:,}" in problem.what
    assert f"{sample.file.stat().st_size:,}" in problem.what


def test_a_run_deleted_while_it_is_read_is_gone_and_raises_nothing(reader, sample):
    sample.grow(3)
    log = polled(reader, sample)
    shutil.rmtree(sample.root)
    assert all(len(columns) <= 3 for columns in log.load(list(log.facts)).values())
    assert list(log.media("loss")) == []
    assert log.poll().gone


def test_a_tag_that_the_run_does_not_have_is_left_out(reader, sample):
    sample.grow()
    assert "no such tag" not in polled(reader, sample).load(["no such tag"])


def test_stamps_change_when_a_run_grows(reader, sample):
    sample.grow()
    before = reader.stamps(sample.path)
    sample.grow()
    assert reader.stamps(sample.path) != before


def test_columns_have_the_types_that_the_contract_names(reader, sample):
    sample.grow(2)
    tag = next(iter(sample.records))
    columns = polled(reader, sample).load([tag])[tag]
    assert (columns.step.dtype, columns.wall_time.dtype, columns.value.dtype) == (np.int64, np.float64, np.float64)
