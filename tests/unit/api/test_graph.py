"""`GET /api/v1/graph`: a logged graph in one form, kept by the browser while it stays the same."""

import orjson
import pytest

from app.readers.contract import MediaItem, Span

WHOLE = {
    "format": 1,
    "method": "modules",
    "why": "w",
    "modules": [{"name": "", "parent": None, "layer": 0}],
    "layers": [{"class": "Net"}],
    "nodes": [],
    "tensors": [],
}


@pytest.fixture
def logged(store, tmp_path):
    """Puts graphs into the store, one after another in one file as event files have them."""

    def put(*contents, media_type="application/json"):
        path, items, offset = tmp_path / "log", [], 0
        path.write_bytes(b"".join(contents))
        for step, content in enumerate(contents):
            span = Span(offset, len(content))
            items.append(MediaItem("net", "graph", step, 1.5 + step, path, media_type, meta={"nodes": 1}, span=span))
            offset += len(content)
        store.put("a", media={"net": items})
        return path

    return put


def asked(client, **parameters):
    headers = parameters.pop("headers", {})
    return client.get("/api/v1/graph", query_string={"run": "a", "tag": "net"} | parameters, headers=headers)


def test_the_last_graph_comes_and_any_other_by_its_place(client, logged):
    logged(orjson.dumps(WHOLE | {"why": "first"}), orjson.dumps(WHOLE))
    assert asked(client).json == WHOLE
    assert asked(client, at=0).json["why"] == "first"
    assert asked(client, at=2).status_code == 404


def test_a_browser_that_has_it_is_told_so_until_it_changes(client, logged):
    logged(orjson.dumps(WHOLE))
    etag = asked(client).headers["ETag"]
    assert asked(client, headers={"If-None-Match": etag}).status_code == 304
    logged(orjson.dumps(WHOLE | {"why": "new"}), b"")
    again = asked(client, at=0, headers={"If-None-Match": etag})
    assert (again.status_code, again.json["why"]) == (200, "new")


@pytest.mark.parametrize(
    ("content", "media_type", "words"),
    [
        (b"{", "application/json", "it is no JSON"),
        (b'{"modules":[]}', "application/json", "it has no list of layers"),
        (b"\xff\xff", "application/protobuf", "a number has no end"),
        (b"", "application/protobuf", "it holds no graph"),
    ],
)
def test_a_damaged_graph_is_an_error_in_words(client, logged, content, media_type, words):
    logged(content, media_type=media_type)
    answer = asked(client)
    assert answer.status_code == 500
    assert answer.json["error"].startswith("The graph net of a cannot be shown: ")
    assert words in answer.json["error"]


def test_what_is_not_there_is_not_found(client, store, logged):
    path = logged(orjson.dumps(WHOLE))
    assert asked(client, tag="other").status_code == 404
    path.unlink()
    assert "no longer there" in asked(client).json["error"]
    item = MediaItem("net", "graph", 0, 1.5, None, "application/json", caption="It could not be read: torn.")
    store.put("a", media={"net": [item]})
    assert "It could not be read: torn." in asked(client).json["error"]
