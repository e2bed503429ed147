"""`/api/v1/embeddings/…`: what the page of embeddings is drawn from."""

import io
import struct

import numpy as np
import orjson
import pytest
from flask import Flask

from app import api
from app.readers.contract import MediaItem
from app.settings import LogRoot, Settings
from tests.logged import until

VECTORS = np.random.default_rng(0).normal(size=(30, 4)).astype(np.float32)
QUESTION = {"run": "a", "tag": "w", "at": 0}
ROUTE = "/api/v1/embeddings/"


@pytest.fixture
def client(store, tmp_path):
    np.save(tmp_path / "vectors.npy", VECTORS)
    rows = [[f"point {row}", row % 3] for row in range(30)]
    rows[8][0] = "=run(1,2)"
    (tmp_path / "told.json").write_bytes(orjson.dumps({"columns": ["name", "class"], "rows": rows}))
    one = MediaItem(
        "w",
        "embedding",
        7,
        1.5,
        tmp_path / "vectors.npy",
        "application/x-npy",
        parts={"metadata": tmp_path / "told.json"},
    )
    store.put("a", media={"w": [one]})
    server = Flask("test")
    api.register(server, store, Settings(roots=(LogRoot("", tmp_path / "logs"),), cache_dir=tmp_path / "cache"))
    return server.test_client()


def columns(answer):
    """The header and the columns of a binary answer."""
    data = answer.data
    (length,) = struct.unpack_from("<I", data)
    header = orjson.loads(data[4 : 4 + length])
    start = -(-(4 + length) // 8) * 8
    assert {dtype for dtype, _, _ in header["columns"]} == {"f4"}
    return header, [np.frombuffer(data, "<f4", count, start + at) for _, at, count in header["columns"]]


def coordinates(client, **more):
    return client.post(ROUTE + "coordinates", json=QUESTION | more)


def test_it_is_told_what_there_is(client):
    told = client.get(ROUTE + "info", query_string=QUESTION).json
    assert (told["points"], told["dimensions"], told["left_out"], told["missing"]["tsne"]) == (30, 4, 0, "")
    points = client.get(ROUTE + "points", query_string=QUESTION).json
    assert points["rows"] is None
    name, number = points["columns"]
    assert (name["values"][3], name["is_class"], name["is_number"]) == ("point 3", True, False)
    assert (number["values"][:4], number["is_class"], number["is_number"]) == ([0, 1, 2, 0], True, True)


def test_components_come_as_columns_with_their_share_of_the_variance(client):
    header, found = columns(coordinates(client))
    assert (header["points"], len(found)) == (30, 4)
    assert sum(header["explained"]) == pytest.approx(1)
    variances = np.var(found, axis=1)
    assert variances / variances.sum() == pytest.approx(header["explained"], rel=1e-3)


def test_own_axes_are_dimensions_and_directions(client):
    axes = [{"dimension": 2}, {"start": [0], "end": [1]}]
    _, found = columns(coordinates(client, method="axes", axes=axes))
    assert found[0].tolist() == VECTORS[:, 2].tolist()
    assert found[1][:2] == pytest.approx([0, 1], abs=1e-6)


@pytest.mark.parametrize("form", ["csv", "tsv", "npy"])
def test_coordinates_are_saved_with_what_was_told_of_the_points(client, form):
    answer = coordinates(client, format=form)
    assert f"a-w-pca.{form}" in answer.headers["Content-Disposition"]
    if form == "npy":
        assert np.load(io.BytesIO(answer.data)).shape == (30, 4)
        return
    mark = {"csv": ",", "tsv": "\t"}[form]
    lines = answer.text.splitlines()
    assert lines[0].split(mark) == ["row", "name", "class", "pca_1", "pca_2", "pca_3", "pca_4"]
    assert lines[6].split(mark)[:3] == ["5", "point 5", "2"]
    assert len(lines) == 31
    assert lines[9].startswith('8,"\'=run(1,2)",' if form == "csv" else "8\t=run(1,2)\t")


def test_neighbours_come_with_their_distances(client):
    told = client.get(ROUTE + "neighbours", query_string=QUESTION | {"point": 3, "k": 4, "metric": "euclidean"}).json
    apart = np.linalg.norm(VECTORS - VECTORS[3], axis=1)
    assert told["points"] == np.argsort(apart)[1:5].tolist()
    assert told["distances"] == pytest.approx(np.sort(apart)[1:5], rel=1e-4)


def test_a_map_is_begun_followed_and_had(client):
    asked = QUESTION | {"method": "tsne", "parameters": {"iterations": 50, "perplexity": 5}}
    assert client.post(ROUTE + "job", json=asked).json["state"] == "none"
    assert coordinates(client, **asked).status_code == 422
    assert client.post(ROUTE + "job", json=asked | {"begin": True}).json["state"] in ("waiting", "running", "done")
    until(lambda: client.post(ROUTE + "job", json=asked).json["state"] == "done")
    header, found = columns(coordinates(client, **asked))
    assert (header["job"]["state"], len(found)) == ("done", 2)
    assert client.post(ROUTE + "cancel", json=asked).json == {"cancelled": False}


def test_vectors_that_are_gone_are_told_of(client, tmp_path):
    (tmp_path / "vectors.npy").unlink()
    answer = coordinates(client)
    assert answer.status_code == 404
    assert "no longer there" in answer.json["error"]


def test_another_sites_page_begins_nothing(client):
    asked = QUESTION | {"method": "tsne", "begin": True}
    answer = client.post(ROUTE + "job", json=asked, headers={"Origin": "http://elsewhere.example"})
    assert answer.status_code == 403


@pytest.mark.parametrize(
    ("question", "status", "words"),
    [
        ({"tag": "x"}, 404, "no embedding under x"),
        ({"run": "b"}, 404, "no run 'b'"),
        ({"at": 1}, 404, "none at place 1"),
        ({"method": "magic"}, 400, "method of the question is one of"),
        ({"method": "axes"}, 400, "none is told"),
        ({"method": "axes", "axes": [{"dimension": 9}]}, 400, "the vectors have 0 to 3"),
        ({"method": "axes", "axes": [{"start": ["x"]}]}, 400, "start of an axis must be a list of whole numbers"),
        ({"method": "tsne", "parameters": {"perplexity": 1000}}, 400, "perplexity must be from 2 to 200"),
        ({"method": "umap", "parameters": {"dims": 2.5}}, 400, "dims must be a whole number"),
        ({"format": "xls"}, 400, "is one of csv, tsv, npy"),
    ],
)
def test_a_question_that_makes_no_sense_is_answered_in_a_sentence(client, question, status, words):
    answer = coordinates(client, **question)
    assert answer.status_code == status
    assert words in answer.json["error"]


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"point": 30}, "There is no point 30"),
        ({"k": 0}, "k must be from 1 to 1000"),
        ({"metric": "x"}, "one of cosine"),
    ],
)
def test_neighbours_that_cannot_be_are_told_of(client, more, words):
    answer = client.get(ROUTE + "neighbours", query_string=QUESTION | more)
    assert answer.status_code == 400
    assert words in answer.json["error"]
