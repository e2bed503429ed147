"""`wandb.Table`: rows and columns; pictures, sound and films in its cells become items beside it."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from trainer_hooks.run import Run
from trainer_hooks.wandb.data import Image, Media, log_images


class Table(Media):
    """Rows of cells under named columns."""

    MAX_ROWS = 1_000_000

    def __init__(
        self,
        columns: Sequence[Any] | None = None,
        data: Any = None,
        rows: Any = None,
        dataframe: Any = None,
        dtype: Any = None,  # noqa: ARG002 - cells may be of any type
        optional: Any = True,  # noqa: ARG002
        allow_mixed_types: bool = False,  # noqa: ARG002
        log_mode: str | None = "IMMUTABLE",  # noqa: ARG002 - a table may be logged again
    ) -> None:
        frame = data if hasattr(data, "itertuples") else dataframe
        if frame is not None:
            columns = list(frame.columns) if columns is None else columns
            given: Iterable[Any] = frame[list(columns)].itertuples(index=False, name=None)
        else:
            given = data if data is not None else rows if rows is not None else ()
        self.data: list[list[Any]] = [list(row) for row in given]
        width = max(map(len, self.data), default=0)
        default = ["Input", "Output", "Expected"] if not width else list(range(width))
        self.columns: list[Any] = list(columns) if columns is not None else default

    def add_data(self, *data: Any) -> None:
        """Add one row."""
        self.data.append(list(data))

    def add_row(self, *row: Any) -> None:
        """Add one row."""
        self.add_data(*row)

    def add_column(self, name: Any, data: Iterable[Any], optional: bool = False) -> None:  # noqa: ARG002
        """Add one column; rows that are missing are begun."""
        cells = list(data)
        if not self.data:
            self.columns = [] if self.columns == ["Input", "Output", "Expected"] else self.columns
            self.data = [[] for _ in cells]
        for row, cell in zip(self.data, cells, strict=False):
            row.append(cell)
        self.columns.append(name)

    def add_computed_columns(self, fn: Any) -> None:
        """Add columns computed from each row: `fn(number, {column: cell})` returns columns and cells."""
        found = [fn(number, dict(zip(self.columns, row, strict=False))) for number, row in enumerate(self.data)]
        for name in dict.fromkeys(name for one in found for name in one):
            self.add_column(name, [one.get(name) for one in found])

    def get_column(self, name: Any, convert_to: str | None = None) -> Any:
        """Return the cells of one column, as an array of numpy where `convert_to` is "numpy"."""
        place = self.columns.index(name)
        cells = [row[place] for row in self.data]
        if convert_to != "numpy":
            return cells
        import numpy as np

        return np.array(cells)

    def get_dataframe(self) -> Any:
        """Return a pandas DataFrame."""
        import pandas as pd

        return pd.DataFrame(self.data, columns=self.columns)

    def get_index(self) -> list[int]:
        """Return the numbers of the rows."""
        return list(range(len(self.data)))

    def iterrows(self) -> Iterator[tuple[int, list[Any]]]:
        """Yield number and cells of each row."""
        yield from enumerate(self.data)

    def cast(self, *_: Any, **__: Any) -> None:
        """Do nothing: cells may be of any type."""

    def log_to(self, run: Run, tag: str, step: int) -> None:
        """Log the table, and what cells hold beside text and numbers as `<tag>/<column>`."""
        rows = [list(row) for row in self.data]
        for place, column in enumerate(self.columns):
            held = [(number, row[place]) for number, row in enumerate(rows) if place < len(row)]
            media = [(number, cell) for number, cell in held if isinstance(cell, Media)]
            if media:
                _log_cells(run, f"{tag}/{column}", media, step)
            for order, (number, _) in enumerate(media):
                rows[number][place] = f"{tag}/{column}, item {order + 1}"
        run.log_table(tag, rows, step=step, columns=self.columns)


def _log_cells(run: Run, tag: str, cells: Sequence[tuple[int, Media]], step: int) -> None:
    if all(isinstance(cell, Image) for _, cell in cells):
        log_images(run, tag, [Image(cell, caption=f"row {number + 1}") for number, cell in cells], step)
        return
    for order, (_, cell) in enumerate(cells):
        cell.log_to(run, f"{tag}/{order + 1}", step)
