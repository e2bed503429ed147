"""Figures: matplotlib's become SVG, or PNG where that would be large; plotly's stay interactive."""

import io
from typing import Any

from trainer_hooks.media import Blob, Item
from trainer_hooks.values import describe

MAX_SVG_BYTES = 256 << 10
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
    svg = _drawn(figure, "svg", metadata={"Date": None})
    if len(svg) <= MAX_SVG_BYTES:
        return Item("image/svg+xml", Blob("svg", svg))
    return Item("image/png", Blob("png", _drawn(figure, "png", dpi=DPI)))


def _drawn(figure: Any, extension: str, **options: Any) -> bytes:
    import matplotlib as mpl

    buffer = io.BytesIO()
    with mpl.rc_context(REPRODUCIBLE):
        figure.savefig(buffer, format=extension, bbox_inches="tight", **options)
    return buffer.getvalue()
