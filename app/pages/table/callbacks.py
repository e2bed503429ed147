"""Callbacks of the table page. Rows come from `GET /api/v1/table`, which the grid asks itself; see 61-table.js."""

from typing import Any

from dash import Dash, Input, Output, no_update

from app.pages.table import ids
from app.pages.table.grid import empty_grid
from app.store.memory import StoreLike


def register(app: Dash, _store: StoreLike) -> None:
    """Bind the place of the grid to the first look at the page."""
    app.callback(Output(ids.BODY, "children"), Input(ids.OPENED, "data"), prevent_initial_call=True)(show)


def show(opened: bool | None) -> Any:
    """Return the grid once the browser has its code."""
    return empty_grid() if opened else no_update
