"""Graph: the model of one run, as nested boxes or as a table of its layers."""

from app.pages.contract import Page
from app.pages.graph.callbacks import register
from app.pages.graph.layout import FIELDS, layout

PAGE = Page(
    name="graph",
    title="Graph",
    order=50,
    layout=layout,
    register=register,
    kinds=("graph",),
    fields=FIELDS,
)
