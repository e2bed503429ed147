"""Wide or long rows for closed segments: the same values as either, at 10, 1,000 and 100,000 tags.

Wide is one column per tag and one row per log(), null where a row lacks the tag. Long is what
`trainer_hooks.parquet` writes: one row per value, sorted by tag. `python -m benchmarks.parquet_layout` prints what
docs/file-format.md quotes; `make bench` takes the times and sizes of the layout that stands.
"""

import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from benchmarks.contract import Arrow, Benchmark, Effort, Row
from trainer_hooks import parquet
from trainer_hooks.parquet import SegmentColumns

VALUES = 500_000  # about what a segment of 16 MiB holds
TAGS = (10, 1_000, 100_000)
WIDE_CELLS = 50_000_000  # beyond, wide rows are not even tried: nulls alone take gigabytes


class Layout(NamedTuple):
    """How one layout does; times in seconds, size in bytes."""

    name: str
    tags: int
    write_s: float
    size_bytes: int
    footer_s: float
    one_tag_s: float
    all_rows_s: float


def segment(tags: int, values: int = VALUES, tags_per_row: int = 10) -> SegmentColumns:
    """Make a segment whose rows hold `tags_per_row` of all tags in turn: noise on a falling curve."""
    random = np.random.default_rng(0)
    index = np.arange(values)
    row = index // tags_per_row
    return SegmentColumns(
        tags=[f"train/layer_{tag}/norm" for tag in range(tags)],
        code=(index % tags).astype(np.int32),
        row=row,
        step=row,
        wall_time=1.7e9 + row * 0.05 + random.random(len(row)) * 1e-3,
        value=1 / (1 + row / 1e3) + random.normal(0, 0.01, values),
        rows=int(row[-1]) + 1,
        resumed=False,
    )


def measure_long(columns: SegmentColumns, path: Path) -> Layout:
    """Write and read long rows."""
    tag = columns.tags[len(columns.tags) // 2]
    write_s = _seconds(lambda: parquet.write(path, columns))
    footer_s = _seconds(lambda: parquet.read_footer(path))
    one_tag_s = _seconds(lambda: parquet.read_tags(path, [tag]))
    all_rows_s = _seconds(lambda: pq.read_table(path).sort_by("_row"))
    return Layout("long", len(columns.tags), write_s, path.stat().st_size, footer_s, one_tag_s, all_rows_s)


def measure_wide(columns: SegmentColumns, path: Path) -> Layout | None:
    """Write and read wide rows; None where they would need too much memory."""
    if columns.rows * len(columns.tags) > WIDE_CELLS:
        return None
    tag = columns.tags[len(columns.tags) // 2]
    write_s = _seconds(lambda: pq.write_table(_wide_table(columns), path, compression="zstd", use_dictionary=False))
    footer_s = _seconds(lambda: pq.read_metadata(path))
    one_tag_s = _seconds(lambda: pq.read_table(path, columns=["_step", "_time", tag]))
    all_rows_s = _seconds(lambda: pq.read_table(path))
    return Layout("wide", len(columns.tags), write_s, path.stat().st_size, footer_s, one_tag_s, all_rows_s)


def measure(effort: Effort) -> Iterator[Row]:
    """Yield the cost of closing and opening a segment of each number of tags."""
    for tags in TAGS:
        columns = segment(tags, effort.pick(VALUES, 100_000))
        path = effort.folder / "layout.parquet"
        rounds = [measure_long(columns, path) for _ in range(effort.pick(3, 1))]
        yield Row(Arrow.LIST, f"footer of a segment, {tags:,} tags", "ms", [1e3 * one.footer_s for one in rounds])
        yield Row(Arrow.SERIES, f"one tag of a segment, {tags:,} tags", "ms", [1e3 * one.one_tag_s for one in rounds])
        path.unlink()


def _wide_table(columns: SegmentColumns) -> pa.Table:
    first = np.concatenate(([True], np.diff(columns.row) > 0))
    table = {"_step": columns.step[first], "_time": columns.wall_time[first]}
    for code, tag in enumerate(columns.tags):
        mine = columns.code == code
        values, missing = np.zeros(columns.rows), np.ones(columns.rows, bool)
        values[columns.row[mine]] = columns.value[mine]
        missing[columns.row[mine]] = False
        table[tag] = pa.array(values, mask=missing)
    return pa.table(table)


def _seconds(work: Callable[[], object]) -> float:
    begin = time.perf_counter()
    work()
    return time.perf_counter() - begin


def main() -> None:
    """Print the table of docs/file-format.md."""
    print("| rows | tags | write | size | footer | one tag | all rows |\n| --- | --- | --- | --- | --- | --- | --- |")
    with tempfile.TemporaryDirectory() as folder:
        for tags in TAGS:
            columns = segment(tags)
            for found in (measure_long(columns, Path(folder, "l")), measure_wide(columns, Path(folder, "w"))):
                print(_words(found) if found else f"| wide | {tags:,} | not tried: {columns.rows * tags:,} cells |")
                sys.stdout.flush()


def _words(found: Layout) -> str:
    times = (found.footer_s, found.one_tag_s, found.all_rows_s)
    size = f"{found.size_bytes / 1e6:.1f} MB"
    return (
        f"| {found.name} | {found.tags:,} | {found.write_s:.2f} s | {size} | "
        + " | ".join(f"{1e3 * seconds:.0f} ms" for seconds in times)
        + " |"
    )


BENCHMARK = Benchmark("parquet_layout", measure)

if __name__ == "__main__":
    main()
