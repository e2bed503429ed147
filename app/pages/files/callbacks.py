"""The files page asks `GET /api/v1/files`; Dash has nothing to do for it."""

from dash import Dash

from app.store.memory import StoreLike


def register(app: Dash, store: StoreLike) -> None:
    """Bind nothing: the rows are drawn by the browser, see assets/js/70-files.js."""
