import os
import time
from functools import partial

import numpy as np
import pytest

from app.readers import growing
from app.readers.contract import Columns, RunInfo
from app.readers.growing import GrowingFile, ReadAnewError, UnfinishedError
from app.readers.lines import LOOK_BYTES, read_lines


class Lines:
    """Reads lines such as `loss 0.5`; the step is the number of the tag's record.

    The word `twice` on a line tells that all steps, those before it too, count double.
    """

    def __init__(self, problems, factor=1):
        self.problems = problems
        self.factor = factor
        self.points = {}

    def feed(self, data):
        if self.factor == 1 and b"twice" in data:
            raise ReadAnewError(partial(Lines, factor=2))
        found = {}
        for line in data.decode().splitlines():
            tag, _, value = line.partition(" ")
            if value:
                found.setdefault(tag, []).append(float(value))
        return {tag: self.columns(tag, values) for tag, values in found.items()}

    def columns(self, tag, values):
        begin = self.points.get(tag, 0)
        self.points[tag] = begin + len(values)
        step = self.factor * np.arange(begin, begin + len(values))
        return Columns(step, np.full(len(values), np.nan), np.array(values))


class Document(Lines):
    """Reads the same lines, which are whole where the last one says `end`."""

    def feed(self, data):
        if not data.endswith(b"end\n"):
            raise UnfinishedError("it has no end")
        return super().feed(data)


def opened(path, parser=Lines, **options):
    return GrowingFile(path, parser, lambda _: RunInfo(path.name), **options)


def write(path, text, mode="w", age_s=0.0):
    """Write to the file and let it look as if that was so long ago."""
    with path.open(mode) as file:
        file.write(text)
    set_age(path, age_s)


def set_age(path, age_s):
    then = time.time() - age_s
    os.utime(path, (then, then))


def values(news):
    return {tag: columns.value.tolist() for tag, columns in news.appended.items()}


def read(log):
    news = log.poll()
    while news.behind:
        news = log.poll()
    return news


def loaded(log):
    return {tag: columns.value.tolist() for tag, columns in log.load(list(log.facts)).items()}


REST_S = 60.0
FRESH_S = -60.0  # a file of tomorrow never rests


@pytest.fixture
def path(tmp_path):
    return tmp_path / "log.txt"


def test_a_line_counts_when_its_newline_is_there(path):
    write(path, "a 1\na 2", age_s=FRESH_S)
    log = opened(path)
    assert values(log.poll()) == {"a": [1]}
    write(path, "3\n", "a", age_s=FRESH_S)
    assert values(log.poll()) == {"a": [23]}
    assert loaded(log) == {"a": [1, 23]}


def test_a_last_line_without_newline_counts_when_the_file_rests(path):
    write(path, "a 1\na 2", age_s=FRESH_S)
    log = opened(path)
    log.poll()
    set_age(path, REST_S)
    assert values(log.poll()) == {"a": [2]}
    assert loaded(log) == {"a": [1, 2]}
    assert not log.poll().changed


def test_a_last_line_that_goes_on_after_a_rest_is_read_once_more(path):
    write(path, "a 1\nb 1\na 2", age_s=REST_S)
    log = opened(path)
    log.poll()
    write(path, "3\nb 4\n", "a", age_s=FRESH_S)
    news = log.poll()
    assert news.rewritten == {"a"}
    assert values(news)["b"] == [4]
    assert loaded(log) == {"a": [1, 23], "b": [1, 4]}


@pytest.mark.parametrize("place", [0, 10_000, 20_000])
def test_a_file_rewritten_at_the_same_size_is_read_again(path, place):
    lines = [f"a {1000 + row}\n" for row in range(3_000)]
    write(path, "".join(lines), age_s=2 * REST_S)
    log = opened(path)
    log.poll()
    lines[place // 7] = "a 9999\n"
    write(path, "".join(lines), age_s=REST_S)
    assert log.poll().rewritten == {"a"}
    assert loaded(log)["a"][place // 7] == 9999


def test_a_file_rewritten_with_the_same_records_tells_what_is_new_alone(path):
    write(path, "a 1\nb 1\na 2\n", age_s=2 * REST_S)
    log = opened(path)
    log.poll()
    write(path, "title\na 1\nb 1\na 2\na 3\nc 7\n", age_s=REST_S)
    news = log.poll()
    assert values(news) == {"a": [3], "c": [7]}
    assert not news.rewritten
    assert loaded(log) == {"a": [1, 2, 3], "b": [1], "c": [7]}


def test_a_file_written_once_more_as_it_was_tells_nothing(path):
    write(path, "a 1\na 2\n", age_s=2 * REST_S)
    log = opened(path)
    log.poll()
    set_age(path, REST_S)
    news = log.poll()
    assert (values(news), news.rewritten) == ({}, frozenset())


def test_a_file_that_became_smaller_is_reported_with_both_sizes(path):
    write(path, "a 1\na 2\nb 3\n", age_s=2 * REST_S)
    log = opened(path)
    log.poll()
    write(path, "a 1\n", age_s=REST_S)
    assert log.poll().rewritten == {"a", "b"}
    assert loaded(log) == {"a": [1]}
    assert [problem.what for problem in log.problems] == ["it was replaced: it had 12 bytes and has 4"]


def test_an_emptied_file_loses_its_tags_when_it_rests(path):
    write(path, "a 1\n", age_s=2 * REST_S)
    log = opened(path)
    log.poll()
    write(path, "", age_s=REST_S)
    assert log.poll().rewritten == {"a"}
    assert not log.facts


def test_a_file_that_is_being_rewritten_shows_what_it_held_until_it_rests(path):
    write(path, "a 1\na 2\na 3\n", age_s=REST_S)
    log = opened(path)
    log.poll()
    for half in ["", "a,b\n", "title\na 1\nb 2\na 2\n"]:
        write(path, half, age_s=FRESH_S)
        news = log.poll()
        assert (news.changed, news.behind, log.facts["a"].points) == (False, True, 3)
    write(path, "a 3\n", "a", age_s=REST_S)
    news = log.poll()
    assert (values(news), news.rewritten) == ({"b": [2]}, frozenset())


@pytest.mark.parametrize("text", ["a 7\n", "a 7\na 8\na 9\na 10\n"], ids=["smaller", "larger"])
def test_a_file_that_never_rests_is_shown_all_the_same(path, monkeypatch, text):
    monkeypatch.setattr(growing, "_PATIENCE_S", 0.0)
    monkeypatch.setattr(growing, "_SMALLER_PATIENCE_S", 0.0)
    write(path, "a 1\na 2\na 3\n", age_s=REST_S)
    log = opened(path)
    log.poll()
    write(path, text, age_s=FRESH_S)
    assert log.poll().rewritten == {"a"}
    assert loaded(log)["a"][0] == 7


def test_of_a_file_rewritten_while_it_is_read_nothing_is_mixed(path, monkeypatch):
    other = []

    def read_and_rewrite(*place):
        for piece in read_lines(*place):
            if other:
                write(path, other.pop(), age_s=REST_S)
            yield piece

    monkeypatch.setattr(growing, "read_lines", read_and_rewrite)
    write(path, "a 1\n", age_s=2 * REST_S)
    log = opened(path)
    log.poll()
    write(path, "a 2\n", "a", age_s=2 * REST_S)
    other.append("b 7\nb 8\nb 9\n")
    torn = log.poll()
    assert (values(torn), torn.behind, set(log.facts)) == ({}, True, {"a"})
    news = read(log)
    assert (values(news), news.rewritten) == ({"b": [7, 8, 9]}, {"a"})


def test_a_file_replaced_by_a_longer_one_that_begins_alike_goes_on(path):
    write(path, "a 1\n", age_s=REST_S)
    log = opened(path)
    log.poll()
    copy = path.with_suffix(".copy")
    write(copy, "a 1\na 2\n", age_s=REST_S)
    copy.replace(path)
    news = log.poll()
    assert (values(news), news.rewritten) == ({"a": [2]}, frozenset())


def test_one_poll_takes_in_a_few_megabytes(path):
    rows = 2 * LOOK_BYTES // 8
    write(path, "a 00001\n" * rows, age_s=REST_S)
    log = opened(path)
    first = log.poll()
    assert first.behind
    assert LOOK_BYTES <= 8 * len(first.appended["a"]) < 2 * LOOK_BYTES
    read(log)
    assert log.facts["a"].points == rows


def test_what_a_parser_learns_late_holds_for_all_records(path):
    write(path, "a 1\na 2\nb 1\n", age_s=REST_S)
    log = opened(path)
    log.poll()
    write(path, "twice\nb 2\n", "a", age_s=REST_S)
    news = log.poll()
    assert (values(news), news.rewritten) == ({"b": [2]}, {"a"})  # twice a step of 0 is 0
    write(path, "b 3\n", "a", age_s=REST_S)
    assert log.poll().appended["b"].step.tolist() == [4]
    assert log.load(["a"])["a"].step.tolist() == [0, 2]


def test_what_a_parser_learns_in_the_first_poll_loses_nothing(path):
    write(path, "a 1\na 2\ntwice", age_s=REST_S)  # the tail is fed apart from the lines
    log = opened(path)
    news = log.poll()
    assert (values(news), news.rewritten) == ({"a": [1, 2]}, frozenset())
    assert news.appended["a"].step.tolist() == [0, 2]


def test_a_replaced_file_is_read_without_what_was_learned_of_it_before(path):
    write(path, "twice\na 1\na 2\n", age_s=2 * REST_S)
    log = opened(path)
    log.poll()
    write(path, "a 1\na 2\n", age_s=REST_S)
    assert log.poll().rewritten == {"a"}
    assert log.load(["a"])["a"].step.tolist() == [0, 1]


def test_a_file_that_cannot_be_read_is_reported_until_it_can(path):
    path.mkdir()
    log = opened(path)
    assert log.poll().changed
    (problem,) = log.problems
    assert "cannot be read" in problem.what
    path.rmdir()
    write(path, "a 1\n", age_s=REST_S)
    assert values(read(log)) == {"a": [1]}
    assert not log.problems


def test_a_file_that_is_gone_is_told(path):
    write(path, "a 1\n")
    log = opened(path)
    log.poll()
    path.unlink()
    assert log.poll().gone
    assert loaded(log) == {}


def test_settings_that_change_beside_the_file_change_the_info(path, tmp_path):
    beside = tmp_path / "notes.txt"
    log = GrowingFile(path, Lines, lambda _: RunInfo("run", notes=beside.read_text()), [beside])
    write(path, "a 1\n", age_s=REST_S)
    beside.write_text("one")
    log.poll()
    assert not log.poll().changed
    beside.write_text("another")
    assert log.poll().changed
    assert log.info.notes == "another"


def test_the_column_that_gave_the_steps_is_marked(path):
    write(path, "step 1\na 1\n")
    log = GrowingFile(path, Lines, lambda _: RunInfo("run", step_column="step"))
    log.poll()
    assert {tag: facts.is_step for tag, facts in log.facts.items()} == {"step": True, "a": False}


def test_a_document_is_taken_in_when_it_is_whole(path):
    write(path, "a 1\na 2\nend\n", age_s=2 * REST_S)
    log = opened(path, Document, whole=True)
    log.poll()
    for torn in ["a 1\n", "", "a 1\na 2\na 3\n"]:
        write(path, torn, age_s=REST_S)
        news = log.poll()
        assert (values(news), news.rewritten, log.facts["a"].points) == ({}, frozenset(), 2)
    assert "it has no end" in log.problems[0].what
    write(path, "a 1\na 2\na 3\nend\n")
    assert values(log.poll()) == {"a": [3]}
    assert not log.problems
    assert loaded(log) == {"a": [1, 2, 3]}


def test_a_document_that_says_other_things_is_rewritten(path):
    write(path, "a 1\nb 2\nend\n", age_s=REST_S)
    log = opened(path, Document, whole=True)
    log.poll()
    write(path, "a 3\na 4\nend\n")
    assert log.poll().rewritten == {"a", "b"}
    assert loaded(log) == {"a": [3, 4]}
