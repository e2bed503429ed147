"""Media: a gallery per tag that holds no numbers, the picked runs side by side at one step.

The galleries are fed by `GET /api/v1/media`.
"""

from app.pages.contract import Page
from app.pages.images.layout import FIELDS, layout

PAGE = Page(name="images", title="Media", order=10, layout=layout, fields=FIELDS)
