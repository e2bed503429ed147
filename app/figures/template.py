"""The look of every line chart, as plotly layout dicts. The browser fills in data."""

from typing import Any

from app.figures.palette import TOKENS, Theme

FONT = "Inter, 'Segoe UI', system-ui, sans-serif"


def panel_layout(theme: Theme) -> dict[str, Any]:
    """Return the layout of a panel: small margins, hairline grid, no legend (the run list is the legend)."""
    tokens = TOKENS[theme]
    axis = {
        "gridcolor": tokens["grid"],
        "zeroline": False,
        "linecolor": tokens["hairline"],
        "tickcolor": tokens["hairline"],
        "ticks": "outside",
        "ticklen": 4,
        "tickfont": {"color": tokens["text-quiet"], "size": 11},
        "automargin": False,
        "separatethousands": True,
    }
    return {
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "font": {"family": FONT, "color": tokens["text"], "size": 11},
        "margin": {"l": 52, "r": 10, "t": 6, "b": 26},
        "showlegend": False,
        "hovermode": False,
        "dragmode": "zoom",
        "uirevision": "keep",
        "xaxis": axis
        | {"nticks": 5, "tickangle": 0, "exponentformat": "SI", "minexponent": 5},  # 20,000 steps, 200k steps
        "yaxis": axis | {"nticks": 6, "exponentformat": "e"},  # 1.5e-5 has room where 1.5x10^-5 has none
        "modebar": {"remove": ["lasso2d", "select2d"]},
    }


GRAPH_CONFIG: dict[str, Any] = {
    "displayModeBar": False,
    "displaylogo": False,
    "showSendToCloud": False,  # plotly.js 4 offers to upload the data to a public cloud
    "doubleClick": False,  # the panel itself answers a double click: all points again
    "responsive": False,
    "scrollZoom": False,
}
