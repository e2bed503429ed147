"""The bar of the graph page and the frame below it, which the browser fills. The step is the one of all media."""

from collections.abc import Mapping

from dash import html
from dash.development.base_component import Component

from app.components import controls
from app.components.view import Field

MODES = (("boxes", "graph"), ("table", "layers"))

FIELDS: Mapping[str, Field] = {
    "graph_find": Field("gfind", "text", ""),  # what is searched for: text, or /regex/
    "graph_mode": Field("gmode", "text", "boxes"),
    "graph_run": Field("grun", "text", ""),  # whose graph is shown; "" for the first picked run that has one
    "graph_tag": Field("gtag", "text", ""),  # which of its graphs; "" for the first
    "graph_open": Field("gopen", "list", []),  # boxes that are open
    "graph_shut": Field("gshut", "list", []),  # rows of the table that are closed
    "graph_chosen": Field("gnode", "text", ""),  # the box or row that the panel tells of
}


def layout() -> Component:
    """Return the controls and the place where the graph goes."""
    return html.Div([_bar(), html.Div(id="graph", className="graph")], className="graph-page")


def _bar() -> Component:
    return html.Div(
        [
            html.Div(id="graph-runs", className="graph-runs"),
            controls.segments("graph_mode", "What is shown", MODES, "boxes"),
            controls.text("graph_find", "Search the graph", "Search or /regex/", 180),
            html.Span(id="graph-found", className="quiet", role="status"),
            html.Div(id="graph-steps", className="bar-steps graph-steps"),
        ],
        className="toolbar",
        role="toolbar",
        **{"aria-label": "Graph"},
    )
