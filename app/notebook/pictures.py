"""Panels as a Matplotlib figure, or as a Plotly figure in plain dictionaries."""

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from app.figures.palette import RUN_COLOURS, TOKENS
from app.figures.template import FONT
from app.notebook.curves import Axis, Curve, Look, Panel

if TYPE_CHECKING:
    from matplotlib.figure import Figure

COLUMNS = 3  # of panels, at most
PANEL_INCHES = (5.2, 3.4)
PANEL_PX = (460, 320)
RAW_OPACITY = 0.3
X_WORDS: dict[Axis, str] = {"step": "step", "relative": "seconds since the start", "wall": "time (UTC)"}
_MATPLOTLIB_DASHES = ("-", "--", ":", "-.")
_PLOTLY_DASHES = ("solid", "dash", "dot", "dashdot")
_COLOURS = RUN_COLOURS["light"]
_GRID = TOKENS["light"]["grid"]


def shape_of(count: int) -> tuple[int, int]:
    """Rows and columns that so many panels stand in."""
    columns = max(1, min(COLUMNS, count))
    return max(1, math.ceil(count / columns)), columns


def in_matplotlib(panels: Sequence[Panel], look: Look, figure: "Figure", title: str = "") -> None:
    """Draw the panels into an empty figure, and give it their size."""
    rows, columns = shape_of(len(panels))
    figure.set_size_inches(PANEL_INCHES[0] * columns, PANEL_INCHES[1] * rows)
    figure.set_layout_engine("constrained")
    if title:
        figure.suptitle(title, fontsize="medium")
    for place, panel in enumerate(panels):
        axes = figure.add_subplot(rows, columns, place + 1)
        for curve in panel.curves:
            _draw_line(axes, curve, look)
        axes.set(title=panel.title, xlabel=X_WORDS[look.x])
        axes.set_xscale("log" if look.log_x else "linear")
        axes.set_yscale("log" if look.log_y else "linear")
        axes.grid(color=_GRID)
        axes.spines[["top", "right"]].set_visible(False)
        if len(panel.curves) > 1:
            axes.legend(frameon=False, fontsize="small")


def _draw_line(axes: Any, curve: Curve, look: Look) -> None:
    import numpy as np

    x = curve.x.astype("int64").astype("datetime64[s]") if look.x == "wall" else curve.x
    style = {"color": _COLOURS[curve.slot % len(_COLOURS)], "linestyle": _MATPLOTLIB_DASHES[curve.dash % 4]}
    drawn = curve.raw if curve.smoothed is None else curve.smoothed
    if curve.smoothed is not None:
        axes.plot(x, np.where(np.isfinite(curve.raw), curve.raw, np.nan), alpha=RAW_OPACITY, linewidth=1, **style)
    marker = "o" if len(x) == 1 else None
    axes.plot(x, np.where(np.isfinite(drawn), drawn, np.nan), label=curve.label, linewidth=1.5, marker=marker, **style)


def in_plotly(panels: Sequence[Panel], look: Look) -> dict[str, Any]:
    """Return the panels as a Plotly figure, `{"data": [...], "layout": {...}}`, that JSON can hold."""
    rows, columns = shape_of(len(panels))
    layout: dict[str, Any] = {
        "grid": {"rows": rows, "columns": columns, "pattern": "independent", "ygap": 0.3},
        "width": PANEL_PX[0] * columns,
        "height": PANEL_PX[1] * rows + 40,
        "margin": {"l": 50, "r": 10, "t": 64, "b": 40},
        "font": {"family": FONT, "size": 11},
        "paper_bgcolor": "#ffffff",
        "plot_bgcolor": "#ffffff",
        "hovermode": "x",
        "annotations": [],
        "legend": {"orientation": "h", "yref": "container", "y": 1, "yanchor": "top", "x": 1, "xanchor": "right"},
    }
    data: list[dict[str, Any]] = []
    named: set[str] = set()
    for place, panel in enumerate(panels):
        number = "" if place == 0 else str(place + 1)
        layout |= _axes(look, number)
        layout["annotations"].append(_heading(panel, number))
        for curve in panel.curves:
            data += _traces(curve, look, number, shows_name=curve.label not in named)
            named.add(curve.label)
    layout["showlegend"] = any(len(panel.curves) > 1 for panel in panels)
    return {"data": data, "layout": layout}


def _axes(look: Look, number: str) -> dict[str, Any]:
    axis = {"gridcolor": _GRID, "linecolor": _GRID, "zeroline": False}
    x_type = "date" if look.x == "wall" else "log" if look.log_x else "linear"
    return {
        f"xaxis{number}": {**axis, "type": x_type, "title": {"text": X_WORDS[look.x]}},
        f"yaxis{number}": {**axis, "type": "log" if look.log_y else "linear"},
    }


def _heading(panel: Panel, number: str) -> dict[str, Any]:
    where = {"xref": f"x{number} domain", "yref": f"y{number} domain", "x": 0, "y": 1, "yanchor": "bottom"}
    return {"text": panel.title, "showarrow": False, "xanchor": "left", "font": {"size": 12}, **where}


def _traces(curve: Curve, look: Look, number: str, *, shows_name: bool) -> list[dict[str, Any]]:
    x = [place * 1000 for place in curve.x.tolist()] if look.x == "wall" else curve.x.tolist()
    line = {"color": _COLOURS[curve.slot % len(_COLOURS)], "dash": _PLOTLY_DASHES[curve.dash % 4], "width": 1.5}
    common = {
        "type": "scatter",
        "x": x,
        "xaxis": f"x{number}",
        "yaxis": f"y{number}",
        "name": curve.label,
        "legendgroup": curve.label,
    }
    drawn = curve.raw if curve.smoothed is None else curve.smoothed
    mode = "lines" if len(x) > 1 else "markers"
    traces = [{**common, "mode": mode, "y": _plain(drawn), "line": line, "showlegend": shows_name}]
    if curve.smoothed is not None:
        faint = {"mode": mode, "opacity": RAW_OPACITY, "hoverinfo": "skip", "showlegend": False}
        traces.insert(0, {**common, **faint, "y": _plain(curve.raw), "line": {**line, "width": 1}})
    return traces


def _plain(values: Any) -> list[float | None]:
    """NaN and the infinities are gaps, and JSON has none of them."""
    return [value if math.isfinite(value) else None for value in values.tolist()]
