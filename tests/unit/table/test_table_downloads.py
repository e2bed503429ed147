import csv
import datetime as dt
import io
import json
import math
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq
import pytest
from flask import Flask

from app import api
from app.api.downloads import MAX_TICKETS, Downloads
from app.api.table import file_name
from app.api.table_text import csv_number, csv_text
from app.settings import LogRoot, Settings
from tests.unit.table.array_store import ArrayStore, records

EVIL = '=HYPERLINK("http://x","y")'
STORE = ArrayStore(
    {
        "digits/a": {
            "train/loss": records([(0, 0.1 + 0.2), (10, math.nan), (20, -math.inf), (30, 1.0)]),
            "val,acc": records([(20, -0.8)], began=1002.0),
        },
        "digits/-b": {"train/loss": records([(0, 5e-324), (10, math.inf)])},
    },
    {"digits/a": {"note": EVIL, "lr": 0.1}, "digits/-b": {"note": "line\nbreak", "lr": "-3"}},
)


@pytest.fixture
def client():
    server = Flask("test")
    api.register(server, STORE, Settings(roots=(LogRoot("", Path()),)))
    return server.test_client()


def download(client, **parameters):
    answer = client.get("/api/v1/table", query_string=parameters)
    assert answer.status_code == 200, answer.json
    return answer


def test_csv_says_in_its_first_line_what_it_is(client):
    first, header, *_ = download(client, format="csv").text.splitlines()
    assert first.startswith("# Tailboard: 2 runs  2 metrics · one row per run and step")
    assert next(csv.reader([header])) == ["run", "step", "wall_time", "relative_time", "train/loss", "val,acc"]


def test_csv_is_read_back_by_pandas_with_every_digit(client):
    text = download(client, format="csv", run="digits/a").text
    frame = pd.read_csv(io.StringIO(text), comment="#")
    assert frame["train/loss"].tolist()[:1] == [0.1 + 0.2]
    assert frame["train/loss"].tolist()[2:] == [-math.inf, 1.0]
    assert frame["val,acc"].isna().tolist() == [True, True, False, True]
    assert frame["val,acc"][2] == -0.8


def test_csv_tells_nan_from_missing_and_keeps_whole_floats_floats(client):
    rows = list(csv.DictReader(download(client, format="csv", run="digits/a", about="0").text.splitlines()))
    assert [row["train/loss"] for row in rows] == ["0.30000000000000004", "NaN", "-Infinity", "1.0"]
    assert [row["val,acc"] for row in rows] == ["", "", "-0.8", ""]


def test_csv_text_that_a_spreadsheet_would_run_is_shown_instead(client):
    text = download(client, format="csv", rows="runs", column=["config.note", "notes"], about="0").text
    assert list(csv.reader(io.StringIO(text))) == [
        ["config.note", "notes"],
        ["'" + EVIL, "'=1+1"],
        ["line\nbreak", "'=1+1"],
    ]


@pytest.mark.parametrize("text", ["=1", "+x", "-x", "@x", "\tx", "\rx", "\nx", "＝1", "-1-1", "+1+cmd|' /C calc'!A0"])
def test_every_beginning_of_a_formula_gets_an_apostrophe(text):
    (cell,) = next(csv.reader(io.StringIO(csv_text(text), newline="")))
    assert cell == "'" + text


@pytest.mark.parametrize("text", ["-1", "+1.5", "-2e-05", "plain", "a=b", ""])
def test_numbers_and_plain_text_stay_as_they_are(text):
    assert csv_text(text) == text


def test_column_names_are_made_safe_as_well(client):
    server = Flask("test")
    store = ArrayStore({"a": {"=cmd": records([(1, 1.0)])}})
    api.register(server, store, Settings(roots=()))
    assert "'=cmd" in server.test_client().get("/api/v1/table?format=csv&about=0").text.splitlines()[0]


def test_json_lines_are_strict_json_with_what_they_are_in_the_first(client):
    def refuse(word):
        raise AssertionError(f"{word} is not JSON")

    first, *rows = [
        json.loads(line, parse_constant=refuse) for line in download(client, format="jsonl").text.splitlines()
    ]
    assert first["_about"]["text"].startswith("2 runs, 2 metrics")
    assert first["_about"]["query"].startswith("rows=steps")
    assert rows[0] == {
        "run": "digits/a",
        "step": 0,
        "wall_time": 1000.0,
        "relative_time": 10.0,
        "train/loss": 0.1 + 0.2,
    }
    assert [row["train/loss"] for row in rows] == [0.1 + 0.2, "NaN", "-Infinity", 1.0, 5e-324, "Infinity"]


def test_json_lines_keep_any_text(client):
    lines = download(
        client, format="jsonl", rows="runs", column=["config.note", "config.lr"], about="0"
    ).text.splitlines()
    assert [json.loads(line) for line in lines] == [
        {"config.note": EVIL, "config.lr": "0.1"},
        {"config.note": "line\nbreak", "config.lr": "-3"},
    ]


def test_parquet_keeps_types_and_says_what_it_is(client):
    table = pq.read_table(io.BytesIO(download(client, format="parquet").data))
    assert [str(field.type) for field in table.schema] == ["string", "int64", "double", "double", "double", "double"]
    assert table.column("val,acc").to_pylist() == [None, None, -0.8, None, None, None]
    assert table.column("train/loss").to_pylist()[5] == math.inf
    assert table.schema.metadata[b"tailboard.about"].startswith(b"2 runs, 2 metrics")


@pytest.mark.parametrize("kind", ["csv", "jsonl", "parquet"])
def test_a_download_without_rows_is_a_whole_file(client, kind):
    data = download(client, format=kind, where="step > 99").data
    if kind == "parquet":
        assert pq.read_table(io.BytesIO(data)).num_rows == 0
    else:
        assert len(data.splitlines()) == (2 if kind == "csv" else 1)


def test_a_sorted_download_is_in_the_order_asked_for(client):
    text = download(client, format="csv", column=["run", "step"], sort=["step:desc", "run"], about="0").text
    assert text.splitlines()[1:] == [
        "digits/a,30", "digits/a,20", "digits/-b,10", "digits/a,10", "digits/-b,0", "digits/a,0",
    ]  # fmt: skip


def test_a_page_is_json_with_its_columns_and_the_best_values(client):
    body = client.get("/api/v1/table?run=digits/a&column=step&column=train/loss&offset=1&limit=2").json
    assert body["columns"][1] == {
        "name": "train/loss", "kind": "float", "means": "value of train/loss", "better": "min", "metric": "train/loss",
        "statistic": None, "step_of": False, "config": None, "differs": True,
    }  # fmt: skip
    assert body["rows"] == [[10, "NaN"], [20, "-Infinity"]]
    assert body["total"] == 4
    assert body["best"] == {"train/loss": 0.1 + 0.2}


def test_all_columns_are_told_without_reading_a_series():
    server, store = Flask("test"), ArrayStore({"a": {"val/acc": records([(1, 1.0)])}}, {"a": {"lr": 1}})
    api.register(server, store, Settings(roots=()))
    body = server.test_client().get("/api/v1/table/columns?rows=runs&stats=last,best").json
    names = [column["name"] for column in body["columns"]]
    assert names[0] == "run"
    assert names[-5:] == ["config.lr", "val/acc.last", "val/acc.last_step", "val/acc.max", "val/acc.max_step"]
    assert store.looked_at == []


@pytest.mark.parametrize(
    ("parameters", "status", "message"),
    [
        ("run=nobody", 404, "There is no run 'nobody'"),
        ("format=xls", 400, 'format must be one of json, csv, parquet, jsonl, not "xls"'),
        ("limit=100000", 400, "limit at most 10,000 rows"),
        ("offset=x", 400, "offset and limit are whole numbers"),
        ("where=step+~+1&format=csv", 400, "step holds numbers"),
        ("format=csv&ticket=a", 400, "A ticket is"),
    ],
)
def test_a_question_that_cannot_be_answered_is_refused_in_words(client, parameters, status, message):
    answer = client.get(f"/api/v1/table?{parameters}")
    assert answer.status_code == status
    assert message in answer.json["error"]


def test_a_question_too_long_for_an_address_may_come_in_a_form(client):
    asked = {"run": ["digits/a", "digits/-b"], "column": ["run", "step"], "limit": "1"}
    assert client.post("/api/v1/table", data=asked).json == client.get("/api/v1/table", query_string=asked).json


def test_a_download_tells_its_progress_under_its_ticket(client):
    assert client.get("/api/v1/table/progress?ticket=ticket-0001").status_code == 404
    size = len(download(client, format="csv", ticket="ticket-0001").data)
    assert client.get("/api/v1/table/progress?ticket=ticket-0001").json == {
        "state": "done", "done": 1.0, "rows": 6, "size_bytes": size, "message": "",
    }  # fmt: skip


def test_a_download_that_the_browser_stops_is_said_to_be_stopped(client):
    answer = client.get("/api/v1/table?format=csv&ticket=ticket-0002", buffered=False)
    next(answer.response)
    answer.close()
    assert client.get("/api/v1/table/progress?ticket=ticket-0002").json["state"] == "stopped"


def test_the_oldest_tickets_are_forgotten():
    downloads = Downloads()
    for number in range(MAX_TICKETS + 1):
        downloads.begin(f"ticket-{number}")
    assert downloads.progress("ticket-0") is None
    assert downloads.progress(f"ticket-{MAX_TICKETS}") is not None


@pytest.mark.parametrize(
    ("run_ids", "name"),
    [
        (["digits/a", "digits/b", "digits/c"], "tailboard-digits-3-runs-2026-11-21.csv"),
        (["digits/lr 0.1"], "tailboard-digits-lr-0.1-2026-11-21.csv"),
        (["a", "b"], "tailboard-2-runs-2026-11-21.csv"),
        (['x"/../y'], "tailboard-x-y-2026-11-21.csv"),
        ([], "tailboard-0-runs-2026-11-21.csv"),
    ],
)
def test_a_download_is_named_after_its_runs(run_ids, name):
    assert file_name(run_ids, "csv", dt.date(2026, 11, 21)) == name


def test_the_download_carries_its_name_and_what_it_is_in_its_headers(client):
    headers = download(client, format="parquet").headers
    assert headers["Content-Disposition"].startswith('attachment; filename="tailboard-digits-2-runs-')
    assert headers["X-Tailboard-About"].startswith("2 runs, 2 metrics")


@pytest.mark.parametrize(
    ("number", "cell"),
    [
        (None, ""),
        (float("nan"), ""),
        (float("-inf"), "-Infinity"),
        (3.0, "3"),
        (-0.1, "-0.1"),
        (1e300, "1e+300"),
        (2.0**53 - 1, "9007199254740991"),
    ],
)
def test_a_number_is_written_shortly_and_reads_back_as_it_was(number, cell):
    assert csv_number(number) == cell
