import logging
import os
import stat
from pathlib import Path

import orjson
import pytest

from app.readers.tailboard import READER
from app.settings import LogRoot, Settings
from app.store.discovery import FoundRun
from app.store.sidecar import NO_EDITS, Edits, Sidecar
from app.store.state import StateFolderError


def run(name="a"):
    folder = Path("/logs") / name
    return FoundRun(name, READER, folder, (folder,), 0.0)


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "state"


@pytest.fixture
def sidecar(folder):
    return Sidecar(folder)


def file_of(folder):
    (file,) = folder.glob("*.json")
    return file


def test_what_was_said_is_there_after_the_next_look_and_the_next_start(sidecar, folder):
    sidecar.write(run(), {"name": "ü", "notes": "**b**"})
    sidecar.write(run("b"), {"slot": 3})
    assert sidecar.look()
    for each in (sidecar, Sidecar(folder)):
        each.look()
        assert each.edits_of(run()) == Edits(name="ü", notes="**b**")
        assert each.edits_of(run("b")) == Edits(slot=3)
        assert each.edits_of(run("c")) == NO_EDITS


def test_a_run_is_known_by_its_path_below_whatever_log_folder(sidecar):
    sidecar.write(run(), {"name": "x"})
    sidecar.look()
    elsewhere = FoundRun("root/a", READER, run().path, run().folders, 9.0)
    assert sidecar.edits_of(elsewhere).name == "x"


def test_another_server_sees_it_at_its_next_look(sidecar, folder):
    other = Sidecar(folder)
    assert not other.look()
    sidecar.write(run(), {"name": "x"})
    assert other.look()
    assert other.edits_of(run()).name == "x"
    sidecar.write(run(), {"name": "y"})
    assert other.look()
    assert other.edits_of(run()).name == "y"


def test_a_look_at_a_folder_that_rests_reads_nothing(sidecar, folder):
    sidecar.write(run(), {"name": "x"})
    os.utime(folder, (1, 1))
    assert sidecar.look()
    file_of(folder).write_text("never read: the folder says that nothing came or went")
    assert not sidecar.look()
    assert sidecar.edits_of(run()).name == "x"


def test_two_servers_write_different_things_of_one_run_and_both_stay(sidecar, folder):
    sidecar.write(run(), {"name": "x"})
    Sidecar(folder).write(run(), {"notes": "n"})
    sidecar.look()
    assert sidecar.edits_of(run()) == Edits(name="x", notes="n")


def test_none_takes_a_word_back_and_the_last_one_takes_the_file(sidecar, folder):
    sidecar.write(run(), {"name": "x", "notes": "n"})
    assert sidecar.write(run(), {"name": None}) == Edits(notes="n")
    assert sidecar.write(run(), {"notes": None}) == NO_EDITS
    assert list(folder.glob("*.json")) == []
    sidecar.look()
    assert sidecar.edits_of(run()) == NO_EDITS


def test_the_file_says_of_which_run_it_speaks(sidecar, folder):
    sidecar.write(run(), {"name": "x"})
    assert orjson.loads(file_of(folder).read_bytes()) == {"run": "/logs/a", "format": "tailboard", "name": "x"}


def test_what_a_newer_version_says_beside_it_stays(sidecar, folder):
    sidecar.write(run(), {"name": "x"})
    file_of(folder).write_bytes(orjson.dumps({"name": "x", "stars": 5}))
    sidecar.write(run(), {"name": None})
    assert orjson.loads(file_of(folder).read_bytes())["stars"] == 5


def test_a_path_that_is_no_text_can_be_spoken_of(sidecar):
    odd = run(os.fsdecode(b"caf\xe9"))
    sidecar.write(odd, {"name": "x"})
    sidecar.look()
    assert sidecar.edits_of(odd).name == "x"


@pytest.mark.parametrize("content", [b"", b'{"name": "x', b'{"name": 5}', b"[]", b'{"slot": 99}', b'{"slot": true}'])
def test_a_damaged_file_is_kept_aside_with_a_warning(sidecar, folder, caplog, content):
    sidecar.write(run(), {"name": "x"})
    file_of(folder).write_bytes(content)
    with caplog.at_level(logging.WARNING):
        sidecar.look()
    assert sidecar.edits_of(run()) == NO_EDITS
    (aside,) = folder.glob("*.damaged-*")
    assert aside.read_bytes() == content
    assert str(aside) in caplog.text
    sidecar.write(run(), {"name": "y"})
    sidecar.look()
    assert sidecar.edits_of(run()).name == "y"
    assert aside.exists()


def test_a_value_of_another_kind_is_not_written(sidecar, folder):
    with pytest.raises(ValueError, match="slot"):
        sidecar.write(run(), {"slot": 32})
    assert list(folder.glob("*.json")) == []


def test_the_folder_is_made_at_the_first_word_and_is_for_its_user_alone(sidecar, folder):
    sidecar.look()
    assert not folder.exists()
    sidecar.write(run(), {"name": "x"})
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_a_folder_that_is_open_to_others_is_refused_with_what_to_do(tmp_path, folder):
    folder.mkdir()
    folder.chmod(0o755)
    with pytest.raises(StateFolderError, match=f"state folder.*mode 755.*chmod 700 {folder}.*--state-dir"):
        Sidecar.of(Settings(roots=(LogRoot("", tmp_path / "logs"),), state_dir=folder))


def test_a_folder_among_the_logs_is_refused(tmp_path):
    with pytest.raises(StateFolderError, match="lies in the log folder"):
        Sidecar.of(Settings(roots=(LogRoot("", tmp_path),), state_dir=tmp_path / "state"))


def test_by_itself_it_lies_where_state_belongs(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "xdg"))
    Sidecar.of(Settings(roots=(LogRoot("", tmp_path / "logs"),))).write(run(), {"name": "x"})
    assert file_of(tmp_path / "xdg/tailboard").is_file()
