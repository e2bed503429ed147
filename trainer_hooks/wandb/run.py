"""The run as programs of W&B know it, on top of a run of Tailboard."""

import tempfile
import threading
import time
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from trainer_hooks import run as tailboard
from trainer_hooks.disabled import DisabledRun
from trainer_hooks.integration.absent import Nothing
from trainer_hooks.values import RefusedError, describe, flatten, to_step
from trainer_hooks.wandb.absent import nothing
from trainer_hooks.wandb.asked import Asked
from trainer_hooks.wandb.config import Config
from trainer_hooks.wandb.keeping import Keeping
from trainer_hooks.wandb.metrics import Definitions, Summary
from trainer_hooks.wandb.showing import is_number, log_value
from trainer_hooks.wandb.watching import Watch

FILES = "files"  # where programs put what they save, below the run folder


class Run(Keeping):
    """What `init` returns. All that is logged is on disk when the call returns, committed or not.

    Attributes:
        config: what the run was started with.
        summary: the last value of each metric, and what the program sets.
        tailboard: the run of Tailboard below, for what W&B has no call for.
    """

    def __init__(self, run: tailboard.Run, asked: Asked) -> None:
        self.tailboard = run
        self._asked = asked
        self.config = Config(run, asked.config)
        self.summary = Summary(self._log_summary)
        self.name, self.id, self.notes, self.tags = (
            asked.name or run.path.name,
            asked.id,
            asked.notes,
            tuple(asked.tags),
        )
        self.project, self.entity, self.group = asked.project or "", asked.entity or "", asked.group or ""
        self.job_type, self.start_time = asked.job_type or "", time.time()
        self.starting_step = self._step = run.next_step
        self._last = max(0, self._step - 1)
        self._definitions = Definitions()
        self._watched: list[Watch] = []
        self._dir: Path | None = None
        self._interrupted = self._ended = False

    @property
    def step(self) -> int:
        """The step that the next log() without one gets."""
        return self._step

    @property
    def resumed(self) -> bool:
        """Whether it goes on with an earlier run."""
        return self.starting_step > 0

    @property
    def disabled(self) -> bool:
        """Whether it logs nothing at all."""
        return isinstance(self.tailboard, DisabledRun)

    @property
    def offline(self) -> bool:
        """Always: there is no server."""
        return True

    @property
    def path(self) -> str:
        """Entity, project and id, as far as they are known."""
        return "/".join(part for part in (self.entity, self.project, self.id) if part)

    @property
    def url(self) -> str:
        """The run folder, as a link."""
        return self.tailboard.path.as_uri()

    def get_url(self) -> str:
        """Return the run folder, as a link."""
        return self.url

    def project_name(self) -> str:
        """Return the project."""
        return self.project

    @property
    def dir(self) -> str:
        """A folder for the program's own files: `files` in the run folder, made when asked for."""
        if self._dir is None:
            self._dir = Path(tempfile.mkdtemp(prefix="tailboard-")) if self.disabled else self.tailboard.path / FILES
            try:
                self._dir.mkdir(parents=True, exist_ok=True)
            except OSError as error:
                self.tailboard.refuse("dir", f"{self._dir} cannot be made: {error}")
        return str(self._dir)

    def log(
        self,
        data: Mapping[str, Any] | None = None,
        step: int | None = None,
        commit: bool | None = None,
        sync: Any = None,  # noqa: ARG002 - of old programs
    ) -> None:
        """Log numbers, texts, figures, arrays and W&B's data types; nested dictionaries become `a/b`.

        Args:
            data: values by tag.
            step: the trainer's own counter; a step that goes back is logged where it says, W&B drops it.
            commit: False leaves the step as it is, so that more is logged at it. None: True without a step.
            sync: has no meaning here.

        Raises:
            KeyboardInterrupt: once, in the main thread, if somebody asked this training to stop, as W&B does.
        """
        at = self._step if step is None else self._clean_step(step)
        if not isinstance(data, Mapping | None):
            self.tailboard.refuse("mapping", f"log() takes names and values, got {describe(data)}")
        elif data:
            for place, row in self._definitions.by_step(dict(flatten(data)), at).items():
                self._log_at(row, place)
        self._last = at
        committed = commit if commit is not None else step is None
        self._step = max(self._step, at + 1 if committed else at)
        self._stop_if_asked()

    def define_metric(
        self,
        name: str,
        step_metric: Any = None,
        step_sync: bool | None = None,  # noqa: ARG002 - the last value of the step metric counts
        hidden: bool | None = None,  # noqa: ARG002
        summary: str | None = None,
        goal: str | None = None,
        overwrite: bool | None = None,  # noqa: ARG002
        **_: Any,
    ) -> Any:
        """Let a metric, or all that match `name` with its `*`, be logged at the steps that `step_metric` says.

        Where the step metric is no whole number the step stays what it is. Of `summary`, min, max, mean and best are
        logged as `summary/<tag>.min`, whenever they change.
        """
        self._definitions.add(str(name), step_metric, summary, goal)
        return Metric(str(name))

    def watch(
        self,
        models: Any,
        criterion: Any = None,  # noqa: ARG002 - W&B does not use it either
        log: str | None = "gradients",
        log_freq: int = 1000,
        idx: int | None = None,
        log_graph: bool = False,
    ) -> None:
        """Log histograms of gradients, parameters, or "all", at every `log_freq`-th backward pass from the first on."""
        several = list(models) if isinstance(models, list | tuple) else [models]
        for place, model in enumerate(several, idx or 0):
            prefix = f"graph_{place}/" if len(several) > 1 or idx else ""
            if log in ("gradients", "parameters", "all"):
                kinds = {"gradients": log != "parameters", "parameters": log != "gradients"}
                try:
                    self._watched.append(Watch(model, self._log_histogram, every=log_freq, prefix=prefix, **kinds))
                except (AttributeError, RuntimeError, TypeError) as error:
                    self.tailboard.refuse("watch", f"{describe(model)} cannot be watched: {error}")
            if log_graph:
                self.tailboard.log_graph(model, tag=f"{prefix}graph", step=self._step)

    def unwatch(self, models: Any = None) -> None:
        """Watch these models no longer, or none."""
        chosen = None if models is None else list(models) if isinstance(models, list | tuple) else [models]
        for watch in list(self._watched):
            if chosen is None or any(watch.model is model for model in chosen):
                watch.remove()
                self._watched.remove(watch)

    def alert(self, title: str, text: str, level: Any = None, wait_duration: Any = None) -> None:  # noqa: ARG002
        """Log a text under the tag `alerts`."""
        word = getattr(level, "value", level) or "INFO"
        self.tailboard.log_text("alerts", f"**{title}** ({word})\n\n{text}", step=self._place("alerts"))

    def finish(self, exit_code: int | None = None, quiet: bool | None = None) -> None:  # noqa: ARG002
        """End the run; an exit code other than 0 says that it failed."""
        self._end(SystemExit(exit_code) if exit_code else None)

    join = finish

    @property
    def ended(self) -> bool:
        """Whether it was finished, by whomever."""
        return self._ended or self.tailboard.finished

    def _end(self, error: BaseException | None) -> None:
        self._ended = True
        self.unwatch()
        self.tailboard.finish(error)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self._end(error)

    def _label(self, *_: Any, **__: Any) -> None:
        """Do nothing: libraries tell W&B who they are with it."""

    def __getattr__(self, name: str) -> Nothing:
        if name.startswith("_"):
            raise AttributeError(name)
        return nothing(f"run.{name}")

    def __repr__(self) -> str:
        return f"<run {self.name!r} of {self.project!r} in {str(self.tailboard.path)!r}>"

    def _log_at(self, row: Mapping[str, Any], step: int) -> None:
        numbers = {tag: value for tag, value in row.items() if is_number(value)}
        self.summary.take(numbers)
        if numbers:
            self.tailboard.log({**numbers, **self._definitions.kept(numbers)}, step=step)
        for tag, value in row.items():
            if tag not in numbers:
                log_value(self.tailboard, tag, value, step)

    def _log_histogram(self, tag: str, values: Any) -> None:
        self.tailboard.log_histogram(tag, values, step=self._place(tag, self._step))

    def _log_summary(self, values: Mapping[str, Any]) -> None:
        for tag, value in values.items():
            self._log_at({tag: value}, self._place(tag))

    def _place(self, tag: str, step: int | None = None) -> int:
        """Return where a tag is logged at `step`, or at the last one: there, or where its step metric is."""
        places = self._definitions.by_step({tag: None}, self._last if step is None else step)
        return min(places)

    def _clean_step(self, step: Any) -> int:
        try:
            return to_step(step)
        except RefusedError as error:
            self.tailboard.refuse("step", f"a step is a whole number, got {error}; {self._step:,} is taken")
            return self._step

    def _stop_if_asked(self) -> None:
        if (
            self.tailboard.stop_requested
            and not self._interrupted
            and threading.current_thread() is threading.main_thread()
        ):
            self._interrupted = True
            raise KeyboardInterrupt("somebody asked this training to stop")


class Metric:
    """What `define_metric` returns."""

    def __init__(self, name: str) -> None:
        self.name = name
