"""The controls of sounds and films. They show where a run logged one: see `assets/js/41-clips.js`."""

from collections.abc import Mapping

from dash import html
from dash.development.base_component import Component

from app.components import controls
from app.components.view import Field

RATES = (("0.25", "¼×"), ("0.5", "½×"), ("1", "1×"), ("2", "2×"))

FIELDS: Mapping[str, Field] = {
    "media_volume": Field("vol", "number", 1),  # 0 to 1
    "media_rate": Field("rate", "text", "1"),  # times as fast as it was logged
    "media_loop": Field("loop", "flag", False),
    "spectrogram": Field("spec", "flag", False),
}


def clip_controls() -> Component:
    """Return the controls that hold for all clips of the page."""
    return html.Div(
        [
            controls.option(
                "films",
                controls.action("clips-play", "play all", "Play the films in view together, in step (Space)", "toggle"),
                controls.action("clips-rewind", "rewind", "All films in view back to their beginning"),
                **{"data-for": "video"},
            ),
            controls.option("volume", controls.slider("media_volume", "Volume", 0, 1, 0.05, 1, 160)),
            controls.option(
                "speed",
                controls.segments("media_rate", "Speed of clips", RATES, "1"),
                controls.flag("media_loop", "loop", "Begin again at the end"),
            ),
            controls.option(
                "sounds",
                controls.flag("spectrogram", "spectrogram", "Frequencies over time below each waveform"),
                **{"data-for": "audio"},
            ),
        ],
        id="clip-controls",
        className="option-group",
        hidden=True,
        role="group",
        **{"aria-label": "Clips"},
    )
