"""Logs what Accelerate's `accelerator.log` is given: `Accelerator(log_with=TailboardTracker("runs/x"))`."""

import os
from collections.abc import Mapping, Sequence
from typing import Any

from accelerate import PartialState
from accelerate.tracking import GeneralTracker

from trainer_hooks.integration.holder import RunHolder
from trainer_hooks.integration.rows import log_row
from trainer_hooks.integration.shared_stop import SharedStop
from trainer_hooks.run import Run


class TailboardTracker(GeneralTracker):
    """A tracker for `Accelerator(log_with=...)`. The main process logs; the others neither open nor write anything.

    Attributes:
        name: what `accelerator.get_tracker` knows it by.
    """

    name = "tailboard"
    requires_logging_directory = False
    main_process_only = True

    def __init__(self, path: str | os.PathLike[str] | None = None, *, run: Run | None = None, **options: Any) -> None:
        """Take a run that is open, or what `trainer_hooks.init` takes; `init_trackers` opens the run.

        Args:
            path: the run folder.
            run: an open run, in place of all else.
            options: further keywords of `trainer_hooks.init`.

        Raises:
            TypeError: a run was given and what to open as well.
        """
        super().__init__()
        self._holder = RunHolder(path, run, options)
        self._shared: SharedStop | None = None

    @property
    def tracker(self) -> Run | None:
        """The run, for all that it can log; None before `init_trackers` and in other processes than the main one."""
        return self._holder.run

    def start(self) -> None:
        """Open the run."""
        self._shared = SharedStop(PartialState().device)
        self._shared.begin()
        self._begun()

    def store_init_configuration(self, values: Mapping[str, Any]) -> None:
        """Add to the run's config what `init_trackers(config=...)` was given."""
        self._begun(dict(values))

    def log(self, values: Mapping[str, Any], step: int | None = None, **_: Any) -> None:
        """Log numbers, nested or not, and texts.

        Args:
            values: by tag.
            step: the trainer's own counter; None counts on.
        """
        run = self._begun()
        if run is not None:
            log_row(run, values, step)

    def log_images(self, values: Mapping[str, Any], step: int | None = None, **_: Any) -> None:
        """Log images.

        Args:
            values: by tag a list of images or an array (N, H, W, C) or (N, C, H, W), as in `Run.log_images`.
            step: the trainer's own counter; None: of the last row.
        """
        run = self._begun()
        if run is not None:
            for tag, images in values.items():
                run.log_images(tag, images, step=step)

    def log_table(
        self,
        table_name: str,
        columns: Sequence[str] | None = None,
        data: Sequence[Sequence[Any]] | None = None,
        dataframe: Any = None,
        step: int | None = None,
        **_: Any,
    ) -> None:
        """Log a table: rows of cells and the names of their columns, or a DataFrame in their place."""
        run = self._begun()
        if run is not None and dataframe is not None:
            run.log_table(table_name, dataframe, step=step)
        elif run is not None:
            run.log_table(table_name, data, step=step, columns=columns)

    def should_stop(self) -> bool:
        """Tell whether somebody asked the training to end; called after every step, by all processes.

        All get the same answer after the same step, so none waits for one that has left.
        """
        run = self.tracker
        wanted = run is not None and run.stop_requested
        return wanted if self._shared is None else self._shared.agreed(wanted)

    def finish(self) -> None:
        """End the run, unless it was given; `accelerator.end_training` calls this."""
        self._holder.finish()

    def _begun(self, config: Any = None) -> Run | None:
        """Return the run, opened if it is not; None where this is not the main process."""
        return self._holder.begin(config) if PartialState().is_main_process else None
