"""What surrounds every page: the bar on top, the run list, and the invisible parts that tick."""

from collections.abc import Collection, Sequence

import dash_mantine_components as dmc
from dash import dcc, html
from dash.development.base_component import Component

from app.components import controls
from app.components.view import VIEW

TICK = "tick"
PROVIDER = "provider"
RUN_PICKER = "run-picker"

Title = tuple[str, str, Collection[str]]
"""Of a page: its name, its title, and the kinds one of which must have been logged for it to be named."""


def shell(sections: Sequence[Component], titles: Sequence[Title], tick_ms: int, prefix: str) -> Component:
    """Return the whole layout.

    Args:
        sections: each page's section, in the order of the navigation.
        titles: in the same order.
        tick_ms: how often the browser looks whether it should ask for news.
        prefix: path under which the app is served, with slashes at both ends.
    """
    return dmc.MantineProvider(
        [
            html.A("Skip to the charts", href="#main", className="skip"),
            _bar(titles, prefix),
            html.Div([_run_list(), html.Main(list(sections), id="main")], id="body"),
            html.Div(id="toast", role="status", **{"aria-live": "polite"}),
            html.Div(id="overlay"),
            dcc.Interval(id=TICK, interval=tick_ms),
            dcc.Store(id=VIEW),
        ],
        id=PROVIDER,
        forceColorScheme="light",
        theme={"fontFamily": "var(--font)", "fontFamilyMonospace": "var(--mono)", "defaultRadius": "sm"},
    )


def _bar(titles: Sequence[Title], prefix: str) -> Component:
    links = [
        html.A(
            title,
            href=f"{prefix}{name}",
            className="nav",
            hidden=bool(kinds),
            **{"data-page": name, "data-kinds": " ".join(kinds)},
        )
        for name, title, kinds in titles
    ]
    return html.Header(
        [
            controls.icon("runs", "fold-runs", "Show or hide the run list (r)"),
            html.A("Tailboard", href=prefix, className="brand", **{"data-page": titles[0][0]}),
            html.Nav(links, **{"aria-label": "Pages"}),
            html.Div(
                [
                    html.Span(id="live", className="live", role="status"),
                    controls.icon("pause", "pause", "Pause or go on (p)"),
                    controls.icon("share", "share", "Copy a link that shows exactly this"),
                    controls.icon("theme", "theme", "Theme: as the system, light, dark"),
                    controls.icon("help", "help", "Keys (?)"),
                ],
                className="bar-right",
            ),
        ],
        id="bar",
    )


def _run_list() -> Component:
    return html.Aside(
        [
            html.Div(
                [
                    dcc.Dropdown(
                        id=RUN_PICKER,
                        options=[],
                        value=[],
                        multi=True,
                        placeholder="Pick runs",
                        closeOnSelect=False,
                        className="run-picker",
                    ),
                    controls.text("search", "Search runs", "Search or /regex/", "100%"),
                    html.Div(
                        [
                            controls.action("runs-all", "all", "Pick every run in the list"),
                            controls.action("runs-none", "none", "Pick no run"),
                            controls.action(
                                "runs-newest", "newest 10", "Pick the newest ten, and new ones as they come"
                            ),
                            html.Span(id="run-count", className="quiet"),
                        ],
                        className="row",
                    ),
                ],
                className="side-head",
            ),
            html.Ul(id="run-list", **{"aria-label": "Runs"}),
        ],
        id="side",
        **{"aria-label": "Runs"},
    )
