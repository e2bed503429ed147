"""The graph of a model: modules as boxes that open, operations and the tensors between them."""

from app.kinds.contract import Kind
from app.readers.contract import DataClass

KIND = Kind(name="graph", title="Graphs", data_class=DataClass.BLOB, page="graph", panel="graph")
