"""Plain tensors: a number, a line, a heat map, or slices of more dimensions."""

from app.kinds.contract import Kind
from app.readers.contract import DataClass

KIND = Kind(
    name="tensor",
    title="Tensors",
    data_class=DataClass.TENSOR,
    page="images",
    panel="tensor",
    example='run.log_tensor("attention/head0", tensor, step=step)',
)
