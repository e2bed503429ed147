"""Ids of the table page that callbacks and scripts use."""

OPENED = "table-opened"
"""`dcc.Store` that the browser sets once, when the page is first looked at and the grid's code is there."""

BODY = "table-body"
GRID = "table-grid"
TAGS = "table-tags"
