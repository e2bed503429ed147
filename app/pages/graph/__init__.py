"""Graph: the model of one run, as nested boxes or as a table of its layers.

What is drawn comes from `GET /api/v1/graph`.
"""

from app.pages.contract import Page
from app.pages.graph.layout import FIELDS, layout

PAGE = Page(
    name="graph",
    title="Graph",
    order=50,
    layout=layout,
    kinds=("graph",),
    fields=FIELDS,
)
