"""The bar of the images page; the galleries below it are drawn by the browser."""

from collections.abc import Mapping

from dash import html
from dash.development.base_component import Component

from app.components import controls
from app.components.view import Field

SIZES = (("s", "S"), ("m", "M"), ("l", "L"), ("xl", "XL"))
PIXELS = (("auto", "auto"), ("pixels", "pixels"), ("smooth", "smooth"))

FIELDS: Mapping[str, Field] = {
    "image_tags": Field("itags", "text", ""),  # filter of tags: text, or /regex/
    "image_step": Field("istep", "text", ""),  # of all tags; empty: the latest, whatever it becomes
    "image_steps": Field("tagstep", "list", []),  # "STEP TAG" of each tag that was moved by itself
    "image_size": Field("isize", "text", "m"),
    "image_pixels": Field("pixels", "text", "auto"),
    "image_open": Field("open", "text", ""),  # what is enlarged: run, tag and place in the call, as a JSON list
    "brightness": Field("bright", "number", 1),
    "contrast": Field("contrast", "number", 1),
    "captions": Field("captions", "flag", True),
}


def layout() -> Component:
    """Return the controls for all galleries and the place where galleries go."""
    return html.Div([_bar(), html.Div(id="gallery", className="gallery")])


def _bar() -> Component:
    return html.Div(
        [
            controls.text("image_tags", "Filter tags", "Filter tags or /regex/", 160),
            html.Div(id="gallery-steps", className="gallery-steps"),
            html.Div(className="break"),
            controls.segments("image_size", "Size of pictures", SIZES, "m"),
            controls.segments("image_pixels", "How small pictures are enlarged", PIXELS, "auto"),
            _named("brightness", controls.slider("brightness", "Brightness", 0.2, 3, 0.05, 1, 64)),
            _named("contrast", controls.slider("contrast", "Contrast", 0.2, 3, 0.05, 1, 64)),
            controls.action("look-reset", "reset", "Brightness and contrast as they were logged"),
            controls.flag("captions", "captions", "Show what was logged with each picture below it"),
        ],
        className="toolbar",
        role="toolbar",
        **{"aria-label": "Images"},
    )


def _named(words: str, control: Component) -> Component:
    return html.Div([html.Span(words, className="quiet"), control], className="named")
