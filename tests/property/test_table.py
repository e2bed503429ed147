import csv
import io
import json
import math
import struct
from urllib.parse import parse_qs, urlencode

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from app.api.table_text import csv_head, csv_lines, jsonl_lines
from app.store.table import SortKey, TableQuery, open_table, parse_table_query, table_parameters
from app.store.table.conditions import Condition, parse_conditions
from tests.unit.table.array_store import ArrayStore, records

floats = st.floats(-1e300, 1e300) | st.sampled_from([math.nan, math.inf, -math.inf])
words = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=8)
points = st.lists(st.tuples(st.integers(-3, 12), floats), max_size=12).map(records)
runs = st.dictionaries(
    st.sampled_from(["r/1", "r/2", "s"]),
    st.dictionaries(st.sampled_from(["a", "b/c", "d"]), points, max_size=3),
    max_size=3,
)
names = st.text(min_size=1, max_size=8).map(str.strip).filter(bool)
conditions = st.builds(
    Condition, names, st.sampled_from(["<", "<=", "=", "!=", "~", "!~"]), words, st.just(True)
) | st.builds(Condition, names, st.sampled_from(["<", ">=", "="]), st.integers().map(str) | floats.map(repr))
queries = st.builds(
    TableQuery,
    rows=st.sampled_from(["runs", "steps", "long"]),
    run_ids=st.lists(words).map(tuple),
    run_filter=st.sampled_from(["", "lr", "/lr-.*/"]),
    tags=st.lists(words).map(tuple),
    columns=st.lists(words).map(tuple),
    statistics=st.lists(st.sampled_from(["last", "best", "min", "max", "mean"]), min_size=1, unique=True).map(tuple),
    directions=st.lists(st.tuples(words, st.sampled_from(["min", "max", None]))).map(tuple),
    from_step=st.none() | st.integers(),
    to_step=st.none() | st.integers(),
    where=st.lists(conditions, max_size=3).map(tuple),
    sort=st.lists(st.builds(SortKey, words, st.booleans()), max_size=3).map(tuple),
    k=st.integers(1, 1000),
    overlap=st.sampled_from(["latest", "all"]),
)


def bits(value):
    """A cell that compares equal only where every bit of a number is the same."""
    return struct.pack("<d", value) if isinstance(value, float) and not math.isnan(value) else str(value)


def rows_of(batches):
    return [tuple(map(bits, row.values())) for batch in batches for row in batch.to_pylist()]


@given(queries)
def test_a_question_survives_the_way_through_a_url(query):
    assert parse_table_query(parse_qs(urlencode(table_parameters(query)), keep_blank_values=True)) == query


@given(st.lists(conditions, min_size=1, max_size=4))
def test_conditions_are_read_back_as_they_are_written(given_conditions):
    assert parse_conditions(" and ".join(map(str, given_conditions))) == tuple(given_conditions)


@given(runs)
def test_rows_of_steps_are_the_join_that_a_plain_loop_makes(found):
    expected = []
    for run_id, series in found.items():
        cells = {}
        for tag, columns in series.items():
            for step, value in zip(columns.step.tolist(), columns.value.tolist(), strict=True):
                cells.setdefault(step, {})[tag] = value
        tags = sorted({tag for each in found.values() for tag, columns in each.items() if len(columns)})
        expected += [(run_id, step, *(cells[step].get(tag) for tag in tags)) for step in sorted(cells)]
    table = open_table(ArrayStore(found), TableQuery())
    shown = [name for name in table.schema.names if name not in ("wall_time", "relative_time")]
    rows = table.page(0, 1000).rows.select(shown)
    assert rows_of([rows]) == [tuple(map(bits, row)) for row in expected]


@given(
    runs,
    st.sampled_from(["steps", "long"]),
    st.lists(st.sampled_from(["step", "run", "wall_time"]), unique=True),
    st.data(),
)
def test_pages_and_downloads_hold_the_same_rows_in_the_same_order(found, rows, keys, data):
    sort = tuple(SortKey(key, data.draw(st.booleans())) for key in keys)
    table = open_table(ArrayStore(found), TableQuery(rows=rows, sort=sort))
    whole = rows_of([table.page(0, 1000).rows])
    assert rows_of(block.rows for block in table.blocks()) == whole
    assert rows_of(table.page(start, 3).rows for start in range(0, len(whole), 3)) == whole


@given(runs)
def test_a_download_in_many_blocks_is_the_same_as_in_one(found):
    for sort in ((), (SortKey("step", descending=True),)):
        table = open_table(ArrayStore(found), TableQuery(rows="long", sort=sort))
        whole = rows_of(block.rows for block in table.blocks())
        blocks = list(table.blocks(max_cells=10))
        assert rows_of(block.rows for block in blocks) == whole
        assert [block.done for block in blocks] == sorted(block.done for block in blocks)
        assert all(0 <= block.done <= 1 for block in blocks)


@given(st.lists(st.tuples(words | st.none(), floats | st.none(), st.integers(-(2**63), 2**63 - 1)), min_size=1))
def test_csv_and_json_lines_read_back_as_the_same_cells(rows):
    names, kinds = ["text, of a", "value", "step"], [pa.string(), pa.float64(), pa.int64()]
    columns = [pa.array(column, kind) for column, kind in zip(zip(*rows, strict=True), kinds, strict=True)]
    batch = pa.RecordBatch.from_arrays(columns, names)
    written = csv_head(names, "") + csv_lines(batch)
    header, *lines = csv.reader(io.StringIO(written.decode(), newline=""))
    assert header == names
    objects = [json.loads(line) for line in jsonl_lines(batch).split(b"\n")[:-1]]
    for (text, value, step), cells, plain in zip(rows, lines, objects, strict=True):
        assert cells[0] in (text or "", f"'{text}")
        assert plain.get("text, of a") == text
        assert bits(float(cells[1]) if cells[1] else None) == bits(value)
        assert bits(float(plain["value"]) if "value" in plain else None) == bits(value)
        assert int(cells[2]) == plain["step"] == step
