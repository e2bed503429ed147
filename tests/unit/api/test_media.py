import hashlib
from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

import pytest

from app.readers.contract import MediaItem, Span

PNG = b"\x89PNG\r\n\x1a\n" + bytes(100)


@pytest.fixture
def put(store, tmp_path):
    """Log a blob: write its file, list it, and return the item."""

    def log(data, media_type, ending, tag="samples", step=0):
        path = tmp_path / f"{hashlib.sha256(data).hexdigest()}.{ending}"
        path.write_bytes(data)
        item = MediaItem(tag, "image", step, 1.5, path, media_type, "a cat", size_bytes=len(data))
        store.put("a b", media={tag: [*store.media("a b", tag), item]})
        return item

    store.put("a b")
    return log


def listed(client, **parameters):
    return client.get("/api/v1/media", query_string={"run": "a b", "tag": "samples"} | parameters).json


def test_items_are_listed_with_an_address_that_gives_the_blob(client, put):
    put(PNG, "image/png", "png", step=7)
    answer = listed(client)
    (item,) = answer["items"]
    assert answer["total"] == 1
    assert (item["step"], item["caption"], item["media_type"], item["size_bytes"]) == (7, "a cat", "image/png", 108)
    blob = client.get(item["src"])
    assert (blob.data, blob.mimetype) == (PNG, "image/png")


def test_a_gallery_asks_for_new_items_only(client, put):
    for step in range(3):
        put(PNG + bytes([step]), "image/png", "png", step=step)
    answer = listed(client, after=2)
    assert [item["step"] for item in answer["items"]] == [2]
    assert answer["total"] == 3


def test_text_comes_with_the_list(client, store):
    store.put("a b", media={"samples": [MediaItem("samples", "text", 1, 0.0, None, "text/markdown", text="*hi*")]})
    (item,) = listed(client)["items"]
    assert item["text"] == "*hi*"
    assert "src" not in item


def test_a_blob_is_cached_for_good_and_not_sent_twice(client, put):
    put(PNG, "image/png", "png")
    src = listed(client)["items"][0]["src"]
    first = client.get(src)
    assert "immutable" in first.headers["Cache-Control"]
    assert client.get(src, headers={"If-None-Match": first.headers["ETag"]}).status_code == 304


def test_a_part_of_a_blob_can_be_asked_for(client, put):
    put(PNG, "image/png", "png")
    part = client.get(listed(client)["items"][0]["src"], headers={"Range": "bytes=1-3"})
    assert (part.status_code, part.data) == (206, b"PNG")


@pytest.mark.parametrize(
    ("media_type", "ending"),
    [("image/svg+xml", "svg"), ("application/xhtml+xml", "xml"), ("text/html\r\nX: y", "html")],
)
def test_a_logged_page_cannot_run_script_with_our_rights(client, put, media_type, ending):
    put(b"<script>alert(1)</script>", media_type, ending)
    blob = client.get(listed(client)["items"][0]["src"])
    assert blob.headers["Content-Security-Policy"].startswith("sandbox; default-src 'none'")
    assert blob.headers["X-Content-Type-Options"] == "nosniff"
    assert "X" not in blob.headers


def test_a_logged_page_runs_its_scripts_without_an_origin_or_a_network(client, put):
    put(b"<script>alert(1)</script>", "text/html", "html")
    policy = client.get(listed(client)["items"][0]["src"]).headers["Content-Security-Policy"].split("; ")
    assert policy[:2] == ["sandbox allow-scripts", "default-src 'none'"]
    places = {word for rule in policy[1:] for word in rule.split()[1:]}
    assert places == {"'none'", "'unsafe-inline'", "'unsafe-eval'", "data:", "blob:"}


def test_an_array_that_lies_in_a_log_in_another_form_is_sent_as_it_is_made(client, store, tmp_path):
    (tmp_path / "log").write_bytes(b"0123456789")
    span = Span(2, 4)
    items = [
        MediaItem("samples", "mesh", 0, 1.0, tmp_path / "log", "application/x-npy", index=index, count=2, span=span)
        for index in range(2)
    ]
    made = [replace(item, make=lambda index=item.index: b"made %d" % index) for item in items]
    store.put("a b", media={"samples": [replace(one, parts_in_log={"faces": made[1]}) for one in made]})
    first, second = listed(client)["items"]
    assert [client.get(src).data for src in (first["src"], second["src"])] == [b"made 0", b"made 1"]
    assert client.get(first["parts"]["faces"]).data == b"made 1"
    assert first["src"].split("?")[0].endswith(".npy")


def test_a_picture_needs_no_sandbox_but_no_guessing_either(client, put):
    put(PNG, "image/png", "png")
    blob = client.get(listed(client)["items"][0]["src"])
    assert "Content-Security-Policy" not in blob.headers
    assert blob.headers["X-Content-Type-Options"] == "nosniff"


def test_without_a_tag_every_tag_of_the_run_is_searched(client, put):
    item = put(PNG, "image/png", "png", tag="deep/tag")
    assert client.get(f"/api/v1/media/{item.path.name}?run=a%20b").data == PNG


@pytest.mark.parametrize("name", ["run.json", "../run.json", "..%2Frun.json", "%2Fetc%2Fpasswd", "a" * 64 + ".png"])
def test_only_what_the_run_lists_is_sent(client, put, tmp_path, name):
    (tmp_path / "run.json").write_text("{}")
    (tmp_path / ("a" * 64 + ".png")).write_bytes(PNG)
    put(PNG, "image/png", "png")
    assert client.get(f"/api/v1/media/{name}?run=a%20b").status_code == 404


def test_a_listed_file_of_another_name_than_its_hash_is_not_sent(client, store, tmp_path):
    (tmp_path / "secret.png").write_bytes(PNG)
    item = MediaItem("samples", "image", 0, 0.0, tmp_path / "secret.png", "image/png")
    store.put("a b", media={"samples": [item]})
    assert client.get("/api/v1/media/secret.png?run=a%20b").status_code == 404


def test_a_blob_whose_file_is_gone_is_404_in_words(client, put):
    put(PNG, "image/png", "png").path.unlink()
    answer = client.get(listed(client)["items"][0]["src"])
    assert answer.status_code == 404
    assert "no longer there" in answer.json["error"]


def test_addresses_carry_the_prefix_and_the_run(client_at, put):
    put(PNG, "image/png", "png")
    client = client_at("/tb/")
    src = client.get("/tb/api/v1/media?run=a%20b&tag=samples").json["items"][0]["src"]
    assert src.startswith("/tb/api/v1/media/")
    assert parse_qs(urlsplit(src).query)["run"] == ["a b"]
    assert client.get(src).data == PNG


@pytest.fixture
def put_parts(store, tmp_path):
    """Log blobs that lie in one file with other things between them, and return the items."""

    def log(*blobs, media_type="image/png"):
        path = tmp_path / "events.out.tfevents.1.host"
        items, data = [], b"before"
        for step, blob in enumerate(blobs):
            span = Span(len(data), len(blob))
            items.append(MediaItem("samples", "image", step, 1.5 + step, path, media_type, span=span))
            data += blob + b"between"
        path.write_bytes(data)
        store.put("a b", media={"samples": items})
        return items

    return log


def test_a_blob_in_a_larger_file_is_sent_alone(client, put_parts):
    put_parts(PNG, b"second" * 9000, b"")
    first, second, third = (client.get(item["src"]) for item in listed(client)["items"])
    assert (first.data, first.mimetype, first.content_length) == (PNG, "image/png", 108)
    assert second.data == b"second" * 9000
    assert third.data == b""


@pytest.mark.parametrize(
    ("asked", "begin", "end"),
    [("bytes=0-0", 0, 1), ("bytes=100-", 100, 108), ("bytes=-8", 100, 108), ("bytes=5-900", 5, 108)],
)
def test_ranges_of_a_blob_in_a_larger_file_count_from_its_own_first_byte(client, put_parts, asked, begin, end):
    put_parts(b"x" * 50, PNG)
    part = client.get(listed(client)["items"][1]["src"], headers={"Range": asked})
    assert (part.status_code, part.data) == (206, PNG[begin:end])
    assert part.headers["Content-Range"] == f"bytes {begin}-{end - 1}/108"


def test_a_range_beyond_a_blob_is_refused_though_the_file_goes_on(client, put_parts):
    put_parts(PNG)
    assert client.get(listed(client)["items"][0]["src"], headers={"Range": "bytes=108-120"}).status_code == 416


def test_a_blob_in_a_larger_file_is_cached_for_good_and_not_sent_twice(client, put_parts):
    put_parts(PNG)
    src = listed(client)["items"][0]["src"]
    first = client.get(src)
    assert "immutable" in first.headers["Cache-Control"]
    assert client.get(src, headers={"If-None-Match": first.headers["ETag"]}).status_code == 304


def test_a_blob_in_a_file_that_was_written_anew_has_another_address(client, put_parts, store):
    (item,) = put_parts(PNG)
    before = listed(client)["items"][0]["src"]
    store.put("a b", media={"samples": [replace(item, wall_time=99.0)]})
    assert listed(client)["items"][0]["src"] != before
    assert client.get(before).status_code == 404


def test_a_blob_beyond_the_end_of_a_cut_file_is_404_in_words(client, put_parts):
    (item,) = put_parts(PNG)
    src = listed(client)["items"][0]["src"]
    item.path.write_bytes(b"before" + PNG[:20])
    answer = client.get(src)
    assert answer.status_code == 404
    assert "no longer there" in answer.json["error"]


def test_no_address_leads_to_the_rest_of_a_larger_file(client, put_parts):
    (item,) = put_parts(PNG)
    assert client.get(f"/api/v1/media/{item.path.name}?run=a%20b&tag=samples").status_code == 404
    assert client.get(f"/api/v1/media/{'0' * 64}.png?run=a%20b&tag=samples").status_code == 404


def test_a_file_that_may_be_written_anew_is_asked_for_each_time(client, store, tmp_path):
    (tmp_path / "tensors.tsv").write_text("1\t2\n")
    item = MediaItem("samples", "embedding", 0, float("nan"), tmp_path / "tensors.tsv", "text/tab-separated-values")
    store.put("a b", media={"samples": [item]})
    answer = client.get(listed(client)["items"][0]["src"])
    assert answer.data == b"1\t2\n"
    assert answer.headers["Cache-Control"] == "private, no-cache"


def test_a_blob_whose_bytes_are_not_what_was_logged_is_an_error_in_words(client, put_parts, store):
    (item,) = put_parts(PNG)
    store.put("a b", media={"samples": [replace(item, check=lambda: "The record at byte 12 is damaged.")]})
    answer = client.get(listed(client)["items"][0]["src"])
    assert (answer.status_code, answer.json) == (500, {"error": "The record at byte 12 is damaged."})
