"""`python -m app inspect`: what was recognised as what, and what was skipped and why."""

import argparse
import json
import os
import sys
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from app.commands.contract import Command, UsageError
from app.commands.missing import require
from app.commands.options import TEXT_PATTERN, add_option, read_option

_NOTHING = "-"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the paths to look at and how to print what is found."""
    parser.add_argument("paths", nargs="+", metavar="PATH", help="log file, run folder, or folder of runs at any depth")
    parser.add_argument("--json", action="store_true", help="print everything as JSON")
    parser.add_argument("--tags", action="store_true", help="print a line for each tag too")
    add_option(parser, TEXT_PATTERN)


def run(options: argparse.Namespace) -> int:
    """Read all runs at these paths and print what they hold. Writes nothing, not even a cache."""
    require("numpy", "pyarrow", "orjson")
    for path in options.paths:
        if not Path(path).exists():
            raise UsageError(f"{path} does not exist")
    from app.commands.conversion.facts import describe
    from app.commands.conversion.found import find

    patterns = read_option(options, TEXT_PATTERN) or ()
    began = time.time()
    runs, skipped = [], []
    for path in options.paths:
        found = find(Path(path), patterns)
        runs += [describe(one, path, began) for one in found.runs]
        skipped += [{"path": str(one.path), "reason": one.reason} for one in found.skipped]
    if options.json:
        _print([json.dumps({"runs": runs, "skipped": skipped}, allow_nan=False, indent=1)])
    else:
        _print(report(runs, skipped, tags=options.tags))
    return 0


def _print(lines: Iterable[str]) -> None:
    """Print lines until they are all printed or nobody reads on, as `head` does."""
    try:
        for line in lines:
            print(line.encode("utf-8", "backslashreplace").decode())  # a file's name may be no text
        sys.stdout.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def report(runs: Sequence[Mapping[str, Any]], skipped: Sequence[Mapping[str, str]], *, tags: bool) -> Iterator[str]:
    """Yield the lines that a person reads: runs, their tags where asked for, problems, and what was skipped."""
    if not runs:
        yield "No runs found."
    else:
        yield from _table(["RUN", "FORMAT", "TAGS", "POINTS", "LAST STEP", "PROBLEMS"], map(_run_cells, runs))
    if tags:
        yield from _section(["TAG", "KIND", "POINTS", "STEPS", "FIRST", "LAST", "MIN", "MAX", "RUN"], _tag_cells(runs))
    problems = [
        [one["path"], one["where"], one["what"] + (f" ({one['count']:,} times)" if one["count"] > 1 else "")]
        for run in runs
        for one in run["problems"]
    ]
    yield from _section(["PROBLEM IN", "WHERE", "WHAT"], problems)
    yield from _section(["SKIPPED", "WHY"], [[one["path"], one["reason"]] for one in skipped])


def _run_cells(run: Mapping[str, Any]) -> list[str]:
    tags = run["tags"].values()
    last = max((one["last_step"] for one in tags if one["last_step"] is not None), default=None)
    problems = sum(one["count"] for one in run["problems"])
    numbers = [len(tags), sum(one["points"] for one in tags), last, problems or None]
    return [run["run"], run["format"], *map(_count, numbers)]


def _tag_cells(runs: Sequence[Mapping[str, Any]]) -> Iterator[list[str]]:
    for run in runs:
        for tag, one in run["tags"].items():
            steps = f"{_count(one['first_step'])} to {_count(one['last_step'])}"
            values = [_value(one.get(name)) for name in ("first", "last", "min", "max")]
            yield [tag, one["kind"], _count(one["points"]), steps, *values, run["run"]]


def _count(number: int | None) -> str:
    return _NOTHING if number is None else f"{number:,}"


def _value(value: float | str | None) -> str:
    return _NOTHING if value is None else value if isinstance(value, str) else f"{value:.6g}"


def _section(head: Sequence[str], rows: Iterator[list[str]] | Sequence[list[str]]) -> Iterator[str]:
    lines = list(rows)
    if lines:
        yield ""
        yield from _table(head, lines)


def _table(head: Sequence[str], rows: Any) -> Iterator[str]:
    """Yield aligned lines: numbers to the right, all else to the left."""
    cells = [list(head), *rows]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    numeric = [all(_is_number(cell) for cell in column) for column in zip(*cells[1:], strict=True)]
    for row in cells:
        aligned = [
            cell.rjust(width) if right else cell.ljust(width)
            for cell, width, right in zip(row, widths, numeric, strict=True)
        ]
        yield "  ".join(aligned).rstrip()


def _is_number(cell: str) -> bool:
    return (cell[:1] in "-0123456789" and cell.strip("-").replace(",", "").isdigit()) or cell == _NOTHING


COMMAND = Command(
    name="inspect",
    help="Say what is recognised as which format, what each run holds, and what is skipped and why.",
    extra="app",
    add_arguments=add_arguments,
    run=run,
)
