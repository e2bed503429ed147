"""Pages of HTML, shown in a sandbox that reaches neither the app nor any other machine."""

from app.kinds.contract import Kind
from app.readers.contract import DataClass

KIND = Kind(
    name="html",
    title="HTML",
    data_class=DataClass.BLOB,
    page="images",
    panel="page",
    example='run.log_html("val/attention", html, step=step)  # a page of its own, scripts and all',
)
