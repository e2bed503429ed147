"""The bar of the time page; the cards below it, one for each run, are drawn by the browser."""

from collections.abc import Mapping

from dash import html
from dash.development.base_component import Component

from app.components import controls
from app.components.view import Field

SPANS = (("all", "all steps"), ("half", "newest half"), ("tenth", "newest tenth"))
SCALES = (("shared", "one scale"), ("own", "per run"))
SIZES = (("s", "S"), ("m", "M"), ("l", "L"))

FIELDS: Mapping[str, Field] = {
    "time_span": Field("tspan", "text", "all"),  # which steps are drawn and judged
    "time_scale": Field("tscale", "text", "shared"),  # whose seconds the vertical axes span
    "time_size": Field("tsize", "text", "m"),
}


def layout() -> Component:
    """Return the controls for all cards and the place where they go."""
    return html.Div([_bar(), html.Div(id="time", className="time")])


def _bar() -> Component:
    return html.Div(
        [
            controls.segments("time_span", "Which steps are drawn and judged", SPANS, "all"),
            controls.segments("time_scale", "Whose seconds the vertical axes span", SCALES, "shared"),
            html.Span(className="spring"),
            controls.segments("time_size", "Size of cards", SIZES, "m"),
            html.Div(id="time-legend", className="time-legend"),
        ],
        className="toolbar",
        role="toolbar",
        **{"aria-label": "Time"},
    )
