"""The options that the commands share: flag, environment variable and default, made into `Settings`."""

import argparse
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.commands import values
from app.commands.contract import UsageError
from app.commands.roots import parse_roots
from app.settings import Settings


@dataclass(frozen=True, slots=True)
class Option:
    """One setting on the command line.

    Attributes:
        field: of Settings.
        flag: on the command line; `env` is the environment variable made of it.
        parse: text to value. Raises ValueError with a sentence.
        default: as a person would type it; None where the field's default is no text.
        metavar: word for the value in the help; empty for a switch.
        own_env: the environment variable where it is not the flag's name.
        repeats: may be given several times; the texts come as the lines of one.
    """

    field: str
    flag: str
    parse: Callable[[str], Any]
    default: str | None
    metavar: str
    help: str
    own_env: str = ""
    repeats: bool = False

    @property
    def env(self) -> str:
        """Name of the environment variable that sets it where the command line does not."""
        return self.own_env or "TAILBOARD_" + self.flag.removeprefix("--").replace("-", "_").upper()


TEXT_PATTERN = Option(
    "text_patterns", "--text-pattern", values.patterns, None, "REGEX", "form of the lines of text logs", repeats=True
)
SETTINGS = (
    Option("host", "--host", str, "127.0.0.1", "ADDRESS", "address to listen on; 0.0.0.0 lets every machine in"),
    Option("port", "--port", values.port, "8050", "N", "port to listen on; 0 takes a free one"),
    Option("interval_s", "--interval", values.seconds, "1", "SECONDS", "how often a browser asks while data flows"),
    Option("memory_bytes", "--memory", values.size_bytes, "1GiB", "SIZE", "bound on the series kept in memory"),
    Option("cache_dir", "--cache-dir", values.folder, None, "PATH", "folder of the disposable index; yours alone"),
    Option("state_dir", "--state-dir", values.folder, None, "PATH", "folder of what people say of runs; yours alone"),
    # TAILBOARD_WRITE is the training side's: how it writes its lines.
    Option(
        "write", "--write", values.switch, None, "", "let browsers change names, notes, colours", "TAILBOARD_APP_WRITE"
    ),
    Option("token", "--token", values.token, None, "SECRET", "what browsers and programs must know to be answered"),
    Option("visdom", "--visdom", values.switch, None, "", "answer visdom's clients and keep what they draw"),
    Option("poll", "--poll", values.switch, None, "", "look at the files by the clock, without file system events"),
    Option("poll_interval_s", "--poll-interval", values.seconds, "1", "SECONDS", "how often, where no events come"),
    Option("url_prefix", "--url-prefix", values.url_prefix, "/", "PATH", "path under which a proxy serves the app"),
    Option("threads", "--threads", values.threads, "16", "N", "requests answered at the same time"),
    TEXT_PATTERN,
)


def add_settings(parser: argparse.ArgumentParser) -> None:
    """Add the options that become `Settings`, each with its default and environment variable in the help."""
    for option in SETTINGS:
        add_option(parser, option)


def add_option(parser: argparse.ArgumentParser, option: Option) -> None:
    """Add one option, with its default and environment variable in the help."""
    default = f"default {option.default}; " if option.default else ""
    words = f"{option.help} ({default}{option.env})"
    if option.metavar:
        action = "append" if option.repeats else "store"
        parser.add_argument(option.flag, dest=option.field, action=action, metavar=option.metavar, help=words)
    else:
        parser.add_argument(option.flag, dest=option.field, action="store_const", const="1", help=words)


def read_settings(options: argparse.Namespace, logdirs: list[str], environ: Mapping[str, str] = os.environ) -> Settings:
    """Make the settings: the command line goes before the environment, and that before the default.

    A variable that is empty is not set: compose files pass variables on that way.

    Args:
        options: parsed with the options of `add_settings`.
        logdirs: log folders, each PATH or NAME=PATH.
        environ: environment variables.

    Raises:
        UsageError: a value makes no sense; the words name the flag or the variable it came from.
    """
    chosen = {
        option.field: value for option in SETTINGS if (value := read_option(options, option, environ)) is not None
    }
    return Settings(roots=parse_roots(logdirs), **chosen)


def read_option(options: argparse.Namespace, option: Option, environ: Mapping[str, str] = os.environ) -> Any:
    """Return the value of one option, None where it is not set.

    Raises:
        UsageError: the value makes no sense; the words name the flag or the variable it came from.
    """
    text, source = getattr(options, option.field), option.flag
    if text is None:
        text, source = environ.get(option.env) or None, f"{option.env} (environment)"
    if text is None:
        return None
    try:
        return option.parse(text if isinstance(text, str) else "\n".join(text))
    except ValueError as error:
        raise UsageError(f"{source}: {error}") from error


def logdirs_from(options: argparse.Namespace, environ: Mapping[str, str] = os.environ) -> list[str]:
    """Log folders as typed: from the command line, else the environment (`:` between two), else `runs`."""
    return (
        options.logdir
        or list(filter(None, environ.get("TAILBOARD_LOGDIR", "").split(os.pathsep)))
        or [str(Path("runs"))]
    )
