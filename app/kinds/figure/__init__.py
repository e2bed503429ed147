"""Figures of Matplotlib (SVG, PNG) and Plotly (interactive)."""

from app.kinds.contract import Kind
from app.readers.contract import DataClass

KIND = Kind(
    name="figure",
    title="Figures",
    data_class=DataClass.BLOB,
    page="images",
    panel="figure",
    example='run.log_figure("val/confusion", figure, step=step)  # Matplotlib or Plotly',
)
