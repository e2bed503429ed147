"""What a page is. Each folder of `app/pages` whose package has a `PAGE` is one."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field

from dash import Dash
from dash.development.base_component import Component

from app.components.view import Field
from app.store.memory import StoreLike


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One URL of the app.

    All pages are laid out once, at start; the one that the URL names is shown, so that changing pages keeps
    everything and asks the server nothing.

    Attributes:
        name: the URL's path and the id of the page's section, "charts".
        title: the word in the navigation.
        order: place in the navigation, lowest first; the first page is also the address without a path.
        layout: makes the page's components.
        register: binds the page's callbacks; the store is theirs to ask. Most have none: the browser asks plain routes.
        kinds: of tags; only where a run logged one of them the navigation shows the page. Empty: always.
        fields: what a browser chooses on this page, kept in the URL; names are shared by all pages.
    """

    name: str
    title: str
    order: int
    layout: Callable[[], Component]
    register: Callable[[Dash, StoreLike], None] = lambda _app, _store: None
    kinds: Collection[str] = ()
    fields: Mapping[str, Field] = field(default_factory=dict)
