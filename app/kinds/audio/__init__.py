"""Audio clips: waveforms to be heard and moved through, beside the pictures, with the same step slider."""

from app.kinds.contract import Kind
from app.readers.contract import DataClass

KIND = Kind(name="audio", title="Audio", data_class=DataClass.BLOB, page="images", panel="player")
