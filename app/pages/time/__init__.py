"""Time: what the time of a training goes into, run beside run, as `run.track` measured it.

The charts are fed by `GET /api/v1/time`.
"""

from app.pages.contract import Page
from app.pages.time.layout import FIELDS, layout

PAGE = Page(
    name="time",
    title="Time",
    order=27,
    layout=layout,
    kinds=("timing",),  # no tag has it: the browser names the page once a picked run measured its time
    fields=FIELDS,
)
