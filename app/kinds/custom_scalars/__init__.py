"""Charts that a training composed: several tags in one panel, or a line within a band."""

from app.kinds.contract import Kind
from app.readers.contract import DataClass

KIND = Kind(name="custom_scalars", title="Composed charts", data_class=DataClass.BLOB, page="charts", panel="lines")
