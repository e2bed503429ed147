"""Between numpy and Arrow without copies, and without pandas.

pyarrow's own `array` and `to_numpy` import pandas where it is installed: half a second and 60 MB that a training did
not ask for, and an import that fails while the interpreter exits.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy.typing as npt


def as_arrow(values: "npt.NDArray[Any]") -> Any:
    """Return numbers of shape (n,) as an Arrow array of the same type; NaN stays NaN, nothing is null."""
    import numpy as np
    import pyarrow as pa

    values = np.ascontiguousarray(values)
    return pa.Array.from_buffers(pa.from_numpy_dtype(values.dtype), len(values), [None, pa.py_buffer(values)])


def as_arrow_text(texts: Sequence[str]) -> Any:
    """Return n texts as an Arrow array."""
    import numpy as np
    import pyarrow as pa

    encoded = [text.encode() for text in texts]
    ends = np.cumsum([0, *map(len, encoded)], dtype=np.int32)
    return pa.Array.from_buffers(pa.string(), len(texts), [None, pa.py_buffer(ends), pa.py_buffer(b"".join(encoded))])


def as_numpy(column: Any) -> "npt.NDArray[Any]":
    """Return a column of numbers of a table as an array of shape (n,), read-only."""
    import numpy as np

    return np.from_dlpack(column.combine_chunks())
