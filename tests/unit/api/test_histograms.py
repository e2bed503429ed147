"""`GET /api/v1/histograms`: what the page of histograms is drawn from."""

import json
from collections.abc import Sequence

import numpy as np
import pytest

from app.readers.contract import MediaItem


def item(step, values=(0.0, 0.25, 1.0), **more):
    counts, edges = np.histogram(values, 4, (0, 1))
    meta = {"edges": edges.tolist(), "counts": counts.tolist(), **more}
    return MediaItem("w", "histogram", step, 1.5, None, "application/json", meta=meta)


def asked(client, **parameters):
    return client.get("/api/v1/histograms", query_string={"run": "a", "tag": "w"} | parameters)


class Lazy(Sequence):
    """Items that are made when they are asked for, as event files have them; counts how many were."""

    def __init__(self, count):
        self.count = count
        self.made = 0

    def __len__(self):
        return self.count

    def __getitem__(self, place):
        places = range(self.count)[place]
        if isinstance(places, range):
            return [self[each] for each in places]
        self.made += 1
        return item(places)


def test_every_step_is_on_one_grid_with_its_quantiles(client, store):
    store.put("a", media={"w": [item(0, min=0.0, max=1.0), item(10, [0.5] * 8)]})
    told = asked(client).json
    assert (told["total"], told["at"], told["step"], told["num"]) == (2, [0, 1], [0, 10], [3, 8])
    assert len(told["edges"]) == 61
    assert [sum(counts) for counts in told["counts"]] == pytest.approx([3, 8], rel=1e-3)
    assert told["quantiles"][0][0] == 0
    assert told["quantiles"][0][-1] == 1
    assert len(told["levels"]) == len(told["quantiles"][1]) == 7


def test_of_many_steps_some_are_sent_and_only_those_are_read(client, store, monkeypatch):
    items = Lazy(10_000)
    store.put("a", media={"w": [item(0)]})
    monkeypatch.setattr(store, "media", lambda *_: items)
    told = asked(client, steps=50).json
    assert told["total"] == 10_000
    assert 25 <= len(told["step"]) <= 50
    assert (told["step"][0], told["step"][-1]) == (0, 9_999)
    assert items.made == len(told["step"])


def test_steps_that_were_logged_again_are_told_once(client, store):
    store.put("a", media={"w": [item(0), item(10), item(20, [0.1]), item(10, [0.9] * 5), item(20, [0.9] * 7)]})
    told = asked(client).json
    assert (told["step"], told["at"], told["num"]) == ([0, 10, 20], [0, 3, 4], [3, 5, 7])


def test_one_step_has_its_buckets_as_they_were_counted(client, store):
    store.put("a", media={"w": [item(0), item(7, [0.1, 0.6, 0.6], min=0.1, num=3.0)]})
    told = asked(client, at=1).json
    assert (told["step"], told["edges"], told["counts"]) == (7, [0.0, 0.25, 0.5, 0.75], [1, 0, 2])
    assert (told["min"], told["num"]) == (0.1, 3)


def test_an_empty_histogram_has_no_quantiles(client, store):
    empty = MediaItem("w", "histogram", 0, 1.5, None, "application/json", meta={"edges": [], "counts": []})
    store.put("a", media={"w": [empty]})
    told = asked(client).json
    assert told["quantiles"] == [["NaN"] * 7]
    assert told["num"] == [0]
    assert asked(client, at=0).json["counts"] == []


def test_one_that_could_not_be_read_says_why(client, store):
    broken = MediaItem("w", "histogram", 0, 1.5, None, "application/json", caption="It could not be read: cut.")
    store.put("a", media={"w": [broken, item(1)]})
    assert asked(client).json["message"] == "It could not be read: cut."
    assert asked(client, at=0).json["message"] == "It could not be read: cut."


def test_every_bucket_of_every_step_can_be_downloaded(client, store):
    store.put("a", media={"w": [item(0), item(7, [0.1, 0.6, 0.6], nan=2)]})
    text = asked(client, format="csv").text.splitlines()
    assert text[0] == "step,wall_time,from,to,count"
    assert text[1:3] == ["0,1.5,0,0.25,1", "0,1.5,0.25,0.5,1"]
    assert text[-2:] == ["7,1.5,0.5,0.75,2", "7,1.5,0.75,1,0"]
    lines = [json.loads(line) for line in asked(client, format="jsonl").text.splitlines()]
    assert [(line["step"], line["counts"], line.get("nan")) for line in lines] == [
        (0, [1, 1, 0, 1], None),
        (7, [1, 0, 2, 0], 2),
    ]


def test_values_that_are_not_finite_are_told_of_each_step(client, store):
    store.put("a", media={"w": [item(0), item(7, nan=12, inf=1), item(9, nan=None)]})
    assert asked(client).json["nonfinite"] == [[0, 0], [12, 1], [0, 0]]
    assert asked(client, at=1).json["nan"] == 12


@pytest.mark.parametrize("value", [0.0, -3.5])
def test_a_histogram_of_one_value_is_drawn_around_it(client, store, value):
    meta = {"edges": [value, value], "counts": [5], "min": value, "max": value, "num": 5}
    one = MediaItem("w", "histogram", 0, 1.5, None, "application/json", meta=meta)
    store.put("a", media={"w": [one]})
    told = asked(client).json
    assert told["quantiles"] == [[value] * 7]
    assert told["edges"][0] < value < told["edges"][-1]
    assert sum(told["counts"][0]) == 5
    assert asked(client, at=0).json["statistics"]["std"] == 0


@pytest.mark.parametrize(
    ("parameters", "status", "words"),
    [
        ({"tag": "x"}, 404, "no histogram under x"),
        ({"run": "b"}, 404, "no run 'b'"),
        ({"steps": 1}, 400, "steps must be from 2"),
        ({"steps": 501}, 400, "steps must be from 2"),
        ({"at": 1}, 404, "none at place 1"),
        ({"at": "x"}, 400, "at must be a whole number"),
    ],
)
def test_a_question_that_makes_no_sense_is_answered_in_a_sentence(client, store, parameters, status, words):
    store.put("a", media={"w": [item(0)]})
    answer = asked(client, **parameters)
    assert answer.status_code == status
    assert words in answer.json["error"]
