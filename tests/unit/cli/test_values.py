from pathlib import Path

import pytest

from app.commands import values


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("500MB", 500_000_000),
        ("500 mb", 500_000_000),
        ("1.5GB", 1_500_000_000),
        ("2GiB", 2 << 30),
        ("2Gi", 2 << 30),
        ("3G", 3_000_000_000),
        ("1000000", 1_000_000),
    ],
)
def test_a_size_is_read_as_people_write_it(text: str, size: int):
    assert values.size_bytes(text) == size


@pytest.mark.parametrize("text", ["", "lots", "-1GB", "1XB", "GB", "1e9"])
def test_what_is_no_size_is_answered_with_how_to_write_one(text: str):
    with pytest.raises(ValueError, match="is not a size; write it as 500MB"):
        values.size_bytes(text)


def test_a_memory_that_holds_no_series_is_refused_with_the_bytes_it_came_to():
    with pytest.raises(ValueError, match="'500' is 500 bytes, too little"):
        values.size_bytes("500")


@pytest.mark.parametrize("text", ["", "-1", "65536", "80.5", "http"])
def test_what_is_no_port_is_refused(text: str):
    with pytest.raises(ValueError, match="ports go from 1 to 65535"):
        values.port(text)


@pytest.mark.parametrize("text", ["0", "-1", "nan", "inf", "soon", "3601"])
def test_an_interval_is_a_finite_time_that_leaves_the_machine_some_rest(text: str):
    with pytest.raises(ValueError, match=r"between 0\.05 and 3600"):
        values.seconds(text)


@pytest.mark.parametrize("text", ["0", "-4", "1001", "many"])
def test_a_number_of_threads_is_at_least_one(text: str):
    with pytest.raises(ValueError, match="between 1 and 1000"):
        values.threads(text)


@pytest.mark.parametrize(("text", "prefix"), [("", "/"), ("/", "/"), ("board", "/board/"), ("/a/b/", "/a/b/")])
def test_a_url_prefix_has_a_slash_at_both_ends(text: str, prefix: str):
    assert values.url_prefix(text) == prefix


@pytest.mark.parametrize("text", ["a b", "/a?b", "//a", "http://a"])
def test_what_is_no_path_of_a_url_is_refused(text: str):
    with pytest.raises(ValueError, match="write it as /tailboard/"):
        values.url_prefix(text)


def test_a_switch_is_neither_yes_nor_no_by_guessing():
    with pytest.raises(ValueError, match="'perhaps' is neither yes"):
        values.switch("perhaps")


def test_a_folder_may_be_missing_and_begin_in_the_home_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    assert values.folder("~/cache") == tmp_path / "cache"
    (tmp_path / "file").touch()
    with pytest.raises(ValueError, match="is a file, not a folder"):
        values.folder("~/file")
