from pathlib import Path

import pytest

from app.commands.contract import UsageError
from app.commands.roots import absence_notice, parse_roots
from app.settings import LogRoot


def test_an_equals_sign_in_a_path_is_part_of_the_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "lr=0.1").mkdir()
    assert parse_roots(["lr=0.1"]) == (LogRoot("", tmp_path / "lr=0.1"),)
    assert parse_roots([f"{tmp_path}/lr=0.2"]) == (LogRoot("", tmp_path / "lr=0.2"),)


@pytest.mark.parametrize("text", ["=runs", "big=", ""])
def test_half_of_a_name_and_path_is_refused(text: str):
    with pytest.raises(UsageError, match="write PATH or NAME=PATH"):
        parse_roots([text])


def test_two_log_folders_of_one_name_are_refused(tmp_path: Path):
    with pytest.raises(UsageError, match="2 log folders have the name runs"):
        parse_roots([str(tmp_path / "a/runs"), str(tmp_path / "b/runs")])


def test_one_log_folder_given_twice_is_refused(tmp_path: Path):
    with pytest.raises(UsageError, match="is given 2 times; once is enough"):
        parse_roots([f"a={tmp_path}", f"b={tmp_path}"])


def test_a_file_is_a_root_with_one_run(tmp_path: Path):
    (tmp_path / "metrics.csv").touch()
    (root,) = parse_roots([str(tmp_path / "metrics.csv")])
    assert root == LogRoot("", tmp_path / "metrics.csv")
    assert absence_notice(root) is None


def test_a_missing_log_folder_is_said_with_the_one_that_was_perhaps_meant(tmp_path: Path):
    (tmp_path / "runs").mkdir()
    assert absence_notice(LogRoot("", tmp_path / "runs")) is None
    notice = absence_notice(LogRoot("", tmp_path / "rnus"))
    assert f"{tmp_path / 'rnus'} does not exist (yet)" in notice
    assert notice.endswith(f"Did you mean {tmp_path / 'runs'}?")


def test_a_missing_log_folder_in_a_missing_folder_has_no_suggestion(tmp_path: Path):
    assert absence_notice(LogRoot("", tmp_path / "no" / "runs")).endswith("as soon as something logs there.")
