"""The panes page asks the server through plain routes; Dash has nothing to do for it."""

from dash import Dash

from app.store.memory import StoreLike


def register(app: Dash, store: StoreLike) -> None:
    """Bind nothing: the windows are fed by `POST /api/v1/panes`."""
