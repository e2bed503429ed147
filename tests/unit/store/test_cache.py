import os
import pickle
import sqlite3
import stat

import pytest

from app.settings import LogRoot, Settings
from app.store.cache import Cache, CacheFolderError, default_folder


def settings(tmp_path, folder):
    return Settings(roots=(LogRoot("", tmp_path / "logs"),), cache_dir=folder)


def test_values_are_there_at_the_next_start(tmp_path):
    value = {"a": [1, 2.5, None, "ü"]}
    first = Cache.of(settings(tmp_path, tmp_path / "cache"))
    first.set_many({"key": value})
    first.close()
    assert Cache.of(settings(tmp_path, tmp_path / "cache")).get("key") == value


def test_the_folder_is_for_its_user_alone(tmp_path):
    Cache.of(settings(tmp_path, tmp_path / "made/cache"))
    assert stat.S_IMODE((tmp_path / "made/cache").stat().st_mode) == 0o700


def test_a_folder_that_is_open_to_others_is_refused_with_what_to_do(tmp_path):
    folder = tmp_path / "cache"
    folder.mkdir()
    folder.chmod(0o755)
    with pytest.raises(CacheFolderError, match=f"mode 755.*chmod 700 {folder}"):
        Cache.of(settings(tmp_path, folder))


def test_a_link_is_refused(tmp_path):
    (tmp_path / "real").mkdir(mode=0o700)
    (tmp_path / "cache").symlink_to(tmp_path / "real")
    with pytest.raises(CacheFolderError, match="link"):
        Cache.of(settings(tmp_path, tmp_path / "cache"))


@pytest.mark.skipif(os.getuid() != 0, reason="only root can give a folder away")
def test_a_folder_of_somebody_else_is_refused(tmp_path):
    folder = tmp_path / "cache"
    folder.mkdir(mode=0o700)
    os.chown(folder, 12345, 12345)
    with pytest.raises(CacheFolderError, match="belongs to user 12345"):
        Cache.of(settings(tmp_path, folder))


def test_a_folder_among_the_logs_is_refused(tmp_path):
    with pytest.raises(CacheFolderError, match="log folder"):
        Cache.of(settings(tmp_path, tmp_path / "logs/cache"))


def test_a_damaged_cache_is_rebuilt(tmp_path):
    first = Cache.of(settings(tmp_path, tmp_path / "cache"))
    first.set_many({"key": 1})
    first.close()
    for name in ("cache.db", "cache.db-wal"):
        (tmp_path / "cache" / name).write_bytes(b"this is no database" * 500)
    (tmp_path / "cache/of somebody").write_text("stays")
    again = Cache.of(settings(tmp_path, tmp_path / "cache"))
    assert again.get("key") is None
    again.set_many({"key": 2})
    assert again.get("key") == 2
    assert (tmp_path / "cache/of somebody").exists()


class Bomb:
    def __reduce__(self):
        return os.mkdir, ("exploded",)


def test_nothing_in_the_cache_is_ever_unpickled(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    cache = Cache.of(settings(tmp_path, tmp_path / "cache"))
    cache.set_many({"key": 1})
    with sqlite3.connect(tmp_path / "cache/cache.db") as database:
        database.execute("UPDATE Cache SET mode = 4, value = ?", (pickle.dumps(Bomb()),))
    assert cache.get("key") is None
    assert not (tmp_path / "exploded").exists()


def test_a_value_that_json_cannot_hold_is_left_out_and_the_others_are_kept(tmp_path):
    cache = Cache.of(settings(tmp_path, tmp_path / "cache"))
    cache.set_many({"bad": object(), "\udce9": 1, "good": 2})
    assert (cache.get("bad"), cache.get("\udce9"), cache.get("good")) == (None, None, 2)


def test_a_folder_that_cannot_be_made_costs_only_the_memory_of_earlier_starts(tmp_path, caplog):
    (tmp_path / "file").write_text("in the way")
    cache = Cache.of(settings(tmp_path, tmp_path / "file/cache"))
    cache.set_many({"key": 1})
    assert cache.get("key") == 1
    assert "cannot be made" in caplog.text


def test_the_default_folder_belongs_to_the_roots_and_is_not_among_them(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg"))
    one = default_folder([LogRoot("", tmp_path / "one")])
    assert one.parent == tmp_path / "xdg/tailboard"
    assert one != default_folder([LogRoot("", tmp_path / "two")])
