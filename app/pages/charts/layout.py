"""The bar of the charts page; the panels below it are drawn by the browser."""

from collections.abc import Mapping

from dash import html
from dash.development.base_component import Component

from app.components import controls
from app.components.view import Field

X_AXES = (
    ("step", "step"),
    ("relative_step", "relative step"),
    ("relative_time", "relative time"),
    ("wall_time", "wall time"),
)
SMOOTHINGS = (
    ("ema", "EMA"),
    ("time_weighted", "time-weighted EMA"),
    ("running", "running mean"),
    ("gaussian", "Gaussian"),
    ("savgol", "Savitzky-Golay"),
)
SIZES = (("s", "S"), ("m", "M"), ("l", "L"), ("xl", "XL"))

FIELDS: Mapping[str, Field] = {
    "x": Field("x", "text", "step"),
    "smooth": Field("smooth", "text", "ema"),
    "amount": Field("amount", "number", 0.6),
    "log_x": Field("logx", "flag", False),
    "log_y": Field("logy", "flag", False),
    "outliers": Field("outliers", "flag", False),
    "overlap": Field("overlap", "flag", False),
    "size": Field("size", "text", "m"),
    "pins": Field("pin", "list", []),
    "closed": Field("closed", "list", []),
    "panel_log": Field("plog", "list", []),
    "own_charts": Field("chart", "list", []),  # [category, title, form, tag, ...] of each, as JSON
}


def layout() -> Component:
    """Return the controls for all panels and the place where panels go."""
    return html.Div([_bar(), html.Div(id="panels", className="panels")], className="charts")


def _bar() -> Component:
    return html.Div(
        [
            controls.text("tags", "Filter tags", "Filter tags or /regex/", 156),
            html.Div(
                [html.Span("x", className="quiet"), controls.choice("x", "Horizontal axis", X_AXES, "step", 126)],
                className="named",
            ),
            html.Div(
                [
                    controls.choice("smooth", "Kind of smoothing", SMOOTHINGS, "ema", 122),
                    controls.slider("amount", "Smoothing", 0, 1, 0.01, 0.6, 96),
                    html.Output(id="amount-words", className="amount-words"),
                ],
                className="named",
            ),
            controls.flag("log_x", "log x", "Logarithmic horizontal axis"),
            controls.flag("log_y", "log y", "Logarithmic vertical axis (l)"),
            controls.flag("outliers", "ignore outliers", "Fit the vertical axis to the bulk of the values"),
            controls.flag("overlap", "overwritten", "Show the points that a resumed run logged again, too"),
            controls.segments("size", "Size of panels", SIZES, "m"),
            controls.icon("chart", "chart-new", "Compose a chart of several tags"),
        ],
        className="toolbar",
        role="toolbar",
        **{"aria-label": "Charts"},
    )
