"""Numbers over steps: a line per run."""

from app.kinds.contract import Kind
from app.readers.contract import DataClass

KIND = Kind(name="scalar", title="Scalars", data_class=DataClass.SCALAR, page="charts", panel="line")
