"""Panes: what scripts show through Visdom's client, as windows that people arrange."""

from app.pages.contract import Page
from app.pages.panes.layout import FIELDS, layout

PAGE = Page(
    name="panes",
    title="Panes",
    order=55,
    layout=layout,
    kinds=("pane",),  # no run logs it: the browser names the page once there is an environment
    fields=FIELDS,
)
