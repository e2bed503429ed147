"""Many tensors of a model at once: a heat map of layers by steps for each picked run.

The heat maps are fed by `GET /api/v1/layers`.
"""

from app.pages.contract import Page
from app.pages.layers.layout import FIELDS, layout

PAGE = Page(
    name="layers",
    title="Layers",
    order=25,
    layout=layout,
    kinds=("histogram", "watched"),
    fields=FIELDS,
)
