"""Parts of the run page: tables of facts, a coloured diff, buttons that copy."""

from collections.abc import Mapping, Sequence
from itertools import groupby

from dash import html
from dash.development.base_component import Component

MAX_DIFF_LINES = 4_000


def card(
    title: str, *children: Component | None, note: str = "", tools: Sequence[Component] = (), wide: bool = False
) -> Component:
    """A titled part of the page; children that are None are left out."""
    head = html.Header(
        [html.H2(title), html.Span(note, className="quiet"), html.Div(list(tools), className="card-tools")]
    )
    return html.Section(
        [head, *[child for child in children if child is not None]], className="card wide" if wide else "card"
    )


def folded(title: str, note: str, *children: Component | None) -> Component:
    """A part that is closed until someone opens it."""
    head = html.Summary([html.H2(title), html.Span(note, className="quiet")])
    return html.Details([head, *[child for child in children if child is not None]], className="card wide")


def copies(text: str, words: str, hint: str) -> Component:
    """A button that puts `text` into the clipboard."""
    return html.Button(words, className="button", title=hint, type="button", **{"data-act": "copy", "data-copy": text})


def fact_table(facts: Mapping[str, str], caption: str) -> Component:
    """A table of names and texts; the page's filter hides rows by their name."""
    rows = [
        html.Tr([html.Th(name, scope="row"), html.Td(text, title=text)], key=name, **{"data-name": name})
        for name, text in facts.items()
    ]
    return html.Table(html.Tbody(rows), className="facts", **{"aria-label": caption})


def diff_view(diff: str) -> Component:
    """A unified diff with its lines coloured by what they do; the first MAX_DIFF_LINES of them."""
    lines = diff.splitlines()
    shown = lines[:MAX_DIFF_LINES]
    pieces: list[Component] = [
        html.Span("\n".join(group) + "\n", className=f"diff-{kind}") for kind, group in groupby(shown, key=line_kind)
    ]
    if len(lines) > len(shown):
        words = f"… and {len(lines) - len(shown):,} more lines: copy the diff to see them all.\n"
        pieces.append(html.Span(words, className="quiet"))
    return html.Pre(pieces, className="diff", tabIndex=0)


def line_kind(line: str) -> str:
    """Return what a line of a unified diff is: "file", "place", "added", "removed" or "same"."""
    if line.startswith(("diff --git ", "index ", "--- ", "+++ ", "new file", "deleted file", "similarity", "rename ")):
        return "file"
    return {"@": "place", "+": "added", "-": "removed"}.get(line[:1], "same")
