"""A table as a Parquet file, made one row group at a time and handed on as soon as it is written."""

import io
from collections.abc import Iterable, Iterator, Mapping

import pyarrow as pa
import pyarrow.parquet as pq

from app.store.table import Block

ROW_GROUP_CELLS = 1 << 20
"""Cells of a row group: 8 MB before compression, and what the server holds of the file at a time."""


class _Sink(io.RawIOBase):
    """What the writer writes into. Parquet is written from front to back, so what was taken out is never missed."""

    def __init__(self) -> None:
        self._written: list[bytes] = []
        self._position = 0

    def writable(self) -> bool:
        return True

    def write(self, data: object) -> int:
        piece = bytes(memoryview(data))  # type: ignore[arg-type]
        self._written.append(piece)
        self._position += len(piece)
        return len(piece)

    def tell(self) -> int:
        return self._position

    def drain(self) -> bytes:
        """Return what was written since the last call."""
        taken, self._written = b"".join(self._written), []
        return taken


def parquet_pieces(
    blocks: Iterable[Block], schema: pa.Schema, metadata: Mapping[str, str]
) -> Iterator[tuple[bytes, Block]]:
    """Write blocks as one Parquet file.

    Args:
        blocks: rows of this schema.
        schema: name and type of every column.
        metadata: what the file says of itself: key-value metadata of its footer.

    Yields:
        For each block the bytes that are ready, often none, and the block; the footer comes with the last block again,
        without rows.
    """
    sink = _Sink()
    held: list[pa.RecordBatch] = []
    nothing = pa.RecordBatch.from_pylist([], schema)
    with pq.ParquetWriter(sink, schema.with_metadata(dict(metadata)), compression="zstd") as writer:
        for block in blocks:
            held.append(block.rows)
            if sum(rows.num_rows for rows in held) * len(schema) >= ROW_GROUP_CELLS:
                writer.write_table(_table(held, writer.schema))
                held = []
            yield sink.drain(), block
        if held:
            writer.write_table(_table(held, writer.schema))
    yield sink.drain(), Block(nothing, 1.0)


def _table(held: list[pa.RecordBatch], schema: pa.Schema) -> pa.Table:
    return pa.Table.from_batches(held).replace_schema_metadata(schema.metadata)
