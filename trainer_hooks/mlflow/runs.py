"""A run as programs of MLflow know it, on top of a run of Tailboard."""

import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from trainer_hooks.config import to_json
from trainer_hooks.folder import read_facts
from trainer_hooks.integration.absent import Nothing
from trainer_hooks.mlflow.absent import nothing, say_once
from trainer_hooks.run import Run
from trainer_hooks.values import RefusedError, to_finite, to_number, to_step

ARTIFACTS = "artifacts"
NOTE = "mlflow.note.content"
FINISHED = ("FINISHED", "SCHEDULED", "RUNNING")


class EndedError(Exception):
    """A run was ended with a status that says it did not go well."""


class ActiveRun:
    """What `start_run` returns: a context manager, with `info` and `data`.

    Attributes:
        info: run_id, run_name, experiment_id, artifact_uri, status, start_time (in milliseconds since the epoch).
        data: params, metrics (the last values) and tags, as dictionaries.
        tailboard: the run of Tailboard below, for what MLflow has no call for.
    """

    def __init__(self, run: Run, experiment: str, parent: "ActiveRun | None", end: Any) -> None:
        """Take over `run`; `end` is called with this run and the error, when it is to end as a context manager."""
        self.tailboard, self._parent, self._end = run, parent, end
        self._first_step = run.next_step  # of a run that goes on, after all that it has
        self._steps: dict[str, int] = {}
        run_id = read_facts(run.path).get("id") or f"{id(run):032x}"  # none where the disk fails
        self.data = SimpleNamespace(params=dict[str, str](), metrics=dict[str, float](), tags=dict[str, str]())
        self.info = SimpleNamespace(
            run_id=run_id,
            run_uuid=run_id,
            run_name=run.path.name,
            experiment_id=experiment or "0",
            user_id="",
            status="RUNNING",
            start_time=round(time.time() * 1000),
            end_time=None,
            artifact_uri=str(run.path / ARTIFACTS),
            lifecycle_stage="active",
        )
        self.inputs = self.outputs = Nothing()
        if parent is not None:
            self.set_tags({"mlflow.parentRunId": parent.info.run_id})

    @property
    def parent(self) -> "ActiveRun | None":
        """The run that this one is nested in."""
        return self._parent

    @property
    def artifacts(self) -> Path:
        """The folder of its artifacts; it need not be there yet."""
        return self.tailboard.path / ARTIFACTS

    def set_params(self, params: Mapping[str, Any]) -> None:
        """Add to the config; a value that changes counts, which MLflow refuses."""
        given = {str(name): value for name, value in params.items()}
        for name, value in given.items():
            before = self.data.params.get(name)
            if before not in (None, str(value)):
                say_once(f"param {name}", f"param {name!r} was {before:.100}, and is {value!s:.100} from now on")
            self.data.params[name] = str(value)
        self.tailboard.update_config(given)

    def set_tags(self, tags: Mapping[str, Any]) -> None:
        """Keep names and values under `tags` in the config, the note as a text; MLflow's own are not shown."""
        given = {str(name): to_json(value) for name, value in tags.items()}
        self.data.tags.update({name: str(value) for name, value in given.items()})
        note = given.pop(NOTE, None)
        if note is not None:
            self.tailboard.log_text("note", str(note))
        shown = {name: value for name, value in given.items() if not name.startswith("mlflow.")}
        if shown:
            self.tailboard.update_config({"tags": shown})

    def log_metrics(self, metrics: Mapping[str, Any], step: Any = None, timestamp: Any = None) -> None:
        """Log one row; without a step each metric counts on from its own last one.

        Args:
            metrics: numbers by name.
            step: the trainer's own counter.
            timestamp: milliseconds since the epoch.
        """
        rows: dict[int, dict[str, Any]] = {}
        for name, value in metrics.items():
            at = self._step_of(str(name), step)
            self._steps[str(name)] = at
            rows.setdefault(at, {})[str(name)] = value
            with suppress(RefusedError):  # the run says it
                self.data.metrics[str(name)] = to_number(value)
        for at, row in rows.items():
            self.tailboard.log(row, step=at, wall_time=_seconds(timestamp))

    def finish(self, status: str = "FINISHED", error: BaseException | None = None) -> None:
        """End the run: FINISHED, FAILED or KILLED, with the error if one is known."""
        if self.info.status != "RUNNING":
            return
        self.info.status, self.info.end_time = status, round(time.time() * 1000)
        bad = error is None and status not in FINISHED
        self.tailboard.finish(EndedError(f"ended as {status}") if bad else error)

    def to_dictionary(self) -> dict[str, Any]:
        """Return info and data as dictionaries."""
        return {"info": dict(vars(self.info)), "data": dict(vars(self.data))}

    def __enter__(self) -> "ActiveRun":
        return self

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        self._end(self, "FINISHED" if error is None else "FAILED", error)

    def __getattr__(self, name: str) -> Nothing:
        if name.startswith("_"):
            raise AttributeError(name)
        return nothing(f"run.{name}")

    def __repr__(self) -> str:
        return f"<run {self.info.run_name!r} in {str(self.tailboard.path)!r}>"

    def _step_of(self, name: str, step: Any) -> int:
        if step is not None:
            try:
                return to_step(step)
            except RefusedError as error:
                self.tailboard.refuse("step", f"a step is a whole number, got {error}; the next one is taken")
        return self._steps.get(name, self._first_step - 1) + 1


def _seconds(milliseconds: Any) -> float | None:
    try:
        return None if milliseconds is None else to_finite(milliseconds) / 1000
    except RefusedError:
        return None
