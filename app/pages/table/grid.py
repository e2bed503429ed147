"""The grid without rows or columns: how it looks and moves. The browser gives it both."""

import dash_ag_grid as dag
from dash.development.base_component import Component

from app.pages.table import ids

# The grid's code is 2.2 MB; Dash would send 1.3 of them with the first page, whichever that is. The browser fetches
# them when the table is first looked at (assets/js/62-table.js), before it asks for the grid.
dag._js_dist[0]["dynamic"] = True  # noqa: SLF001

_LOOK = {
    "backgroundColor": "var(--paper)",
    "foregroundColor": "var(--text)",
    "headerBackgroundColor": "var(--ground)",
    "headerTextColor": "var(--text)",
    "subtleTextColor": "var(--text-quiet)",
    "borderColor": "var(--hairline)",
    "rowBorder": "1px solid var(--grid)",
    "oddRowBackgroundColor": "var(--paper)",
    "rowHoverColor": "var(--accent-soft)",
    "accentColor": "var(--accent)",
    "fontFamily": "var(--font)",
    "fontSize": "13px",
    "headerFontSize": "12px",
    "headerFontWeight": "600",
    "cellHorizontalPadding": "10px",
    "wrapperBorderRadius": "4px",
    "borderRadius": "4px",
    "spacing": "4px",
}


def empty_grid() -> Component:
    """Return the grid of the page: rows fetched in blocks as they come into view, sorted and filtered by the server."""
    return dag.AgGrid(
        id=ids.GRID,
        className="",
        rowModelType="infinite",
        columnDefs=[],
        defaultColDef={"resizable": True, "suppressMovable": False, "sortingOrder": ["asc", "desc", None]},
        dashGridOptions={
            "theme": {"function": f"themeQuartz.withParams({_LOOK!r})"},
            "rowHeight": 28,
            "headerHeight": 30,
            "groupHeaderHeight": 26,
            "cacheBlockSize": 100,
            "maxBlocksInCache": 10,
            # One after another without a limit: requests of Dash's own source are never answered, and would use it up.
            "maxConcurrentDatasourceRequests": -1,
            "enableBrowserTooltips": True,
            "enableCellTextSelection": True,
            "ensureDomOrder": True,
            "alwaysMultiSort": False,
            "multiSortKey": "ctrl",
            "suppressDragLeaveHidesColumns": True,
            "animateRows": False,
        },
        style={"height": "100%", "width": "100%"},
    )
