"""The controls of what lies above pictures. They show where a run logged some: see `assets/js/45-overlay-bar.js`."""

from collections.abc import Mapping

from dash import html
from dash.development.base_component import Component

from app.components import controls
from app.components.view import Field

FIELDS: Mapping[str, Field] = {
    "boxes": Field("boxes", "flag", True),
    "box_score": Field("score", "number", 0),  # boxes that score less are not shown
    "masks": Field("masks", "flag", True),
    "mask_opacity": Field("opacity", "number", 0.5),  # 0 to 1
    "overlay_off": Field("off", "list", []),  # names of classes that are not shown
}


def overlay_controls() -> Component:
    """Return the controls of boxes and masks; the browser adds a chip for each class."""
    return html.Div(
        [
            controls.option(
                "shown",
                html.Div(controls.flag("boxes", "boxes", "Show the boxes above pictures (b)"), **{"data-for": "boxes"}),
                html.Div(controls.flag("masks", "masks", "Show the masks above pictures (m)"), **{"data-for": "masks"}),
            ),
            controls.option(
                "score ≥",
                controls.slider("box_score", "Least score of a box", 0, 1, 0.01, 0, 160),
                html.Output(id="box-score-words", className="overlay-words"),
                **{"data-for": "boxes"},
            ),
            controls.option(
                "opacity",
                controls.slider("mask_opacity", "Opacity of masks", 0.05, 1, 0.05, 0.5, 160),
                **{"data-for": "masks"},
            ),
            controls.option(
                "classes",
                html.Div(id="overlay-classes", className="overlay-classes", role="group", **{"aria-label": "Classes"}),
            ),
        ],
        id="overlay-controls",
        className="option-group",
        hidden=True,
        role="group",
        **{"aria-label": "Boxes and masks"},
    )
