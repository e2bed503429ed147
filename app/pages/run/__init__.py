"""Run: all that one run says of itself; of several runs, what sets them apart."""

from app.pages.contract import Page
from app.pages.run.callbacks import register
from app.pages.run.layout import FIELDS, layout

PAGE = Page(name="run", title="Run", order=80, layout=layout, register=register, fields=FIELDS)
