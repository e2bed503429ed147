"""The hyper-parameters page asks the server through plain routes; Dash has nothing to do for it."""

from dash import Dash

from app.store.memory import StoreLike


def register(app: Dash, store: StoreLike) -> None:
    """Bind nothing: the page is fed by `GET /api/v1/hparams`."""
