"""Texts: Markdown at each step, beside other runs, with differences between steps and runs."""

from app.kinds.contract import Kind
from app.readers.contract import DataClass

KIND = Kind(
    name="text",
    title="Texts",
    data_class=DataClass.BLOB,
    page="images",
    panel="markdown",
    example='run.log_text("val/samples", text, step=step)  # Markdown; anything in it is shown, nothing is run',
)
