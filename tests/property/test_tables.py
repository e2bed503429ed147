import csv
import io
import os
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.readers.contract import Choices
from app.readers.rl_monitor import READER as MONITORS
from app.readers.tables import READER as TABLES

NUMBERS = st.one_of(st.floats().map(repr), st.integers(-9, 99).map(str), st.sampled_from(["nan", "-Infinity", " 1.5 "]))
TEXTS = st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=5) | st.sampled_from(["a\nb", 'say "hi"', "#"])
CELLS = st.one_of(NUMBERS, NUMBERS, st.just(""), TEXTS)
NAMES = ["step", "loss", "α/β", "note"]


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    return tmp_path_factory.mktemp("tables") / "log.csv"


def written(rows, separator=","):
    text = io.StringIO()
    csv.writer(text, delimiter=separator, lineterminator="\n").writerows([NAMES, *rows])
    return text.getvalue().encode()


def numbers(rows, separator):
    """Return what Python reads of each column; where commas part no cells, a number may have one."""
    found = {name: [] for name in NAMES}
    for row in rows:
        for name, cell in zip(NAMES, row, strict=True):
            try:
                found[name].append(repr(float(cell if separator == "," else cell.replace(",", "."))))
            except ValueError:
                continue
    return {name: values for name, values in found.items() if values}


def loaded(log):
    return {tag: list(map(repr, columns.value.tolist())) for tag, columns in log.load(list(log.facts)).items()}


def write(path, data, mode="wb", age_s=-60.0):
    """Write to the file; one of tomorrow never rests, so that its last line is torn until its newline is there."""
    with path.open(mode) as file:
        file.write(data)
    then = time.time() - age_s
    os.utime(path, (then, then))


ROWS = st.lists(st.tuples(st.integers(0, 9).map(str), CELLS, CELLS, CELLS), min_size=1, max_size=12)


@given(rows=ROWS, cuts=st.lists(st.integers(0, 400), max_size=6), separator=st.sampled_from(",\t;"))
def test_a_table_holds_the_same_numbers_however_it_grows(path, rows, cuts, separator):
    data = written(rows, separator)
    write(path, b"")
    log = TABLES.open(path)
    told = {}
    ends = sorted({*(cut for cut in cuts if 0 < cut < len(data)), len(data)})
    for begin, end in zip([0, *ends], ends, strict=False):
        write(path, data[begin:end], "ab")
        news = log.poll()
        assert not news.behind
        told = {tag: values for tag, values in told.items() if tag not in news.rewritten}
        told |= {tag: loaded(log)[tag] for tag in news.rewritten & log.facts.keys()}
        for tag, columns in news.appended.items():
            told[tag] = told.get(tag, []) + list(map(repr, columns.value.tolist()))
        assert told == loaded(log)
    assert not log.problems
    assert loaded(log) == numbers(rows, separator)


@given(rows=ROWS, cut=st.integers(0, 400), choice=st.sampled_from([None, "", "loss", "step"]))
def test_steps_do_not_depend_on_when_the_rows_were_seen(path, rows, cut, choice):
    data = written(rows)
    write(path, data[:cut])
    grown = TABLES.open(path, Choices(choice))
    grown.poll()
    write(path, data[cut:], "ab")
    grown.poll()
    at_once = TABLES.open(path, Choices(choice))
    at_once.poll()
    assert grown.info == at_once.info
    for tag, columns in at_once.load(list(at_once.facts)).items():
        assert columns.step.tolist() == grown.load([tag])[tag].step.tolist()


@pytest.mark.parametrize("reader", [TABLES, MONITORS], ids=lambda reader: reader.name)
@given(
    data=st.one_of(
        st.binary(max_size=300),
        st.text(st.sampled_from('a,1;|\t "\n\r#-.e\0\x0b'), max_size=80).map(str.encode),
        st.text(st.sampled_from("l,r;t1\n#{}"), max_size=80).map(lambda text: f"#{{}}\nr,l,t\n{text}".encode()),
    ),
    cut=st.integers(0, 300),
)
def test_nothing_that_a_file_holds_raises(path, reader, data, cut):
    path = Path(path)
    for mode, part in (("wb", data[:cut]), ("ab", data[cut:])):
        write(path, part, mode, age_s=60)
        reader.find(path.parent, [path.name], named=True)
    log = reader.open(path)
    while log.poll().behind:
        pass
    assert {tag: len(columns) for tag, columns in log.load(list(log.facts)).items()} == {
        tag: facts.points for tag, facts in log.facts.items()
    }
