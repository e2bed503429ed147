"""Tables: one JSON object of columns and rows."""

from collections.abc import Iterable
from typing import Any

from trainer_hooks.kinds.cells import to_cells
from trainer_hooks.media import Blob, Item


def encode(value: Any, columns: Iterable[Any] | None = None) -> Item:
    """Encode one table, see `Run.log_table`. Raises TypeError or ValueError with what is wrong with it."""
    cells = to_cells(value, columns)
    meta = {"rows": len(cells.rows), "columns": len(cells.columns)}
    return Item("application/json", Blob("json", cells.encode()), meta=meta)
