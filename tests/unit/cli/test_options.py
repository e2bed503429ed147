import argparse
import dataclasses
from pathlib import Path

import pytest

from app.commands.contract import UsageError
from app.commands.options import SETTINGS, add_settings, logdirs_from, read_settings
from app.settings import LogRoot, Settings


def settings_of(*words: str, logdirs: tuple[str, ...] = ("runs",), **environ: str) -> Settings:
    parser = argparse.ArgumentParser()
    add_settings(parser)
    return read_settings(parser.parse_args(words), list(logdirs), environ)


def test_every_setting_can_be_given_on_the_command_line():
    fields = {field.name for field in dataclasses.fields(Settings)}
    assert {option.field for option in SETTINGS} == fields - {"roots"}


def test_the_defaults_in_the_help_are_the_defaults_of_the_settings():
    typed = [word for option in SETTINGS if option.default for word in (option.flag, option.default)]
    assert settings_of(*typed) == settings_of() == Settings(roots=settings_of().roots)


def test_the_command_line_goes_before_the_environment_and_that_before_the_default():
    assert settings_of("--port", "1", TAILBOARD_PORT="2").port == 1
    assert settings_of(TAILBOARD_PORT="2").port == 2
    assert settings_of().port == 8050


def test_an_empty_variable_is_not_set():
    assert settings_of(TAILBOARD_PORT="", TAILBOARD_CACHE_DIR="") == settings_of()


def test_a_switch_is_set_by_its_flag_or_its_variable():
    assert settings_of("--poll").poll
    assert settings_of(TAILBOARD_POLL="yes").poll
    assert not settings_of(TAILBOARD_POLL="0").poll


def test_a_bad_value_is_blamed_on_where_it_came_from():
    with pytest.raises(UsageError, match=r"^--port: 'eighty' is not a port"):
        settings_of("--port", "eighty")
    with pytest.raises(UsageError, match=r"^TAILBOARD_PORT \(environment\): '99999' is not a port"):
        settings_of(TAILBOARD_PORT="99999")


def test_patterns_add_up_on_the_command_line_and_are_lines_of_the_environment():
    one, two = r"loss (?P<loss>\S+)", r"lr (?P<lr>\S+)"
    patterns = settings_of("--text-pattern", one, "--text-pattern", two).text_patterns
    assert [pattern.pattern for pattern in patterns] == [one, two]
    assert settings_of(TAILBOARD_TEXT_PATTERN=f"{one}\n{two}\n").text_patterns == patterns


def test_a_pattern_that_cannot_be_used_is_blamed_on_where_it_came_from():
    with pytest.raises(UsageError, match=r"^--text-pattern: '\(' is no regular expression"):
        settings_of("--text-pattern", "(")


def test_log_folders_come_from_the_command_line_else_the_environment_else_runs():
    none, given = argparse.Namespace(logdir=None), argparse.Namespace(logdir=["a"])
    assert logdirs_from(given, {"TAILBOARD_LOGDIR": "b"}) == ["a"]
    assert logdirs_from(none, {"TAILBOARD_LOGDIR": "b:big=c"}) == ["b", "big=c"]
    assert logdirs_from(none, {}) == ["runs"]


def test_one_log_folder_prefixes_nothing_and_several_take_names(tmp_path: Path):
    one, two = tmp_path / "one", tmp_path / "two"
    assert settings_of(logdirs=(str(one),)).roots == (LogRoot("", one),)
    assert settings_of(logdirs=(f"big={one}",)).roots == (LogRoot("big", one),)
    assert settings_of(logdirs=(f"big={one}", str(two))).roots == (LogRoot("big", one), LogRoot("two", two))
