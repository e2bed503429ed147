"""Embeddings: the points of the picked runs as clouds side by side, at one step.

The clouds are fed by `/api/v1/embeddings/…`.
"""

from app.pages.contract import Page
from app.pages.embeddings.layout import FIELDS, layout

PAGE = Page(
    name="embeddings",
    title="Embeddings",
    order=40,
    layout=layout,
    kinds=("embedding",),
    fields=FIELDS,
)
