"""Pictures: a gallery with a step slider."""

from app.kinds.contract import Kind
from app.readers.contract import DataClass

KIND = Kind(name="image", title="Images", data_class=DataClass.BLOB, page="images", panel="picture")
