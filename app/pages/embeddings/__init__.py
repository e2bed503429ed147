"""Embeddings: the points of the picked runs as clouds side by side, at one step."""

from app.pages.contract import Page
from app.pages.embeddings.callbacks import register
from app.pages.embeddings.layout import FIELDS, layout

PAGE = Page(
    name="embeddings",
    title="Embeddings",
    order=40,
    layout=layout,
    register=register,
    kinds=("embedding",),
    fields=FIELDS,
)
