"""Calls that log what is looked at: images, boxes over them, figures, videos."""

import sys
from collections.abc import Sequence
from typing import Any

from trainer_hooks.tensorboard import formats
from trainer_hooks.tensorboard.base import Writing
from trainer_hooks.tensorboard.guard import guarded


class PictureCalls(Writing):
    """The part of a SummaryWriter that logs pictures: floats in [0, 1], integers in [0, 255].

    In all calls `dataformats` names the axes in their order, in capitals or not, and `walltime` is in seconds since
    the epoch.
    """

    @guarded
    def add_image(
        self,
        tag: str,
        img_tensor: Any,
        global_step: Any = None,
        walltime: float | None = None,
        dataformats: str = "CHW",
    ) -> None:
        """Log one image of shape (C, H, W), or of the axes `dataformats`; with N among them, a gallery."""
        self._log_pictures(tag, img_tensor, dataformats, self._when(tag, global_step, walltime))

    @guarded
    def add_images(
        self,
        tag: str,
        img_tensor: Any,
        global_step: Any = None,
        walltime: float | None = None,
        dataformats: str = "NCHW",
    ) -> None:
        """Log images of shape (N, C, H, W), or a list of them, as one gallery of N pictures."""
        self._log_pictures(tag, img_tensor, dataformats, self._when(tag, global_step, walltime))

    @guarded
    def add_image_with_boxes(
        self,
        tag: str,
        img_tensor: Any,
        box_tensor: Any,
        global_step: Any = None,
        walltime: float | None = None,
        rescale: Any = 1,
        dataformats: Any = "CHW",
        labels: Any = None,
        **kwargs: Any,  # noqa: ARG002 - how thick boxes are drawn is the app's matter
    ) -> None:
        """Log one image with boxes, kept as data: the app shows and hides them, and zooms, so `rescale` is not used.

        Args:
            tag: its name; `/` groups.
            img_tensor: of the axes `dataformats`.
            box_tensor: shape (N, 4), each (x0, y0, x1, y1) in pixels.
            global_step: any number or None.
            walltime: seconds since the epoch.
            rescale: not used.
            dataformats: C, H and W in any order.
            labels: one text per box, or one for all.
            kwargs: not used.
        """
        options = formats.box_options(rescale, dataformats, labels)
        (picture,) = formats.pictures(img_tensor, options["dataformats"])
        when = self._when(tag, global_step, walltime)
        self._opened().log_boxes(tag, picture, box_tensor, labels=options["labels"], **when)

    @guarded
    def add_figure(
        self,
        tag: str,
        figure: Any,
        global_step: Any = None,
        close: bool = True,
        walltime: float | None = None,
    ) -> None:
        """Log a matplotlib or plotly figure, or a list of them as a gallery; `close` closes those of matplotlib."""
        figures = list(figure) if isinstance(figure, list | tuple) else [figure]
        self._opened().log_figures(tag, figures, **self._when(tag, global_step, walltime))
        if close:
            _close(figures)

    @guarded
    def add_video(
        self,
        tag: str,
        vid_tensor: Any,
        global_step: Any = None,
        fps: float = 4,
        walltime: float | None = None,
        dataformats: str = "NTCHW",
    ) -> None:
        """Log a video of shape (N, T, C, H, W), N clips side by side, or of the axes `dataformats`."""
        frames = formats.video(vid_tensor, dataformats)
        self._opened().log_video(tag, frames, fps=fps, **self._when(tag, global_step, walltime))

    def _log_pictures(self, tag: str, images: Any, dataformats: str, when: dict[str, Any]) -> None:
        found = formats.pictures(images, dataformats)
        if len(found) == 1:
            self._opened().log_image(tag, found[0], **when)
        else:
            self._opened().log_images(tag, found, **when)


def _close(figures: Sequence[Any]) -> None:
    """Close matplotlib's figures, which only its pyplot keeps open."""
    pyplot = sys.modules.get("matplotlib.pyplot")
    if pyplot is not None:
        for figure in figures:
            if hasattr(figure, "savefig"):
                pyplot.close(figure)
