"""`GET /api/v1/charts` and `POST /api/v1/charts`: the charts that people composed for everybody."""

from dataclasses import asdict
from typing import Any

from flask import Flask, Response, request

from app.api.answers import error_answer, json_answer
from app.api.posted import RefusedError, posted_change
from app.settings import Settings
from app.store.folders import FolderError
from app.store.layouts import Layout, LayoutChangedError, Layouts, as_charts
from app.store.memory import StoreLike
from app.store.query import QuestionError

READ_ONLY = "This server shows runs and changes nothing: with --write, charts can be saved for everybody."


def register(server: Flask, _store: StoreLike, settings: Settings) -> None:
    """Serve the routes."""
    layouts = Layouts.of(settings)
    route = f"{settings.url_prefix}api/v1/charts"
    server.add_url_rule(route, "api_charts", lambda: _answer(layouts, settings), methods=["GET", "POST"])


def _answer(layouts: Layouts, settings: Settings) -> Response:
    if request.method == "GET":
        return json_answer(_entry(layouts.read()))
    fields = posted_change()
    if not settings.write:
        raise RefusedError(READ_ONLY, 403)
    try:
        charts = as_charts(fields.get("charts"))
    except ValueError as error:
        raise QuestionError(f"These charts make no sense: {error}.") from error
    try:
        return json_answer(_entry(layouts.write(charts, str(fields.get("was", "")))))
    except LayoutChangedError as error:
        return error_answer(f"{error} They are on the page now: save again to add yours.", 409)
    except (OSError, FolderError) as error:
        raise RefusedError(f"The charts could not be kept: {error}. --state-dir names another folder.", 500) from error


def _entry(layout: Layout) -> dict[str, Any]:
    return {"charts": [asdict(chart) for chart in layout.charts], "revision": layout.revision}
