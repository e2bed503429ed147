"""The bar of the panes page; the windows below it are drawn by the browser."""

from collections.abc import Mapping

from dash import html
from dash.development.base_component import Component

from app.components import controls
from app.components.view import Field

FIELDS: Mapping[str, Field] = {
    "pane_environments": Field("environments", "list", None),  # None: "main", or else the one that changed last
    "pane_filter": Field("windows", "text", ""),  # filter of titles: text, or /regex/
    "pane_compare": Field("compare", "flag", False),  # windows of one title together
}


def layout() -> Component:
    """Return the controls and the place where the windows go."""
    return html.Div([_bar(), html.Div(id="panes", className="panes")])


def _bar() -> Component:
    return html.Div(
        [
            html.Div(id="panes-environments"),
            controls.text("pane_filter", "Filter windows", "Filter titles or /regex/", 180),
            controls.flag("pane_compare", "compare", "Windows of the same title together"),
            html.Span(id="panes-count", className="quiet", role="status"),
            html.Span(className="spring"),
            controls.action(
                "panes-tidy", "tidy", "Put the windows close together, in the order in which they are read"
            ),
            controls.options(
                controls.option(
                    "sizes",
                    controls.action(
                        "panes-reset", "as scripts asked", "Sizes and order as the scripts made the windows"
                    ),
                ),
                html.Div(id="panes-manage", className="option-group"),
            ),
        ],
        className="toolbar",
        role="toolbar",
        **{"aria-label": "Panes"},
    )
