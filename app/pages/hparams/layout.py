"""The bar of the hyper-parameters page; the drawings and the table below it are made by the browser."""

from collections.abc import Mapping

from dash import html
from dash.development.base_component import Component

from app.components import controls
from app.components.view import Field

VIEWS = (("parallel", "parallel"), ("scatter", "scatter matrix"))
FIGURES = (("best", "best"), ("last", "last"), ("min", "lowest"), ("max", "highest"))
COLOURS = (("metric", "by metric"), ("run", "by run"))

FIELDS: Mapping[str, Field] = {
    "hparam_view": Field("hview", "text", "parallel"),
    "hparam_metric": Field("hmetric", "text", ""),  # empty: the headline of most runs
    "hparam_figure": Field("hfigure", "text", "best"),
    "hparam_better": Field("hbetter", "text", ""),  # "min" or "max" where the guess is wrong
    "hparam_colour": Field("hcolour", "text", "metric"),
    "hparam_axes": Field("haxes", "list", None),  # None: all parameters that differ
    "hparam_log": Field(
        "hlog", "list", []
    ),  # axes that are logarithmic where they would not be, or not where they would
    "hparam_brush": Field("hbrush", "list", []),  # [axis, low, high] or [axis, [value, ...]] of each, as JSON
    "hparam_sort": Field("hsort", "text", ""),  # column of the table, "-" before it for falling
}


def layout() -> Component:
    """Return the controls and the place where drawings and table go."""
    return html.Div([_bar(), html.Div(id="hparams", className="gallery hparams")])


def _bar() -> Component:
    return html.Div(
        [
            html.Div(id="hparam-metric", className="named"),
            controls.segments("hparam_figure", "Which value of the metric counts", FIGURES, "best"),
            controls.segments("hparam_view", "What is drawn", VIEWS, "parallel"),
            html.Div(id="hparam-axes", className="named"),
            html.Div(className="spring"),
            controls.options(
                controls.option("the metric", html.Div(id="hparam-better")),
                controls.option(
                    "colours", controls.segments("hparam_colour", "Colour of lines and points", COLOURS, "metric")
                ),
            ),
        ],
        className="toolbar",
        role="toolbar",
        **{"aria-label": "Hyper-parameters"},
    )
