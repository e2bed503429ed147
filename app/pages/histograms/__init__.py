"""Histograms: a card per tag and picked run, over all steps or at one."""

from app.pages.contract import Page
from app.pages.histograms.callbacks import register
from app.pages.histograms.layout import FIELDS, layout

PAGE = Page(
    name="histograms",
    title="Histograms",
    order=20,
    layout=layout,
    register=register,
    kinds=("histogram",),
    fields=FIELDS,
)
