"""Writes the scalars of a run as CSV, Parquet or JSON lines."""

import csv
import io
import json
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Literal, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq

from app.commands.conversion.content import LeftOut
from app.commands.conversion.series import batches
from app.readers.contract import Columns, Float64Array, Int64Array, RunLog
from trainer_hooks.record import STEP_KEY, TIME_KEY, encode_row, encode_value

Rows = Literal["wide", "long"]
SUFFIXES: Mapping[str, str] = {"csv": ".csv", "parquet": ".parquet", "json": ".jsonl"}
_LONG = pa.schema([("tag", pa.string()), ("step", pa.int64()), ("wall_time", pa.float64()), ("value", pa.float64())])
_BLOCK_CELLS = 1 << 20
_MIN_BLOCK_ROWS = 256


class Wide(NamedTuple):
    """One row for each step, and for each time a tag was logged at it again.

    Attributes:
        step: shape (n,), ascending.
        wall_time: shape (n,), the latest of the row in seconds since the epoch; NaN where no record has one.
        places: per tag the row of each of its records, in order of arrival.
    """

    step: Int64Array
    wall_time: Float64Array
    places: Mapping[str, Int64Array]


def write_table(
    log: RunLog, path: Path, to: str, rows: Rows, unknown_time: float, left_out: LeftOut, tell: Callable[[float], None]
) -> None:
    """Write all scalars of a run to a new file.

    Args:
        log: a run, read to its end.
        path: the file.
        to: "csv", "parquet" or "json".
        rows: "long": one for each record, tag by tag. "wide": one for each step, with a column for each tag.
        unknown_time: seconds since the epoch, for wide JSON lines of records without a time of their own.
        left_out: everything that is no scalar is added to it.
        tell: called now and then with the share that is done, up to 1.

    Raises:
        OSError: it cannot be written.
    """
    for facts in log.facts.values():
        if facts.kind != "scalar":
            left_out[facts.kind] += facts.points
    if rows == "long":
        total = sum(facts.points for facts in log.facts.values() if facts.kind == "scalar")
        schema, blocks = _LONG, _long_blocks(batches(log, left_out))
    else:
        series = {tag: columns for batch in batches(log, left_out) for tag, columns in batch.items()}
        wide = align_rows(series)
        total = len(wide.step)
        schema = _wide_schema(series, (STEP_KEY, TIME_KEY) if to == "json" else ("step", "wall_time"))
        blocks = _wide_blocks(series, wide, schema)
    counted = _counted(blocks, total, tell)
    if to == "json":
        _write_json(path, counted, rows, unknown_time)
    else:
        {"csv": _write_csv, "parquet": _write_parquet}[to](path, counted, schema)


def align_rows(series: Mapping[str, Columns]) -> Wide:
    """Lay the records of several tags into common rows: the k-th record of a step goes to the k-th row of that step."""
    if not any(map(len, series.values())):
        return Wide(np.empty(0, np.int64), np.empty(0), {tag: np.empty(0, np.int64) for tag in series})
    step = np.concatenate([columns.step for columns in series.values()])
    again = np.concatenate([_times_before(columns.step) for columns in series.values()])
    order = np.lexsort((again, step))
    new = np.ones(len(order), np.bool_)
    new[1:] = (np.diff(step[order]) != 0) | (np.diff(again[order]) != 0)
    place = np.empty(len(order), np.int64)
    place[order] = np.cumsum(new) - 1
    wall_time = np.full(int(new.sum()), np.nan)
    np.fmax.at(wall_time, place, np.concatenate([columns.wall_time for columns in series.values()]))
    ends = np.cumsum([len(columns) for columns in series.values()])[:-1]
    return Wide(step[order][new], wall_time, dict(zip(series, np.split(place, ends), strict=True)))


def _times_before(step: Int64Array) -> Int64Array:
    """Return, shape (n,), how many earlier records have the step of each."""
    order = np.argsort(step, kind="stable")
    begins = np.ones(len(step), np.bool_)
    begins[1:] = np.diff(step[order]) != 0
    place = np.arange(len(step))
    count = np.empty(len(step), np.int64)
    count[order] = place - np.maximum.accumulate(np.where(begins, place, 0))
    return count


def _long_blocks(series: Iterable[Mapping[str, Columns]]) -> Iterator[pa.RecordBatch]:
    for batch in series:
        for tag, columns in batch.items():
            times, values = _array(columns.wall_time, np.isnan(columns.wall_time)), pa.array(columns.value)
            parts = [pa.repeat(tag, len(columns)), pa.array(columns.step), times, values]
            yield pa.RecordBatch.from_arrays(parts, schema=_LONG)


def _wide_schema(tags: Collection[str], lead: tuple[str, str]) -> pa.Schema:
    """Name the columns: a tag that has a name of the first two, or in our own lines a `_` in front, gets a group."""
    names: dict[str, pa.DataType] = {lead[0]: pa.int64(), lead[1]: pa.float64()}
    for tag in tags:
        name = f"tag/{tag}" if lead[0] == STEP_KEY and tag.startswith("_") else tag
        while name in names:
            name = f"tag/{name}"
        names[name] = pa.float64()
    return pa.schema(list(names.items()))


def _wide_blocks(series: Mapping[str, Columns], wide: Wide, schema: pa.Schema) -> Iterator[pa.RecordBatch]:
    ordered = []
    for tag, columns in series.items():
        order = np.argsort(wide.places[tag], kind="stable")
        ordered.append((wide.places[tag][order], columns.value[order]))
    size = max(_MIN_BLOCK_ROWS, _BLOCK_CELLS // (len(series) + 1))
    for begin in range(0, len(wide.step), size):
        step, times = wide.step[begin : begin + size], wide.wall_time[begin : begin + size]
        parts = [pa.array(step), _array(times, np.isnan(times))]
        for places, values in ordered:
            first, end = np.searchsorted(places, [begin, begin + len(step)])
            column, missing = np.zeros(len(step)), np.ones(len(step), np.bool_)
            column[places[first:end] - begin] = values[first:end]
            missing[places[first:end] - begin] = False
            parts.append(_array(column, missing))
        yield pa.RecordBatch.from_arrays(parts, schema=schema)


def _array(values: Float64Array, missing: np.ndarray[Any, np.dtype[np.bool_]]) -> pa.Array:
    """Return numbers of shape (n,) with null where `missing`; a NaN that was logged stays one."""
    return pa.array(values, mask=missing, from_pandas=False)


def _counted(blocks: Iterable[pa.RecordBatch], total: int, tell: Callable[[float], None]) -> Iterator[pa.RecordBatch]:
    done = 0
    for block in blocks:
        yield block
        done += block.num_rows
        tell(done / max(total, 1))


def _write_csv(path: Path, blocks: Iterable[pa.RecordBatch], schema: pa.Schema) -> None:
    options = pyarrow.csv.WriteOptions(include_header=False, quoting_style="needed")
    with path.open("wb") as file:
        head = io.StringIO()
        csv.writer(head, lineterminator="\n").writerow(schema.names)
        file.write(head.getvalue().encode("utf-8", "replace"))
        with pyarrow.csv.CSVWriter(file, schema, write_options=options) as writer:
            for block in blocks:
                writer.write_batch(block)


def _write_parquet(path: Path, blocks: Iterable[pa.RecordBatch], schema: pa.Schema) -> None:
    with pq.ParquetWriter(path, schema, compression="zstd") as writer:
        for block in blocks:
            writer.write_batch(block)


def _write_json(path: Path, blocks: Iterable[pa.RecordBatch], rows: Rows, unknown_time: float) -> None:
    with path.open("wb", buffering=1 << 20) as file:
        for block in blocks:
            for row in block.to_pylist():
                file.write(_long_line(row) if rows == "long" else _wide_line(row, unknown_time))


def _long_line(row: Mapping[str, Any]) -> bytes:
    return json.dumps({**row, "value": encode_value(row["value"])}, ensure_ascii=False).encode("utf-8") + b"\n"


def _wide_line(row: dict[str, Any], unknown_time: float) -> bytes:
    """Write a line of our own format, which a run folder could hold."""
    step, wall_time = row.pop(STEP_KEY), row.pop(TIME_KEY)
    values = {tag: value for tag, value in row.items() if value is not None}
    return encode_row(step, unknown_time if wall_time is None else wall_time, values)
