"""Media items are read from their list when they are asked for."""

import json

import pytest

from app.readers.contract import Stamp
from app.readers.folder import Problems
from app.readers.own.media import MediaLog


def line(step, tag="val/digits"):
    fields = {
        "_step": step,
        "_time": 1.0 + step,
        "tag": tag,
        "kind": "image",
        "media_type": "image/png",
        "file": "a.png",
    }
    return json.dumps(fields).encode() + b"\n"


def look(path, media):
    stat = path.stat()
    media.look(Stamp(stat.st_ino, stat.st_size, stat.st_mtime_ns))


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "media-host-1-0.jsonl"
    path.write_bytes(b"".join([line(1), line(2, tag="other"), b"not json\n", line(3), b"half" + line(4)]))
    return path


@pytest.fixture
def media(path):
    media = MediaLog(path, Problems())
    look(path, media)
    return media


def test_each_place_and_each_slice_holds_the_items_of_one_tag_in_order_of_arrival(media):
    items = media.items("val/digits")
    assert [item.step for item in items] == [1, 3, 4]
    assert [items[place].step for place in (0, 1, 2, -1)] == [1, 3, 4, 4]
    assert [item.step for item in items[1:]] == [3, 4]
    assert list(items[3:]) == []


def test_a_list_that_was_handed_out_does_not_grow(path, media):
    before = media.items("other")
    with path.open("ab") as file:
        file.write(line(5, tag="other"))
    look(path, media)
    assert ([item.step for item in before], [item.step for item in media.items("other")]) == ([2], [2, 5])


def test_a_place_beyond_the_last_item_is_an_index_error(media):
    with pytest.raises(IndexError):
        media.items("val/digits")[3]
