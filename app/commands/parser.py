"""Finds the command in the words after `python -m app` and parses its options."""

import argparse
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from app import __version__
from app.commands.contract import Command

DEFAULT = "serve"


Parsed = tuple[Command, argparse.Namespace, argparse.ArgumentParser]


def parse(commands: Mapping[str, Command], argv: Sequence[str]) -> Parsed:
    """Split the words into a command and its options; without a command's name the app is served.

    The parser comes along for what turns out later: its `error` says so and exits with status 2.

    Exits with status 2 and a message where the words make no sense.
    """
    named = bool(argv) and argv[0] in commands
    command = commands[argv[0] if named else DEFAULT]
    parser = build_parser(command, commands)
    options, rest = parser.parse_known_args(argv[1:] if named else argv)
    if rest:
        parser.error(unknown_words(rest, command, commands))
    return command, options, parser


def build_parser(command: Command, commands: Mapping[str, Command]) -> argparse.ArgumentParser:
    """Make the parser of one command; that of the default one lists the others too."""
    default = command.name == DEFAULT
    others = [other for other in commands.values() if other is not command]
    width = max(len(other.name) for other in others)
    listing = "\n".join(f"  {other.name:<{width}}  {other.help}" for other in others)
    parser = argparse.ArgumentParser(
        prog=program() if default else f"{program()} {command.name}",
        description=command.help,
        epilog=f"other commands (each has its own --help):\n{listing}" if default else None,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("--version", action="version", version=f"tailboard {__version__}")
    command.add_arguments(parser)
    return parser


def program() -> str:
    """What the person typed to get here: the console command, or Python with the package."""
    return "tailboard" if Path(sys.argv[0]).name == "tailboard" else "python -m app"


def unknown_words(words: Sequence[str], command: Command, commands: Mapping[str, Command]) -> str:
    """Say what is not understood and what is: the commands for a plain word, --help for an option."""
    if words[0].startswith("-"):
        return f"{words[0]} is not an option of {command.name}; --help lists them"
    known = ", ".join(commands)
    return f"{words[0]!r} is not a command (there are {known}); a log folder is given as --logdir {words[0]}"
