"""Pictures: a gallery with a step slider; boxes and masks logged with them lie above and can be switched off."""

from app.kinds.contract import Kind
from app.readers.contract import DataClass

KIND = Kind(
    name="image",
    title="Images",
    data_class=DataClass.BLOB,
    page="images",
    panel="picture",
    example='run.log_image("val/sample", image, step=step, caption="cat 0.93")  # array, tensor, PIL image or path',
)
