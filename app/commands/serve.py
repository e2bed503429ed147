"""`python -m app`: show the runs in log folders."""

import argparse

from app.commands.contract import Command
from app.commands.options import add_settings, logdirs_from, read_settings
from app.commands.serving import serve


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add log folders and settings."""
    parser.add_argument(
        "--logdir",
        action="append",
        metavar="[NAME=]PATH",
        help="folder of runs at any depth; give several for more (default runs; TAILBOARD_LOGDIR, ':' between two)",
    )
    parser.add_argument("--open", action="store_true", help="show the page in this machine's browser")
    add_settings(parser)


def run(options: argparse.Namespace) -> int:
    """Serve until told to stop."""
    return serve(read_settings(options, logdirs_from(options)), open_browser=options.open)


COMMAND = Command(
    name="serve",
    help="Show the training runs in log folders, live, in a browser.",
    extra="app",
    add_arguments=add_arguments,
    run=run,
)
