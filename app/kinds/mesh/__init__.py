"""Meshes and point clouds, to be turned around in three dimensions."""

from app.kinds.contract import Kind
from app.readers.contract import DataClass

KIND = Kind(
    name="mesh",
    title="Meshes",
    data_class=DataClass.TENSOR,
    page="images",
    panel="mesh",
    example='run.log_mesh("val/shape", vertices, faces=faces, colors=colors, step=step)  # a point cloud without faces',
)
