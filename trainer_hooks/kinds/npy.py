"""Arrays as files of numpy's own format: C order, little-endian, read without unpickling anything."""

import io
from typing import TYPE_CHECKING, Any

from trainer_hooks.media import Blob

if TYPE_CHECKING:
    import numpy.typing as npt

MEDIA_TYPE = "application/x-npy"
MAX_BYTES = 1 << 30


def npy_blob(array: "npt.NDArray[Any]") -> Blob:
    """Return the file of an array of any shape.

    Raises:
        TypeError: it holds Python objects, or fields.
        ValueError: it is larger than MAX_BYTES.
    """
    import numpy as np

    if array.dtype.kind in "OV":
        raise TypeError(f"expected an array of numbers or texts, got one of {array.dtype}")
    if array.nbytes > MAX_BYTES:
        raise ValueError(f"an array of {array.nbytes:,} bytes is larger than {MAX_BYTES:,}; log a part of it")
    buffer = io.BytesIO()
    np.save(buffer, np.asarray(array, dtype=array.dtype.newbyteorder("<"), order="C"), allow_pickle=False)
    return Blob("npy", buffer.getvalue())
