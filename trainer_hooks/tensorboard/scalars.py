"""Calls that log numbers: scalars one by one and together, the charts that draw several, hyper-parameters."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from trainer_hooks.tensorboard import hparams
from trainer_hooks.tensorboard.base import Writing
from trainer_hooks.tensorboard.export import write_scalars
from trainer_hooks.tensorboard.guard import MisuseError, guarded

EXACT_STEP_TAG = "global_step"


class ScalarCalls(Writing):
    """The part of a SummaryWriter that logs numbers.

    In all calls `global_step` may be any number or None (see `Steps`), and `walltime` is in seconds since the epoch.
    """

    _sets: hparams.Sets
    _grouped: dict[str, list[str]]  # of add_scalars: main tag -> tags logged so far

    @guarded
    def add_scalar(
        self,
        tag: str,
        scalar_value: Any,
        global_step: Any = None,
        walltime: float | None = None,
        new_style: bool = False,  # noqa: ARG002 - numbers are kept in one way, with all their digits
        double_precision: bool = False,  # noqa: ARG002
        display_name: str = "",  # noqa: ARG002 - tags are shown by their names
        summary_description: str = "",  # noqa: ARG002
    ) -> None:
        """Log one number: of Python or numpy, or a tensor of one element on any device and of any precision."""
        self._log_row(tag, {tag: scalar_value}, global_step, walltime)

    @guarded
    def add_scalars(
        self, main_tag: str, tag_scalar_dict: Mapping[str, Any], global_step: Any = None, walltime: float | None = None
    ) -> None:
        """Log several numbers as `main_tag/key`, which the app draws in one panel."""
        main = str(main_tag).rstrip("/")
        row = {f"{main}/{key}" if main else str(key): value for key, value in tag_scalar_dict.items()}
        step = self._log_row(main, row, global_step, walltime)
        tags = self._grouped.setdefault(main, [])
        new = [tag for tag in row if tag not in tags]
        if new:
            tags += new
            category = main.rpartition("/")[0] or main
            self._opened().log_charts({category: {main: ["multiline", tags]}}, step, source="add_scalars")

    @guarded
    def add_custom_scalars(self, layout: Mapping[str, Mapping[str, Sequence[Any]]]) -> None:
        """Declare charts: {category: {title: ["Multiline" or "Margin", [tags]]}}; at any time, and again."""
        self._declare(layout)

    @guarded
    def add_custom_scalars_multilinechart(
        self, tags: Sequence[str], category: str = "default", title: str = "untitled"
    ) -> None:
        """Declare a chart with a line per tag."""
        self._declare({category: {title: ["multiline", tags]}})

    @guarded
    def add_custom_scalars_marginchart(
        self, tags: Sequence[str], category: str = "default", title: str = "untitled"
    ) -> None:
        """Declare a chart of a line within a band; `tags` are the middle, the low and the high edge."""
        self._declare({category: {title: ["margin", tags]}})

    @guarded
    def add_hparams(
        self,
        hparam_dict: dict[str, Any],
        metric_dict: dict[str, Any],
        hparam_domain_discrete: Any = None,
        run_name: Any = None,
        global_step: Any = None,
        name: str | None = None,
    ) -> None:
        """Make hyper-parameters the config of this run, and log metrics as scalars. No other run is made.

        Sets that differ, as a search in one process gives, are also logged as one table, a row per set.

        Args:
            hparam_dict: names and values of any type.
            metric_dict: names and numbers; may be empty.
            hparam_domain_discrete: not used.
            run_name: names the row in that table. The run keeps its own name.
            global_step: of the metrics.
            name: as `run_name`, which it is in tensorboardX.

        Raises:
            TypeError: one of the two is no dictionary.
        """
        if type(hparam_dict) is not dict or type(metric_dict) is not dict:
            raise MisuseError("hparam_dict and metric_dict must both be dictionaries")
        name, global_step = hparams.name_and_step(hparam_domain_discrete, run_name, global_step, name)
        self._opened().update_config(hparam_dict)
        step = self._place(hparams.TAG, global_step).step
        if metric_dict:
            self._opened().log(metric_dict, step, self._default_time)
        rows = self._sets.add(name, hparam_dict, metric_dict)
        if rows:
            self._opened().log_table(hparams.TAG, rows, step)

    def export_scalars_to_json(self, path: str | Path) -> None:
        """Write all scalars that the run holds so far to a JSON file: {log_dir/tag: [[wall time, step, value], ...]}.

        Raises:
            OSError: the file cannot be written.
        """
        run = self._opened()
        run.flush()
        write_scalars(run.path, str(run.path), Path(path))

    def _log_row(self, tag: str, row: dict[str, Any], global_step: Any, walltime: float | None) -> int:
        """Log numbers at the place of `tag`, and return their step."""
        step, exact = self._place(tag, global_step)
        if exact is not None:
            row[EXACT_STEP_TAG] = exact
        self._opened().log(row, step, self._default_time if walltime is None else walltime)
        return step

    def _declare(self, layout: Mapping[str, Mapping[str, Sequence[Any]]]) -> None:
        self._opened().log_charts(layout)
