"""Charts: one panel per scalar tag, every picked run in it."""

from app.pages.charts.callbacks import register
from app.pages.charts.layout import FIELDS, layout
from app.pages.contract import Page

PAGE = Page(name="charts", title="Charts", order=0, layout=layout, register=register, fields=FIELDS)
