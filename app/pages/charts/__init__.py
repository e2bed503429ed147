"""Charts: one panel per scalar tag, every picked run in it. The panels are fed by `POST /api/v1/live`."""

from app.pages.charts.layout import FIELDS, layout
from app.pages.contract import Page

PAGE = Page(name="charts", title="Charts", order=0, layout=layout, fields=FIELDS)
