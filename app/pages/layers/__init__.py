"""Many tensors of a model at once: a heat map of layers by steps for each picked run."""

from app.pages.contract import Page
from app.pages.layers.callbacks import register
from app.pages.layers.layout import FIELDS, layout

PAGE = Page(
    name="layers",
    title="Layers",
    order=25,
    layout=layout,
    register=register,
    kinds=("histogram", "watched"),
    fields=FIELDS,
)
