"""Media: a gallery per tag that holds no numbers, the picked runs side by side at one step."""

from app.pages.contract import Page
from app.pages.images.callbacks import register
from app.pages.images.layout import FIELDS, layout

PAGE = Page(name="images", title="Media", order=10, layout=layout, register=register, fields=FIELDS)
