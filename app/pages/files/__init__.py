"""Files: what in the log folders was recognised as what, and what was skipped and why.

The rows are drawn by the browser, see assets/js/70-files.js.
"""

from app.pages.contract import Page
from app.pages.files.layout import FIELDS, layout

PAGE = Page(name="files", title="Files", order=90, layout=layout, fields=FIELDS)
