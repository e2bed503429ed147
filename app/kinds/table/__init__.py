"""Tables: rows and columns in a grid that sorts and filters."""

from app.kinds.contract import Kind
from app.readers.contract import DataClass

KIND = Kind(
    name="table",
    title="Tables",
    data_class=DataClass.BLOB,
    page="images",
    panel="grid",
    example='run.log_table("val/errors", rows, columns=names, step=step)  # rows, a dict of columns or a data frame',
)
