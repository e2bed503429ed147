"""The bar of the table page, the line that says what is shown, and the place of the grid."""

from collections.abc import Mapping

import dash_mantine_components as dmc
from dash import dcc, html
from dash.development.base_component import Component

from app.components import controls
from app.components.view import Field
from app.pages.table import ids

ROWS = (("runs", "runs"), ("steps", "steps"))

FIELDS: Mapping[str, Field] = {
    "table_rows": Field("rows", "text", "runs"),
    "table_stats": Field("stat", "list", ["last", "best"]),
    "table_metrics": Field("metric", "list", None),  # None: all that the filter of tags lets pass
    "table_columns": Field("col", "list", []),  # "+NAME" and "-NAME" where it differs from what is shown by itself
    "table_better": Field("better", "list", []),  # "TAG:min", "TAG:max", "TAG:none" where the guess is wrong
    "table_from": Field("from", "text", ""),
    "table_to": Field("to", "text", ""),
    "table_k": Field("k", "text", "10"),
    # Runs and steps have columns of their own, so a filter or an order of one means nothing to the other.
    "table_where_runs": Field("where", "text", ""),
    "table_where_steps": Field("swhere", "text", ""),
    "table_sort_runs": Field("sort", "list", []),
    "table_sort_steps": Field("ssort", "list", []),
}


def layout() -> Component:
    """Return the page without a grid; it is fetched when someone looks."""
    return html.Div(
        [
            _bar(),
            html.Div(
                [
                    html.P(id="table-about"),
                    html.Div(id="table-progress", role="status"),
                ],
                className="table-head",
            ),
            html.Div(id="table-words", className="empty", hidden=True),
            html.Div(id=ids.BODY, className="table-body"),
            dcc.Store(id=ids.OPENED),
        ],
        className="table-page",
    )


def _bar() -> Component:
    return html.Div(
        [
            controls.segments("table_rows", "One row per", ROWS, "runs"),
            dmc.TextInput(
                id=ids.TAGS,
                placeholder="Filter tags or /regex/",
                size="xs",
                w=160,
                autoComplete="off",
                **{"aria-label": "Filter tags", "data-field": "tags"},
            ),
            _where("runs", "val/loss.min < 0.5 and status = finished"),
            _where("steps", "val/loss != none and step > 1000"),
            html.Div(
                [
                    html.Span("steps", className="quiet"),
                    controls.text("table_from", "First step", "first", 72),
                    html.Span("–", className="quiet"),
                    controls.text("table_to", "Last step", "last", 72),
                ],
                className="named",
            ),
            html.Div(
                [
                    html.Span("mean of last", className="quiet"),
                    controls.text("table_k", "How many of the last values the mean is taken over", "10", 56),
                ],
                className="named",
                id="table-k",
            ),
            html.Div(
                [
                    controls.action("table-pick", "Columns", "Choose metrics, figures and config to show"),
                    controls.action("table-save", "Download", "Download every row, exact: CSV, Parquet, JSON lines"),
                ],
                className="table-tools",
            ),
        ],
        className="toolbar",
        role="toolbar",
        **{"aria-label": "Table"},
    )


def _where(rows: str, example: str) -> Component:
    return html.Div(
        controls.text(f"table_where_{rows}", f"Show {rows} where", f"Where, e.g. {example}", "100%"),
        className="table-where",
        title='COLUMN OPERATOR VALUE, joined by "and". Operators: < <= > >= = != for numbers, = != ~ !~ for text. '
        'NAME != none: was logged. Put names with spaces or operators into "quotes".',
        **{"data-rows": rows},
    )
