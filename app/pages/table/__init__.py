"""Table: exact numbers of the picked runs, to sort, filter and download."""

from app.pages.contract import Page
from app.pages.table.callbacks import register
from app.pages.table.layout import FIELDS, layout

PAGE = Page(name="table", title="Table", order=70, layout=layout, register=register, fields=FIELDS)
