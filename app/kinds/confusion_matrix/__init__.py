"""Which class was taken for which, as counts or rates."""

from app.kinds.contract import Kind
from app.readers.contract import DataClass

KIND = Kind(
    name="confusion_matrix", title="Confusion matrices", data_class=DataClass.TENSOR, page="evaluation", panel="matrix"
)
