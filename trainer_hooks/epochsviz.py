"""Stands in for Epochsviz: `from trainer_hooks.epochsviz import Epochsviz`, and all else of a script stays as it is.

Epochsviz (https://github.com/Mdhvince/Epochsviz) draws the losses of two data sets, epoch by epoch, in a page that
`bokeh serve` shows. Here they are logged, so neither Bokeh nor its server is needed: `python training.py` will do.
"""

import os
from collections.abc import Callable
from threading import Lock, Thread
from typing import Any

from trainer_hooks.integration.holder import RunHolder
from trainer_hooks.run import Run

TRAIN, VALIDATION = "loss/train", "loss/val"


class Epochsviz:
    """Logs the losses of each epoch as `loss/train` and `loss/val`, and shows both in one chart.

    Attributes:
        title: of that chart.
        thread: runs the training, None before `start_thread`.
    """

    def __init__(
        self,
        title: str = "figure",
        *_sizes: Any,
        path: str | os.PathLike[str] | None = None,
        run: Run | None = None,
        **options: Any,
    ) -> None:
        """Remember the title; the run begins with the training.

        Args:
            title: of the chart.
            path: the run folder, as in `trainer_hooks.init`.
            run: an open run, in place of it.
            options: further keywords of `trainer_hooks.init`. What Epochsviz takes beside the title, sizes, colours
                and names of lines, only concerns looks and is ignored.

        Raises:
            TypeError: a run was given and a path as well.
        """
        looks = ("plot_", "name_", "color_", "line_width_")
        self.title = title
        self.thread: Thread | None = None
        self._holder = RunHolder(path, run, {name: of for name, of in options.items() if not name.startswith(looks)})
        self._declared = False
        self._lock = Lock()  # the training's thread and that of the script may both be first

    def begin(self) -> Run:
        """Return the run, begun if it was not."""
        with self._lock:
            found = self._holder.run
            if found is None or not self._declared:
                found = self._holder.begin()
                found.log_charts({"loss": {self.title: ["multiline", [TRAIN, VALIDATION]]}}, 0)
                self._declared = True
            return found

    def send_data(self, current_epoch: int, current_train_loss: float, current_val_loss: float) -> None:
        """Log one epoch: its number, and the loss on the training and on the validation data."""
        self.begin().log({TRAIN: current_train_loss, VALIDATION: current_val_loss}, current_epoch)

    def start_thread(self, train_function: Callable[[], Any]) -> None:
        """Run the training in a thread; the process lasts until it is done, and the run ends with it.

        Args:
            train_function: called without arguments. What it raises is printed as of any thread, and ends the run as
                failed.
        """
        self.thread = Thread(target=self._train, args=(train_function,), name="epochsviz")
        self.thread.start()

    def _train(self, train_function: Callable[[], Any]) -> None:
        try:
            train_function()
        except BaseException as error:
            self.begin()  # an error before the first epoch is a run that failed too
            self._holder.finish(error)
            raise
        self._holder.finish()
