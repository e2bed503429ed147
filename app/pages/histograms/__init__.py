"""Histograms: a card per tag and picked run, over all steps or at one.

The cards are fed by `GET /api/v1/histograms`.
"""

from app.pages.contract import Page
from app.pages.histograms.layout import FIELDS, layout

PAGE = Page(
    name="histograms",
    title="Histograms",
    order=20,
    layout=layout,
    kinds=("histogram",),
    fields=FIELDS,
)
