"""Meshes in event files, put together: vertices, faces and colours are tags of their own. And arrays as .npy."""

import io
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, overload

import numpy as np
import numpy.typing as npt

from app.readers._protobuf import MessageError
from app.readers.contract import MediaItem, Span
from app.readers.event_files.tensor import MAX_NUMBERS, Tensor, array_of, read_tensor

NPY = "application/x-npy"
VERTICES = "_VERTEX"  # TensorBoard's ending of the tag
_BESIDE: Mapping[str, str] = {"faces": "_FACE", "colors": "_COLOR"}
_MAX_BATCH = 256


def tags_beside(tag: str) -> dict[str, str]:
    """Return the tags of faces and colours, by part, that belong to this tag of vertices; none where it is another."""
    name = tag.removesuffix(VERTICES)
    return {part: name + ending for part, ending in _BESIDE.items()} if name != tag else {}


def batch_of(tensor: Tensor) -> int:
    """Return how many meshes one tensor of shape (B, n, 3) holds; 1 where it has another shape."""
    batch = tensor.shape[0] if len(tensor.shape) == 3 else 1
    return min(max(batch, 1), _MAX_BATCH)


class Meshes(Sequence[MediaItem]):
    """Vertices with the faces and colours of their step as parts, else with those of the last step before it.

    Args:
        vertices: the items of a tag of vertices, read when they are asked for.
        beside: per part its items, and the step of each.
    """

    def __init__(
        self, vertices: Sequence[MediaItem], beside: Mapping[str, tuple[Sequence[MediaItem], Sequence[int]]]
    ) -> None:
        self._vertices = vertices
        self._beside = {part: _ByStep(items, steps) for part, (items, steps) in beside.items()}

    def __len__(self) -> int:
        """How many there are."""
        return len(self._vertices)

    @overload
    def __getitem__(self, place: int) -> MediaItem: ...
    @overload
    def __getitem__(self, place: slice) -> Sequence[MediaItem]: ...
    def __getitem__(self, place: int | slice) -> MediaItem | Sequence[MediaItem]:
        """Read one item, or some. Raises OSError where a file is gone."""
        if isinstance(place, slice):
            return [self._joined(item) for item in self._vertices[place]]
        return self._joined(self._vertices[place])

    def __iter__(self) -> Iterator[MediaItem]:
        """Read all. Raises OSError where a file is gone."""
        return map(self._joined, self._vertices)

    def _joined(self, item: MediaItem) -> MediaItem:
        found = {part: items.at(item.step, item.index) for part, items in self._beside.items()}
        return replace(item, parts_in_log={part: one for part, one in found.items() if one is not None and one.path})


class _ByStep:
    """Items of one tag by their steps; of those logged twice at a step the later."""

    def __init__(self, items: Sequence[MediaItem], steps: Sequence[int]) -> None:
        self._items = items
        self._places: dict[int, list[int]] = {}
        for place, step in enumerate(steps):
            self._places.setdefault(step, []).append(place)
        self._steps = sorted(self._places)

    def at(self, step: int, index: int) -> MediaItem | None:
        before = bisect_right(self._steps, step)
        if not before:
            return None
        places = self._places[self._steps[before - 1]]
        last = self._items[places[-1]]
        batch = places[-last.count :]
        return self._items[batch[min(index, len(batch) - 1)]]


def array_file(path: Path, span: Span, part: str, index: int) -> bytes:
    """Return the tensor at a place of a file as .npy.

    Args:
        path: the event file.
        span: where the tensor's message is.
        part: "vertices", "faces" or "colors" of a mesh, which becomes float32, int32 or uint8 of shape (n, 3);
            empty for a tensor as it is.
        index: which of a batch of meshes.

    Raises:
        OSError: the file is gone.
        MessageError: it holds no such tensor.
    """
    with path.open("rb") as file:
        file.seek(span.offset)
        data = file.read(span.size)
    if len(data) < span.size:
        raise MessageError(f"{path.name} is shorter than it was when this was found")
    array = array_of(data, read_tensor(data, 0, len(data)), max(MAX_NUMBERS, len(data)))  # a byte a number, at least
    return npy(_part_of(array, part, index) if part else array)


def npy(array: npt.NDArray[Any]) -> bytes:
    """Return an array as a .npy file in C order."""
    file = io.BytesIO()
    np.save(file, np.ascontiguousarray(array).reshape(array.shape), allow_pickle=False)
    return file.getvalue()


def _part_of(array: npt.NDArray[Any], part: str, index: int) -> npt.NDArray[Any]:
    if array.ndim == 3:
        array = array[min(index, len(array) - 1)] if len(array) else array.reshape(-1, array.shape[-1])
    if array.ndim != 2 or array.shape[1] != 3:
        raise MessageError(f"the {part} of a mesh have the shape {list(array.shape)} in place of (n, 3)")
    if part == "vertices":
        return array.astype("<f4")
    if part == "faces":
        return array.astype("<i4")
    with np.errstate(invalid="ignore"):
        shares = array.dtype.kind == "f" and array.size > 0 and array.max() <= 1 and bool((array % 1).any())
        scaled = np.clip(array * 255 if shares else array, 0, 255)
        return np.asarray(scaled, np.uint8)
