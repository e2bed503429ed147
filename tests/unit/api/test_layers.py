"""`GET /api/v1/layers`: what the heat maps of layers by steps are drawn from."""

import csv
import io

import numpy as np
import pytest

from app.readers.contract import MediaItem
from app.store.chosen_items import each_of, pick
from app.store.layer_rows import LayerRows
from tests.arrays import columns


def item(tag, step, values, **more):
    values = np.array(values, np.float64)
    counts, edges = np.histogram(values, 4)
    facts = {"num": len(values), "sum": float(values.sum()), "sum_squares": float(values @ values)}
    limits = {"min": float(values.min()), "max": float(values.max())} if len(values) else {}
    meta = {"edges": edges.tolist(), "counts": counts.tolist(), **facts, **limits, **more}
    return MediaItem(tag, "histogram", step, 1.5 + step, None, "application/json", meta=meta)


def asked(client, **parameters):
    return client.get("/api/v1/layers", query_string={"run": "a"} | parameters)


@pytest.fixture
def layers(store):
    """Three layers; the second is logged every other step, the third holds values that are no numbers."""
    store.put(
        "a",
        media={
            "layer.10": [item("layer.10", step, [step, step + 2.0], zeros=0, nan=0, inf=0) for step in (0, 10, 20)],
            "layer.2": [item("layer.2", step, [1.0, 1.0, 4.0], zeros=0, nan=0, inf=0) for step in (0, 20)],
            "layer.3": [item("layer.3", step, [0.0, 0.0, 0.0, 4.0], zeros=3, nan=12, inf=4) for step in (0, 10, 20)],
        },
    )
    return store


def test_there_is_a_row_per_tag_in_natural_order_and_a_column_per_step(client, layers):
    told = asked(client, stat="mean").json
    assert (told["tags"], told["step"]) == (["layer.2", "layer.3", "layer.10"], [0, 10, 20])
    assert told["values"] == [[2.0, None, 2.0], [1.0, 1.0, 1.0], [1.0, 11.0, 21.0]]
    assert told["at"] == [[0, -1, 1], [0, 1, 2], [0, 1, 2]]
    assert (told["unread"], told["estimated"], told["unrecorded"]) == (0, [], [])


def test_values_that_are_not_finite_are_named_by_their_cell(client, layers):
    told = asked(client, stat="nonfinite").json
    assert told["nonfinite"] == [[1, 0, 12, 4], [1, 1, 12, 4], [1, 2, 12, 4]]
    assert told["values"][1] == [0.8, 0.8, 0.8]
    assert asked(client, stat="zeros").json["values"][1] == [0.75, 0.75, 0.75]


def test_what_a_log_does_not_record_is_said_and_not_guessed(client, store):
    store.put("a", media={"w": [item("w", 0, [1.0, 2.0])]})
    told = asked(client, stat="zeros").json
    assert (told["values"], told["unrecorded"]) == ([[None]], [0])
    assert asked(client, stat="std").json["unrecorded"] == []


def test_numbers_without_sums_are_said_to_be_estimates(client, store):
    bare = MediaItem("w", "histogram", 0, 1.0, None, "application/json", meta={"edges": [0, 1], "counts": [4]})
    store.put("a", media={"w": [bare]})
    told = asked(client, stat="mean").json
    assert (told["values"], told["estimated"]) == ([[0.5]], [0])
    assert asked(client, stat="max").json["estimated"] == []


def test_only_new_items_are_read_and_a_log_written_anew_is_read_again(store):
    first = [item("w", step, [1.0]) for step in range(300)]
    store.put("a", media={"w": first})
    rows = LayerRows()
    facts = store.run("a").facts["w"]
    found, read = rows.rows(store, "a", "w", facts, 100)
    assert read == len(found.at) <= 100
    assert rows.rows(store, "a", "w", facts, 100)[1] == 0
    store.put("a", media={"w": [*first, item("w", 300, [5.0])]})
    found, read = rows.rows(store, "a", "w", store.run("a").facts["w"], 100)
    assert (read, found.step[-1], found.table[-1][1]) == (1, 300, 5.0)
    store.put("a", media={"w": [item("w", step + 7, [9.0]) for step in range(400)]})
    found, read = rows.rows(store, "a", "w", store.run("a").facts["w"], 100)
    assert read == len(found.at)
    assert set(found.table[:, 1]) == {9.0}


def test_memory_is_bounded_and_the_oldest_tags_go(store):
    store.put("a", media={f"w{i}": [item(f"w{i}", step, [1.0]) for step in range(50)] for i in range(40)})
    rows = LayerRows(max_bytes=50_000)
    for tag, facts in store.run("a").facts.items():
        rows.rows(store, "a", tag, facts, 100)
    assert rows.size_bytes <= 50_000
    assert rows.rows(store, "a", "w39", store.run("a").facts["w39"], 100)[1] == 0
    assert rows.rows(store, "a", "w0", store.run("a").facts["w0"], 100)[1] > 0


@pytest.mark.parametrize("places", [[], [3], [0, 2, 4, 5], [0, 4, 8, 9], [1, 2, 7, 9], [0, 1]])
def test_items_are_picked_by_place_however_they_lie(places):
    assert pick(range(10), places) == places


def test_items_that_are_looked_at_once_come_a_few_at_a_time():
    class Counted(list):
        most = 0

        def __getitem__(self, place):
            found = super().__getitem__(place)
            self.most = max(self.most, len(found) if isinstance(place, slice) else 1)
            return found

    items = Counted(range(1_000))
    assert list(each_of(items, range(0, 1_000, 2))) == list(range(0, 1_000, 2))
    assert items.most < 50


def test_more_than_one_answer_holds_is_read_by_the_next(client, layers, monkeypatch):
    monkeypatch.setattr("app.api.layers._READ_AT_ONCE", 1)
    assert [asked(client, stat="std").json["unread"] for _ in range(4)] == [2, 1, 0, 0]


def test_tags_with_steps_of_their_own_share_the_columns_that_there_are(client, store):
    store.put("a", media={f"w{i}": [item(f"w{i}", 7 * step + i, [1.0]) for step in range(60)] for i in range(6)})
    told = asked(client, steps=50).json
    assert len(told["step"]) <= 50
    moved = {(row, column): step for row, column, step in told["elsewhere"]}
    later = [*told["step"][1:], 10**9]
    assert moved
    assert all(told["step"][column] < step < later[column] for (_, column), step in moved.items())


def test_all_numbers_of_all_steps_and_runs_can_be_downloaded(client, layers):
    layers.put("b", media={"w,1": [item("w,1", 5, [3.0, 4.0])]})
    answer = client.get("/api/v1/layers?run=a&run=b&format=csv")
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    assert len(rows) == 9
    assert 'filename="tailboard-layers-and-a-and-b.csv"' in answer.headers["Content-Disposition"]
    assert rows[2] | {"step": "0", "mean": "1", "zeros": "0.75", "nan": "12", "norm": "4"} == rows[2]
    assert (rows[-1]["run"], rows[-1]["tag"], rows[-1]["norm"], rows[-1]["zeros"]) == ("b", "w,1", "5", "")


def test_a_run_without_histograms_has_no_rows(client, store):
    store.put("a", {})
    assert asked(client).json["values"] == []


@pytest.mark.parametrize(
    ("parameters", "status", "words"),
    [
        ({"run": "x"}, 404, "no run 'x'"),
        ({"stat": "x"}, 400, "stat is one of mean, std"),
        ({"steps": 1}, 400, "steps must be from 2"),
        ({"format": "x"}, 400, "format is one of json, csv"),
    ],
)
def test_a_question_that_makes_no_sense_is_answered_in_a_sentence(client, layers, parameters, status, words):
    answer = asked(client, **parameters)
    assert answer.status_code == status
    assert words in answer.json["error"]


def test_watched_layers_are_rows_by_name_and_what_is_not_finite_is_named(client, store):
    nan, inf = float("nan"), float("inf")
    store.put(
        "a",
        {
            "watch/grad_norm/layer.10.weight": columns([1.0, 2.0, 3.0], [0, 100, 200]),
            "watch/grad_norm/layer.2.weight": columns([nan, inf], [100, 200]),
            "watch/weight_norm/layer.2.weight": columns([5.0], [0]),
            "watch/grad_norm": columns([9.0], [0]),
        },
    )
    answer = asked(client, stat="grad_norm").json
    assert answer["tags"] == ["layer.2.weight", "layer.10.weight"]
    assert answer["step"] == [0, 100, 200]
    assert answer["values"] == [[None, None, None], [1.0, 2.0, 3.0]]
    assert answer["at"] == [[-1, 0, 1], [0, 1, 2]]
    assert answer["nonfinite"] == [[0, 1, 1, 0], [0, 2, 0, 1]]
    assert asked(client, stat="grad_norm", steps=2).json["step"] == [0, 200]
    assert asked(client, stat="grad_zeros").json["tags"] == []
