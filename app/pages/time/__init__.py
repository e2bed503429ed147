"""Time: what the time of a training goes into, run beside run, as `run.track` measured it."""

from app.pages.contract import Page
from app.pages.time.callbacks import register
from app.pages.time.layout import FIELDS, layout

PAGE = Page(
    name="time",
    title="Time",
    order=27,
    layout=layout,
    register=register,
    kinds=("timing",),  # no tag has it: the browser names the page once a picked run measured its time
    fields=FIELDS,
)
