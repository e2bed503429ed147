"""The bar of the histograms page; the cards below it are drawn by the browser. The step is the one of Media."""

from collections.abc import Mapping

from dash import html
from dash.development.base_component import Component

from app.components import controls
from app.components.view import Field

MODES = (
    ("ridges", "ridges"),
    ("overlay", "overlay"),
    ("heatmap", "heatmap"),
    ("quantiles", "quantiles"),
    ("step", "at one step"),
)
SIZES = (("s", "S"), ("m", "M"), ("l", "L"), ("xl", "XL"))

FIELDS: Mapping[str, Field] = {
    "histogram_tags": Field("htags", "text", ""),  # filter of tags: text, or /regex/
    "histogram_mode": Field("histo", "text", "ridges"),
    "histogram_size": Field("hsize", "text", "m"),
    "histogram_shared": Field("haxis", "flag", True),  # the runs of a tag share the axis of values
    "histogram_log": Field("clog", "flag", False),  # counts on a logarithmic scale
    "histogram_together": Field("hjoin", "flag", False),  # quantiles, and one step, of all runs in one card
    "histogram_closed": Field("hclosed", "list", []),  # groups of tags that are folded away
}


def layout() -> Component:
    """Return the controls for all cards and the place where they go."""
    return html.Div([_bar(), html.Div(id="histograms", className="gallery histograms")])


def _bar() -> Component:
    return html.Div(
        [
            controls.text("histogram_tags", "Filter tags", "Filter tags or /regex/", 160),
            controls.segments("histogram_mode", "What is drawn", MODES, "ridges"),
            controls.bar_end(
                "histogram-steps",
                controls.segments("histogram_size", "Size of cards", SIZES, "m"),
                controls.options(
                    controls.option(
                        "values",
                        controls.flag("histogram_shared", "same axis", "The runs of a tag share one axis of values"),
                    ),
                    controls.option(
                        "counts",
                        controls.flag("histogram_log", "log", "Counts on a logarithmic scale"),
                        **{"data-for": "counts"},
                    ),
                    controls.option(
                        "cards",
                        controls.flag("histogram_together", "runs together", "All picked runs of a tag in one card"),
                        **{"data-for": "together"},
                    ),
                ),
            ),
        ],
        className="toolbar",
        role="toolbar",
        **{"aria-label": "Histograms"},
    )
