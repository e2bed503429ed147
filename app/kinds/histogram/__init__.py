"""Distributions over steps, such as a layer's weights: ridges, heat maps, quantiles, and bars of one step."""

from app.kinds.contract import Kind
from app.readers.contract import DataClass

KIND = Kind(name="histogram", title="Histograms", data_class=DataClass.TENSOR, page="histograms", panel="histogram")
