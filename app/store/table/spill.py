"""Rows put aside in a temporary file, so that sorting them takes memory for their keys only."""

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import pyarrow as pa
import pyarrow.ipc

from app.readers.contract import Int64Array
from app.store.table.columns import TableColumn


class SpilledPart:
    """Rows in the file, mapped into memory: the system reads them when asked and lets them go when it needs room."""

    def __init__(self, rows: pa.RecordBatch) -> None:
        self.weight: int = rows.num_rows
        self._rows = rows

    def __len__(self) -> int:
        return self.weight

    def cells(self, column: TableColumn, rows: Int64Array) -> pa.Array:
        """See `Part.cells`."""
        return self._rows.column(column.name).take(pa.array(rows))


class Spill:
    """Written first, block by block, then read in any order."""

    def __init__(self, path: str, schema: pa.Schema) -> None:
        self._path = path
        self._writer = pyarrow.ipc.new_file(path, schema)

    def write(self, rows: pa.RecordBatch) -> None:
        """Put rows after those written so far."""
        self._writer.write_batch(rows)

    def parts(self) -> list[SpilledPart]:
        """End the writing and return the rows as they were written."""
        self._writer.close()
        reader = pyarrow.ipc.open_file(pa.memory_map(self._path))
        return [SpilledPart(reader.get_batch(number)) for number in range(reader.num_record_batches)]


@contextmanager
def spilled(columns: Sequence[tuple[str, pa.DataType]]) -> Iterator[Spill]:
    """Open a temporary file for rows of these columns; it is deleted at the end. It lies where TMPDIR says."""
    with tempfile.NamedTemporaryFile(prefix="tailboard-table-", suffix=".arrow") as file:
        yield Spill(file.name, pa.schema(columns))
