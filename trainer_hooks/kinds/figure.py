"""Figures: matplotlib's are kept as SVG and as PNG, plotly's stay interactive."""

import io
from typing import Any

from trainer_hooks.media import Blob, Item
from trainer_hooks.values import describe

MAX_SHOWN_SVG_BYTES = 256 << 10  # a gallery shows the SVG up to this, above it the PNG; enlarged it is always the SVG
MAX_SVG_BYTES = 16 << 20  # above it no browser draws the SVG
DPI = 150
REPRODUCIBLE = {"svg.hashsalt": "tailboard"}  # the same picture twice is the same blob


def encode(value: Any) -> Item:
    """Encode one figure.

    Args:
        value: a matplotlib figure, or something drawn in one (axes, an artist); or a plotly figure.

    Raises:
        TypeError: it is neither.
    """
    if hasattr(value, "to_plotly_json"):
        content = value.to_json().encode("utf-8", "replace")
        return Item("application/vnd.plotly+json", Blob("json", content))
    figure = value if hasattr(value, "savefig") else getattr(value, "figure", None)
    if figure is None or not hasattr(figure, "savefig"):
        raise TypeError(f"expected a matplotlib or plotly figure, got {describe(value)}")
    return _from_matplotlib(figure)


def _from_matplotlib(figure: Any) -> Item:
    svg = Blob("svg", _drawn(figure, "svg", metadata={"Date": None}))
    png = Blob("png", _drawn(figure, "png", dpi=DPI))
    size = len(svg.content)
    if size <= MAX_SHOWN_SVG_BYTES:
        return Item("image/svg+xml", svg, parts={"png": png})
    return Item("image/png", png, parts={"svg": svg} if size <= MAX_SVG_BYTES else {})


def _drawn(figure: Any, extension: str, **options: Any) -> bytes:
    import matplotlib as mpl

    buffer = io.BytesIO()
    with mpl.rc_context(REPRODUCIBLE):
        figure.savefig(buffer, format=extension, bbox_inches="tight", **options)
    return buffer.getvalue()
