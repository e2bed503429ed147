"""The bar of the files page, the line that sums up, and the place of the rows."""

from collections.abc import Mapping

from dash import html
from dash.development.base_component import Component

from app.components import controls
from app.components.view import Field

SHOWN = (("all", "all"), ("runs", "runs"), ("problems", "with problems"), ("skipped", "skipped"))

FIELDS: Mapping[str, Field] = {
    "files_filter": Field("file", "text", ""),
    "files_show": Field("show", "text", "all"),
    "files_format": Field("format", "text", "all"),
    "files_sort": Field("fsort", "text", "path"),  # a column; "-" before it turns the order around
}


def layout() -> Component:
    """Return the page without rows; the browser asks for them when someone looks."""
    return html.Div(
        [
            _bar(),
            html.P(id="files-about", className="files-about quiet", role="status"),
            html.Div(id="files-words", className="empty", hidden=True),
            html.Div(id="files-table", className="files-table"),
        ],
        className="files-page",
    )


def _bar() -> Component:
    return html.Div(
        [
            controls.text("files_filter", "Filter files", "Filter files or /regex/", 170),
            controls.segments("files_show", "Which rows", SHOWN, "all"),
            controls.choice("files_format", "Format", [("all", "all formats")], "all", 130),
        ],
        className="toolbar",
        role="toolbar",
        **{"aria-label": "Files"},
    )
