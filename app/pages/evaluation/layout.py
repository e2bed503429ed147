"""The bar of the evaluation page; the panels below it are drawn by the browser. The step is the one of Media."""

from collections.abc import Mapping

from dash import html
from dash.development.base_component import Component

from app.components import controls
from app.components.view import Field

CURVES = (("logged", "as logged"), ("pr", "PR"), ("roc", "ROC"))
TIMES = (("step", "at one step"), ("steps", "over steps"))
CELLS = (("counts", "counts"), ("true", "% of true"), ("predicted", "% of predicted"), ("all", "% of all"))
SIZES = (("s", "S"), ("m", "M"), ("l", "L"), ("xl", "XL"))

FIELDS: Mapping[str, Field] = {
    "evaluation_tags": Field("etags", "text", ""),  # filter of tags: text, or /regex/
    "evaluation_curve": Field("curve", "text", "logged"),  # each kind as it was logged, or all in one way
    "evaluation_time": Field("eover", "text", "step"),  # curves at one step, or their areas over all
    "evaluation_size": Field("esize", "text", "m"),
    "evaluation_together": Field("classes", "flag", True),  # the classes of a group of tags share a panel
    "evaluation_fit": Field("efit", "flag", False),  # the axes show what is drawn, not 0 to 1
    "evaluation_threshold": Field("threshold", "text", ""),  # that all panels mark; empty: none
    "evaluation_sort": Field("esort", "text", "name"),  # of the legends: "name" or "area"
    "evaluation_off": Field("ehide", "list", []),  # "RUN TAG" of each curve that is not drawn
    "evaluation_cells": Field("cells", "text", "counts"),  # what the cells of a matrix show
    "evaluation_errors": Field("errors", "flag", False),  # the diagonal is hidden
    "evaluation_difference": Field("ediff", "flag", False),  # each matrix less the one of the first run
}


def layout() -> Component:
    """Return the controls for all panels and the place where they go."""
    return html.Div([_bar(), html.Div(id="evaluation", className="gallery evaluation")])


def _bar() -> Component:
    return html.Div(
        [
            controls.text("evaluation_tags", "Filter tags", "Filter tags or /regex/", 160),
            controls.segments("evaluation_time", "Curves at one step, or their areas over steps", TIMES, "step"),
            html.Div(controls.segments("evaluation_curve", "Which curves", CURVES, "logged"), **{"data-for": "curves"}),
            html.Div(
                controls.segments("evaluation_cells", "What the cells of a confusion matrix show", CELLS, "counts"),
                **{"data-for": "matrices"},
            ),
            controls.bar_end(
                "evaluation-steps",
                controls.segments("evaluation_size", "Size of panels", SIZES, "m"),
                controls.options(_of_curves(), _of_matrices()),
            ),
        ],
        className="toolbar",
        role="toolbar",
        **{"aria-label": "Evaluation"},
    )


def _of_curves() -> Component:
    flags = [
        controls.flag("evaluation_together", "classes together", "Tags of the same name but for a class share a panel"),
        controls.flag("evaluation_fit", "fit axes", "Show the part of the axes where the curves are, not 0 to 1"),
    ]
    threshold = controls.text("evaluation_threshold", "Threshold that all panels mark", "none", 84)
    parts = [controls.option("curves", *flags), controls.option("threshold", threshold)]
    return html.Div(parts, className="option-group", **{"data-for": "curves"})


def _of_matrices() -> Component:
    flags = [
        controls.flag("evaluation_errors", "errors only", "Hide the diagonal: the colours show the errors"),
        controls.flag("evaluation_difference", "difference", "Each matrix less that of the first run"),
    ]
    return html.Div(controls.option("matrices", *flags), className="option-group", **{"data-for": "matrices"})
