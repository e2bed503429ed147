"""Vectors of many points, such as the last layer's output for a validation set: a cloud in two or three dimensions."""

from app.kinds.contract import Kind
from app.readers.contract import DataClass

KIND = Kind(name="embedding", title="Embeddings", data_class=DataClass.BLOB, page="embeddings", panel="projector")
