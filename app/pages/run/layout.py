"""The frame of the run page: its bar, the head that the browser keeps current, and the body that callbacks fill."""

from collections.abc import Mapping

from dash import dcc, html
from dash.development.base_component import Component

from app.components import controls
from app.components.view import Field
from app.pages.run import ids

FIELDS: Mapping[str, Field] = {
    "run": Field("of", "text", ""),  # the one run to show; empty: all picked runs, compared
    "run_filter": Field("named", "text", ""),  # of the names in all tables of the page
    "equal": Field("equal", "flag", False),  # in comparisons, rows in which all runs agree
}


def layout() -> Component:
    """Return the page without any run in it."""
    return html.Div(
        [
            _bar(),
            html.Div(id="run-head", className="run-head"),
            html.Div(id="run-edit", className="run-edit", hidden=True),
            html.Div(id=ids.BODY, className="run-body"),
            dcc.Store(id=ids.QUESTION),
            dcc.Store(id=ids.SIGN),
        ]
    )


def _bar() -> Component:
    return html.Div(
        [
            controls.text("run_filter", "Filter names", "Filter names or /regex/", 170),
            controls.flag("equal", "equal rows too", "Show what is the same in all compared runs, too"),
            html.Button(id="run-compare", className="button", type="button", **{"data-act": "run-compare"}),
        ],
        className="toolbar",
        role="toolbar",
        **{"aria-label": "Run"},
    )
