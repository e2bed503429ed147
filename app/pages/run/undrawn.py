"""What a run logged of kinds that no panel draws yet: listed, so that nothing that was read goes unseen."""

from collections.abc import Mapping

from dash import html
from dash.development.base_component import Component

from app.kinds.walk import all_kinds
from app.pages.run import parts
from app.readers.contract import TagFacts
from app.store.naming import as_counted

WORDS = "These were read and are listed only: this app does not draw their kinds yet."


def undrawn(facts: Mapping[str, TagFacts]) -> dict[str, TagFacts]:
    """Return the tags whose kind has no panel, sorted as people count."""
    kinds = all_kinds()
    return {tag: facts[tag] for tag in sorted(facts, key=as_counted) if facts[tag].kind not in kinds}


def card(facts: Mapping[str, TagFacts]) -> Component | None:
    """Return the list of these tags with kind, number of items and steps; None where there are none."""
    found = undrawn(facts)
    if not found:
        return None
    head = html.Thead(html.Tr([html.Th(words, scope="col") for words in ("tag", "kind", "items", "steps")]))
    rows = [
        html.Tr(
            [
                html.Th(tag, scope="row"),
                html.Td(known.kind.replace("_", " ")),
                html.Td(f"{known.points:,}"),
                html.Td(_steps(known)),
            ],
            key=tag,
            **{"data-name": tag},
        )
        for tag, known in found.items()
    ]
    table = html.Table([head, html.Tbody(rows)], className="undrawn", **{"aria-label": "Also logged"})
    return parts.card("Also logged", html.P(WORDS, className="quiet"), table, note=f"{len(found):,}", wide=True)


def _steps(known: TagFacts) -> str:
    if known.first_step is None or known.last_step is None:
        return "–"
    first, last = f"{known.first_step:,}", f"{known.last_step:,}"
    return first if first == last else f"{first} to {last}"
