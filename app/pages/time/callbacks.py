"""The time page asks the server through a plain route; Dash has nothing to do for it."""

from dash import Dash

from app.store.memory import StoreLike


def register(app: Dash, store: StoreLike) -> None:
    """Bind nothing: the charts are fed by `GET /api/v1/time`."""
