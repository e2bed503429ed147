"""Calls that log what is looked at: images, what is drawn over them, figures, videos."""

import os
from collections.abc import Iterable, Mapping
from typing import Any

from trainer_hooks.arrays import to_array
from trainer_hooks.calls import Calls


class PictureCalls(Calls):
    """The part of a run that logs pictures. A step of None means the step logged last."""

    def log_image(
        self,
        tag: str,
        image: Any,
        step: int | None = None,
        caption: str = "",
        *,
        boxes: Any = None,
        masks: Any = None,
        wall_time: float | None = None,
    ) -> None:
        """Log one image.

        Args:
            tag: its name; `/` groups.
            image: a numpy array or tensor on any device of shape (H, W), (H, W, C) or (C, H, W) with C 1, 3 or 4,
                where the last axis is taken for C if both fit: floats in [0, 1], integers in [0, 255] or
                booleans; or a PIL image; or the path of an image file, which is stored as it is.
            step: the trainer's own counter.
            caption: shown beneath.
            boxes: drawn over the image when it is shown: an array of shape (N, 4), each (x0, y0, x1, y1) in pixels; or
                mappings with `box`, and as they are wanted `label`, `score` and `group`.
            masks: laid over the image when it is shown: an array of shape (H, W) of class numbers, 0 for nothing, or
                (N, H, W) of booleans; or a mapping from name to such an array or to `{"mask": ..., "classes": ...}`.
            wall_time: seconds since the epoch, UTC; now if None.
        """
        overlays = {name: value for name, value in (("boxes", boxes), ("masks", masks)) if value is not None}
        self._log_items("image", tag, [image], step, [caption], wall_time, **overlays)

    def log_images(
        self,
        tag: str,
        images: Iterable[Any],
        step: int | None = None,
        captions: Iterable[str] = (),
        *,
        wall_time: float | None = None,
    ) -> None:
        """Log several images as one gallery.

        Args:
            tag: name of the gallery.
            images: each as in `log_image`, or one array of shape (N, H, W), (N, H, W, C) or (N, C, H, W).
            step: the trainer's own counter.
            captions: one per image, in their order; missing ones are empty.
            wall_time: seconds since the epoch, UTC; now if None.
        """
        self._log_items("image", tag, _several(images), step, captions, wall_time)

    def log_boxes(
        self,
        tag: str,
        image: Any,
        boxes: Any,
        step: int | None = None,
        *,
        labels: str | Iterable[Any] | None = None,
        scores: Any = None,
        caption: str = "",
        wall_time: float | None = None,
    ) -> None:
        """Log one image with boxes over it; they are kept as data, and shown or hidden when looked at.

        Args:
            tag: its name; `/` groups.
            image: as in `log_image`.
            boxes: shape (N, 4), each (x0, y0, x1, y1) in pixels from the upper left corner.
            step: the trainer's own counter.
            labels: one per box, or one for all.
            scores: shape (N,), any numbers.
            caption: shown beneath.
            wall_time: seconds since the epoch, UTC; now if None.
        """
        given = {"boxes": boxes, "labels": labels, "scores": scores}
        self._log_items("image", tag, [image], step, [caption], wall_time, **given)

    def log_masks(
        self,
        tag: str,
        image: Any,
        masks: Any,
        step: int | None = None,
        *,
        classes: Mapping[int, str] | Iterable[str] | None = None,
        caption: str = "",
        wall_time: float | None = None,
    ) -> None:
        """Log one image with masks over it; they are kept as data, and shown or hidden when looked at.

        Args:
            tag: its name; `/` groups.
            image: as in `log_image`.
            masks: an array of shape (H, W) of class numbers, where 0 and negative ones are nothing; or (N, H, W) of
                booleans, one object each; or a mapping from name to such an array of shape (H, W).
            step: the trainer's own counter.
            classes: names of the class numbers: `{1: "road"}`, or a list that begins with the name of 0; of
                (N, H, W) masks, the names of the objects in their order.
            caption: shown beneath.
            wall_time: seconds since the epoch, UTC; now if None.
        """
        self._log_items("image", tag, [image], step, [caption], wall_time, masks=masks, classes=classes)

    def log_figure(
        self, tag: str, figure: Any, step: int | None = None, caption: str = "", *, wall_time: float | None = None
    ) -> None:
        """Log a matplotlib or plotly figure; it is drawn at once and may be changed or closed afterwards."""
        self._log_items("figure", tag, [figure], step, [caption], wall_time)

    def log_figures(
        self,
        tag: str,
        figures: Iterable[Any],
        step: int | None = None,
        captions: Iterable[str] = (),
        *,
        wall_time: float | None = None,
    ) -> None:
        """Log several figures, each as in `log_figure`, as one gallery."""
        self._log_items("figure", tag, _several(figures), step, captions, wall_time)

    def log_video(
        self,
        tag: str,
        video: Any,
        step: int | None = None,
        fps: float = 4,
        caption: str = "",
        *,
        wall_time: float | None = None,
    ) -> None:
        """Log one video.

        Args:
            tag: its name; `/` groups.
            video: an array or tensor of shape (T, H, W), (T, C, H, W) or (T, H, W, C) with C 1, 3 or 4, or of shape
                (N, T, C, H, W) or (N, T, H, W, C), N clips side by side in a grid: floats in [0, 1], integers in
                [0, 255] or booleans; or the path of a .mp4, .webm or .gif file, which is stored as it is.
            step: the trainer's own counter.
            fps: frames per second.
            caption: shown beneath.
            wall_time: seconds since the epoch, UTC; now if None.
        """
        self._log_items("video", tag, [video], step, [caption], wall_time, fps=fps)


def _several(values: Any) -> Iterable[Any]:
    """Return several values; what is no collection as the only one, for the encoder to take or refuse."""
    try:
        if isinstance(values, str | os.PathLike):
            return [values]
        collection = to_array(values) if hasattr(values, "detach") else values
        iter(collection)
    except Exception:  # noqa: BLE001 - `__iter__` may be the training's own code
        return [values]
    return collection
