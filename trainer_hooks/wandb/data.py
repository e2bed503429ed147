"""W&B's data types: pictures, sound, films, pages, histograms, points. Each says how a run logs it."""

import os
from collections.abc import Mapping, Sequence
from typing import Any

from trainer_hooks.arrays import to_array
from trainer_hooks.run import Run
from trainer_hooks.wandb.overlays import boxes_of, masks_of


class Media:
    """What is logged under one tag."""

    def log_to(self, run: Run, tag: str, step: int) -> None:
        """Log it."""
        raise NotImplementedError


class Image(Media):
    """A picture: an array or tensor, a PIL image, a Matplotlib figure, or the path of a file; with boxes and masks.

    Floats are levels in [0, 1], or in [0, 255] where one is above 1; where one is below 0 they are stretched from
    their smallest to their largest value, as a normalised batch needs it.
    """

    def __init__(
        self,
        data_or_path: Any,
        mode: str | None = None,
        caption: str | None = None,
        grouping: int | None = None,  # noqa: ARG002 - the app lays galleries out
        classes: Any = None,
        boxes: Mapping[str, Any] | None = None,
        masks: Mapping[str, Any] | None = None,
        file_type: str | None = None,  # noqa: ARG002 - PNG is lossless
        normalize: bool = True,
    ) -> None:
        known = data_or_path if isinstance(data_or_path, Image) else None
        self.caption: str = caption or (known.caption if known else "")
        self.boxes: Any = boxes or (known.boxes if known else None)
        self.masks: Any = masks or (known.masks if known else None)
        self.classes: Any = classes or (known.classes if known else None)
        data_or_path = known.value if known else data_or_path
        self.is_figure = hasattr(data_or_path, "savefig")  # a figure of matplotlib, or its pyplot
        self.value: Any = data_or_path if self.is_figure else _picture(data_or_path, mode, normalize=normalize)

    @property
    def is_plain(self) -> bool:
        """Whether nothing lies over it, so that it can be part of a gallery."""
        return not (self.boxes or self.masks or self.is_figure or getattr(self.value, "ndim", 0) == 4)

    def log_to(self, run: Run, tag: str, step: int) -> None:
        """Log it as an image with what lies over it, a batch as a gallery, a figure as a figure."""
        if self.is_figure:
            run.log_figure(tag, figure_of(self.value), step=step, caption=self.caption)
        elif getattr(self.value, "ndim", 0) == 4:
            run.log_images(tag, self.value, step=step, captions=[self.caption] * len(self.value))
        else:
            boxes = boxes_of(self.boxes, self.classes, self.value) if self.boxes else None
            masks = masks_of(self.masks, self.classes) if self.masks else None
            run.log_image(tag, self.value, step=step, caption=self.caption, boxes=boxes, masks=masks)


def _picture(value: Any, mode: str | None, *, normalize: bool) -> Any:
    """Return what `Run.log_image` takes."""
    if isinstance(value, str | os.PathLike):
        return value
    if hasattr(value, "getbands"):
        return value.convert(mode) if mode else value
    array = to_array(value)
    while array.ndim > 2 and 1 in array.shape and array.ndim != 3:
        array = array.squeeze(array.shape.index(1))
    if array.dtype.kind != "f" or not array.size:
        return array
    low, high = float(array.min()), float(array.max())
    if low >= 0 or not normalize:
        return array / 255 if high > 1 else array
    return (array - low) / (high - low or 1)


def figure_of(value: Any) -> Any:
    """Return the figure to be drawn: of matplotlib's pyplot the present one."""
    return value.gcf() if hasattr(value, "gcf") else value


class Histogram(Media):
    """Values to be counted in `num_bins` bins, or what numpy.histogram counted."""

    def __init__(self, sequence: Any = None, np_histogram: Any = None, num_bins: int = 64) -> None:
        self._sequence, self._counted, self._bins = sequence, np_histogram, num_bins

    def log_to(self, run: Run, tag: str, step: int) -> None:
        """Log it."""
        if self._counted is None:
            run.log_histogram(tag, self._sequence, step=step, bins=self._bins)
        else:
            counts, edges = self._counted
            run.log_histogram(tag, step=step, counts=counts, edges=edges)


class Video(Media):
    """A film: an array (T, C, H, W) or (N, T, C, H, W), or the path of a file."""

    def __init__(
        self,
        data_or_path: Any,
        caption: str | None = None,
        fps: int | None = None,
        format: str | None = None,  # noqa: A002, ARG002
    ) -> None:
        self.value, self.caption, self._fps = data_or_path, caption or "", fps or 4

    def log_to(self, run: Run, tag: str, step: int) -> None:
        """Log it."""
        run.log_video(tag, self.value, step=step, fps=self._fps, caption=self.caption)


class Audio(Media):
    """A sound: an array of samples, or the path of a file; `sample_rate` in samples per second."""

    def __init__(self, data_or_path: Any, sample_rate: int | None = None, caption: str | None = None) -> None:
        self.value, self.caption, self._rate = data_or_path, caption or "", sample_rate or 44_100

    def log_to(self, run: Run, tag: str, step: int) -> None:
        """Log it."""
        run.log_audio(tag, self.value, step=step, sample_rate=self._rate, caption=self.caption)


class Html(Media):
    """A page: its text, the path of an .html file, or a file that is open."""

    def __init__(self, data: Any, inject: bool = True, data_is_not_path: bool = False) -> None:  # noqa: ARG002
        self.value = data.read() if hasattr(data, "read") else data
        if data_is_not_path and isinstance(self.value, str) and "<" not in self.value:
            self.value = f"<p>{self.value}</p>"  # the text would be taken for a name

    def log_to(self, run: Run, tag: str, step: int) -> None:
        """Log it."""
        run.log_html(tag, self.value, step=step)


class Plotly(Media):
    """A figure of Plotly or Matplotlib."""

    def __init__(self, val: Any) -> None:
        self.value = val

    def log_to(self, run: Run, tag: str, step: int) -> None:
        """Log it."""
        run.log_figure(tag, figure_of(self.value), step=step)


class Object3D(Media):
    """A cloud of points: rows of x, y, z, or of those and a category, or of those and red, green, blue in [0, 255]."""

    def __init__(self, data_or_path: Any, caption: str | None = None, **kwargs: Any) -> None:  # noqa: ARG002
        points = data_or_path.get("points") if isinstance(data_or_path, Mapping) else data_or_path
        self.value, self.caption = points, caption or ""

    @classmethod
    def from_numpy(cls, data: Any) -> "Object3D":
        """Take points of shape (N, 3), (N, 4) or (N, 6)."""
        return cls(data)

    @classmethod
    def from_point_cloud(
        cls,
        points: Any,
        boxes: Any = (),  # noqa: ARG003
        vectors: Any = (),  # noqa: ARG003
        point_cloud_type: str = "",  # noqa: ARG003
    ) -> "Object3D":
        """Take points; boxes and arrows among them are not drawn."""
        return cls(points)

    def log_to(self, run: Run, tag: str, step: int) -> None:
        """Log it as a mesh without faces; a file (.obj, .glb) is refused."""
        if isinstance(self.value, str | os.PathLike) or hasattr(self.value, "read"):
            run.refuse(f"mesh {tag}", f"{tag!r} is not logged: 3-D files are not shown, give the points as an array")
            return
        points = to_array(self.value)
        colours = points[:, 3:6] if points.ndim == 2 and points.shape[1] >= 6 else None
        run.log_mesh(tag, points[:, :3], step=step, colors=colours, caption=self.caption)


def log_images(run: Run, tag: str, images: Sequence[Image], step: int) -> None:
    """Log several pictures as a gallery, or one by one where something lies over them."""
    if all(image.is_plain for image in images):
        run.log_images(tag, [image.value for image in images], step=step, captions=[image.caption for image in images])
    else:
        for place, image in enumerate(images):
            image.log_to(run, f"{tag}/{place}", step)
