"""Several runs: what sets them apart, one column each, in one table so that the columns stay where they are."""

from collections.abc import Sequence

from dash import html
from dash.development.base_component import Component

from app.pages.run.differences import Row, rows, short_names
from app.pages.run.flat import sections
from app.store.memory import RunSummary

MAX_RUNS = 100
CELL_CLASSES = {True: "unusual", False: "usual", None: ""}


def body(runs: Sequence[RunSummary], *, equal: bool) -> list[Component]:
    """Return the rows in which the runs differ, by section; with `equal`, all rows."""
    if not runs:
        words = "No run is picked. Tick runs in the list: one is shown whole, several are compared."
        return [html.P(words, className="empty")]
    shown = runs[:MAX_RUNS]
    facts = [sections(run.info) for run in shown]
    parts = [_section(title, rows([each[title] for each in facts]), len(shown), equal=equal) for title in facts[0]]
    table = html.Table([_head(shown), *parts], className="compared", **{"aria-label": "Picked runs compared"})
    cut = [html.P(f"The first {MAX_RUNS} of {len(runs):,} picked runs are compared.")] if len(runs) > MAX_RUNS else []
    return [*cut, html.Div(table, className="card wide sideways", tabIndex=0)]


def _head(runs: Sequence[RunSummary]) -> Component:
    names = short_names([run.title for run in runs])
    heads = [html.Th(_name(run, name), scope="col") for run, name in zip(runs, names, strict=True)]
    return html.Thead(html.Tr([html.Th(""), *heads]))


def _name(run: RunSummary, words: str) -> Component:
    mark = html.Span(className="run-mark", **{"data-slot": run.slot})  # the browser draws the run's line there
    name = html.A(words, href="#", title=run.id, **{"data-act": "run-open", "data-run": run.id})
    return html.Div([mark, name], className="compared-run")


def _section(title: str, found: Sequence[Row], columns: int, *, equal: bool) -> Component:
    apart = [row for row in found if not row.same]
    note = f"{len(apart)} of {len(found)} differ" if apart else "all the same" if found else "nothing logged"
    words = [title, html.Span(note, className="quiet")]
    head = html.Tr([html.Th(words, scope="rowgroup"), html.Td(colSpan=columns)], className="compared-section")
    return html.Tbody([head, *[_row(row) for row in (found if equal else apart)]], key=title)


def _row(row: Row) -> Component:
    if row.same:  # one cell over all columns: 100 runs have 300 packages in common
        cells = [html.Td(row.texts[0], colSpan=len(row.texts), title=row.texts[0], className="usual")]
    else:
        cells = _cells(row)
    return html.Tr([html.Th(row.name, scope="row", title=row.name), *cells], key=row.name, **{"data-name": row.name})


def _cells(row: Row) -> list[Component]:
    return [
        html.Td("–" if text is None else text, title=text, className=CELL_CLASSES[unusual])
        for text, unusual in zip(row.texts, row.unusual, strict=True)
    ]
