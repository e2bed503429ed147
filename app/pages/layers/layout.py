"""The bar of the layers page; the heat maps below it are drawn by the browser. The step is the one of Media."""

from collections.abc import Mapping

from dash import html
from dash.development.base_component import Component

from app.components import controls
from app.components.view import Field
from app.pages.layers.scales import DIVERGING, SEQUENTIAL

STATISTICS = (
    ("std", "standard deviation"),
    ("mean", "mean"),
    ("norm", "norm (L2)"),
    ("rms", "root mean square"),
    ("zeros", "share of zeros"),
    ("nonfinite", "share of non-finite"),
    ("min", "smallest value"),
    ("max", "largest value"),
    ("absmax", "largest magnitude"),
    ("grad_norm", "gradient norm"),
    ("weight_norm", "weight norm"),
    ("update_ratio", "update / weight"),
    ("grad_zeros", "zeros in gradients"),
    ("grad_nonfinite", "non-finite in gradients"),
    ("weight_nonfinite", "non-finite in weights"),
    ("activation_mean", "activation mean"),
    ("activation_std", "activation deviation"),
    ("activation_zeros", "zeros in activations"),
    ("activation_nonfinite", "non-finite in activations"),
)
SCALES = (("shared", "one scale"), ("row", "per row"))
SIZES = (("s", "S"), ("m", "M"), ("l", "L"), ("xl", "XL"))

FIELDS: Mapping[str, Field] = {
    "layers_tags": Field("ltags", "text", ""),  # filter of tags: text, or /regex/
    "layers_stat": Field("lstat", "text", "std"),
    "layers_scale": Field("lscale", "text", "shared"),
    "layers_log": Field("llog", "flag", False),
    "layers_size": Field("lsize", "text", "m"),
    "layers_folded": Field("lfold", "flag", False),  # groups of rows are folded away, but for
    "layers_except": Field("lgroup", "list", []),  # these, which are the other way round
    "layers_open": Field("lopen", "text", ""),  # whose histogram is beside: run and tag, as a JSON list
}


def layout() -> Component:
    """Return the controls for all heat maps and the place where these go."""
    scales = {"data-sequential": " ".join(SEQUENTIAL), "data-diverging": " ".join(DIVERGING)}
    return html.Div([_bar(), html.Div(id="layers", className="layers", **scales)])


def _bar() -> Component:
    return html.Div(
        [
            controls.text("layers_tags", "Filter tags", "Filter tags or /regex/", 160),
            controls.choice("layers_stat", "What is told of each histogram or watched layer", STATISTICS, "std", 172),
            controls.segments("layers_scale", "Whose values a colour scale spans", SCALES, "shared"),
            controls.bar_end(
                "layers-steps",
                controls.segments("layers_size", "Height of rows", SIZES, "m"),
                controls.options(
                    controls.option("colours", controls.flag("layers_log", "log", "Logarithmic colours")),
                    controls.option(
                        "rows",
                        controls.flag("layers_folded", "fold all", "One row for each module, its tags folded away"),
                    ),
                ),
            ),
        ],
        className="toolbar",
        role="toolbar",
        **{"aria-label": "Layers"},
    )
