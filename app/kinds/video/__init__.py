"""Films: players beside the pictures, one by one or together in step, with the same step slider."""

from app.kinds.contract import Kind
from app.readers.contract import DataClass

KIND = Kind(name="video", title="Videos", data_class=DataClass.BLOB, page="images", panel="film")
