"""Files: what in the log folders was recognised as what, and what was skipped and why."""

from app.pages.contract import Page
from app.pages.files.callbacks import register
from app.pages.files.layout import FIELDS, layout

PAGE = Page(name="files", title="Files", order=90, layout=layout, register=register, fields=FIELDS)
