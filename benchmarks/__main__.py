"""`python -m benchmarks`: measure every budget and print one table."""

import argparse
import datetime as dt
import json
import sys
import tempfile
import time
from collections.abc import Iterable
from contextlib import ExitStack
from pathlib import Path

from benchmarks.contract import Benchmark, Effort, Row
from benchmarks.machine import machine_words
from benchmarks.table import as_json, as_markdown, number
from benchmarks.walk import all_benchmarks


def main() -> int:
    """Measure what was asked for; return 2 where there is no such benchmark. A missed budget is a row marked `!`."""
    options = _parser().parse_args()
    found = all_benchmarks()
    unknown = sorted(set(options.only) - set(found))
    if unknown:
        print(f"no benchmark is called {', '.join(unknown)}; there are {', '.join(found)}", file=sys.stderr)
        return 2
    with ExitStack() as left:
        folder = options.folder or Path(left.enter_context(tempfile.TemporaryDirectory(prefix="tailboard-bench-")))
        effort = Effort(folder=folder.resolve(), quick=options.quick)
        rows = measure([found[name] for name in options.only or found], effort)
    print(f"\n{machine_words()}; {dt.date.today()}{', QUICK: sizes too small to judge by' if options.quick else ''}\n")
    print(as_markdown(rows))
    if options.json:
        told = {"machine": machine_words(), "when": time.time(), "quick": options.quick, "rows": as_json(rows)}
        options.json.write_text(json.dumps(told, indent=1))
    missed = sum(row.missed for row in rows)
    if missed and not options.quick:
        _tell(f"{missed} of {len(rows)} figures miss their budget; they are marked with !")
    return 0


def measure(chosen: Iterable[Benchmark], effort: Effort) -> list[Row]:
    """Run benchmarks one after the other; tell the figures on standard error as they come."""
    rows: list[Row] = []
    for benchmark in chosen:
        _tell(benchmark.name)
        for row in benchmark.measure(effort):
            _tell(f"    {row.what}: {number(row.median)} {row.unit}")
            rows.append(row)
    return rows


def _tell(words: str) -> None:
    print(time.strftime("%H:%M:%S"), words, file=sys.stderr, flush=True)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="small sizes: to see that it works, not to judge by")
    parser.add_argument("--only", nargs="+", default=[], metavar="NAME", help="these benchmarks only")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write every round there, too")
    parser.add_argument("--folder", type=Path, help="keep data sets there for the next call (2 GB; default: removed)")
    return parser


if __name__ == "__main__":
    sys.exit(main())
