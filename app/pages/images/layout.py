"""The bar of the media page; the galleries below it are drawn by the browser."""

from collections.abc import Mapping

from dash import html
from dash.development.base_component import Component

from app.components import controls
from app.components.view import Field
from app.pages.images import clips, overlays

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
    "media_kind": Field("kind", "text", ""),  # the one kind to show; empty: all
    "text_raw": Field("raw", "flag", False),
    "text_diffs": Field("diff", "list", []),  # what the texts of a tag are compared with: tag, how and what, as JSON
    "mesh_form": Field("mform", "text", "auto"),
    "mesh_point": Field("mpoint", "number", 3),  # size of a point in pixels
    "mesh_box": Field("mbox", "flag", True),
    "mesh_cameras": Field("mcam", "list", []),  # where the meshes of a tag are looked at from, as JSON
    "tensor_slices": Field("slice", "list", []),  # places on the leading axes of a tag's tensors, as JSON
    **clips.FIELDS,
    **overlays.FIELDS,
}


def layout() -> Component:
    """Return the controls for all galleries and the place where galleries go."""
    return html.Div([_bar(), html.Div(id="gallery", className="gallery")])


def _bar() -> Component:
    return html.Div(
        [
            controls.text("image_tags", "Filter tags", "Filter tags or /regex/", 160),
            html.Div(id="gallery-kinds", className="row", role="group", hidden=True, **{"aria-label": "Kinds"}),
            controls.bar_end(
                "gallery-steps",
                controls.segments("image_size", "Size of items", SIZES, "m"),
                controls.options(
                    controls.option(
                        "below items",
                        controls.flag("captions", "captions", "Show what was logged with each item below it"),
                    ),
                    _looks(),
                    clips.clip_controls(),
                    overlays.overlay_controls(),
                ),
            ),
        ],
        className="toolbar",
        role="toolbar",
        **{"aria-label": "Media"},
    )


def _looks() -> Component:
    """Return what changes pictures alone; the browser hides it where there are none."""
    return html.Div(
        [
            controls.option(
                "enlarged as", controls.segments("image_pixels", "How small pictures are enlarged", PIXELS, "auto")
            ),
            controls.option("brightness", controls.slider("brightness", "Brightness", 0.2, 3, 0.05, 1, 160)),
            controls.option(
                "contrast",
                controls.slider("contrast", "Contrast", 0.2, 3, 0.05, 1, 160),
                controls.action("look-reset", "reset", "Brightness and contrast as they were logged"),
            ),
        ],
        id="gallery-looks",
        className="option-group",
        role="group",
        **{"aria-label": "Pictures"},
    )
