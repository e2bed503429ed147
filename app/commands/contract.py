"""What a command is."""

import argparse
from collections.abc import Callable
from dataclasses import dataclass


class UsageError(Exception):
    """The command line asks for something impossible; the words say what and what to do instead."""


@dataclass(frozen=True, slots=True)
class Command:
    """One thing that the command line does. Each module in `app/commands` that has a `COMMAND` is one.

    Attributes:
        name: the word after `python -m app`.
        help: one sentence for the list of commands.
        extra: the extra of the distribution that brings the packages it needs.
        add_arguments: adds its options to a parser.
        run: does it and returns the exit status. Raises UsageError before anything was done.
    """

    name: str
    help: str
    extra: str
    add_arguments: Callable[[argparse.ArgumentParser], None]
    run: Callable[[argparse.Namespace], int]
