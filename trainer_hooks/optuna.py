"""Logs what Optuna tries: `study.optimize(objective, n_trials=20, callbacks=[TailboardCallback("runs/search")])`."""

import os
import time
from collections.abc import Callable, Mapping, Sequence
from functools import wraps
from pathlib import Path
from typing import Any

import optuna
from optuna.trial import FrozenTrial, TrialState

from trainer_hooks.integration.holder import RunHolder
from trainer_hooks.run import Run
from trainer_hooks.start import init
from trainer_hooks.stopping import STOP_FILE

REPORTED = "value/reported"  # what a trial told its pruner
DURATION = "time/duration_s"  # beside the values, so that nobody takes it for one of them

Objective = Callable[[optuna.Trial], Any]


class TailboardCallback:
    """A run for each trial of a study, so that they can be compared; or a row for each in one run.

    As a callback of `study.optimize` it logs each trial when it is done. `track_in_runs`, around the objective, logs it
    while it goes on, and one that raises too. Both together log each trial once.

    - With a path, the run of trial 3 is `<path>/trial-3`. Its config has the parameters, and below `trial` its number
      and state. Its tags are the values (`value`, or the study's metric names), `value/reported` and
      `time/duration_s`. A file `STOP` in `<path>` ends the study after a trial; in the run of a trial under way it
      prunes that one.
    - With `run=`, a trial is a row at the step of its number: values, numeric parameters as `params/<name>`,
      `time/duration_s` and, where there is one objective, `best`. Its file `STOP` ends the study.
    """

    def __init__(
        self,
        path: str | os.PathLike[str] | None = None,
        *,
        run: Run | None = None,
        trials: int | None = None,
        **options: Any,
    ) -> None:
        """Take a run that is open, or what `trainer_hooks.init` takes.

        Args:
            path: the folder of the runs; `runs/<name of the study>` if None.
            run: an open run, in place of all else.
            trials: how many there will be, for the time left of `run`.
            options: further keywords of `trainer_hooks.init`, for each run.

        Raises:
            TypeError: a run was given and what to open as well.
        """
        self._run = RunHolder(path, run, options).run
        self._path, self._options, self._trials = path, options, trials
        self._running: dict[int, Run] = {}
        self._tracked: set[int] = set()

    def __call__(self, study: optuna.Study, trial: FrozenTrial) -> None:
        """Log a trial that is done; end the study where somebody asked for it."""
        if self._run is not None:
            self._run.log(_row(study, trial), trial.number)
            if self._trials:
                self._run.progress(trial.number + 1, self._trials)
        elif trial.number not in self._tracked:
            self._log_run(study, trial)
        if self._run.stop_requested if self._run is not None else (self._folder(study) / STOP_FILE).exists():
            study.stop()

    def track_in_runs(self, objective: Objective) -> Objective:
        """Return the objective with a run around each trial, in which it is seen as it goes on; for decorating.

        `run_of` returns that run within the objective. Where a run was given, this changes nothing.
        """

        @wraps(objective)
        def tracked(trial: optuna.Trial) -> Any:
            if self._run is not None:
                return objective(trial)
            began = time.monotonic()
            run = self._open(trial.study, trial.number)
            _follow(trial, run)
            try:
                found = objective(trial)
            except BaseException as error:
                pruned = isinstance(error, optuna.TrialPruned)
                self._end(trial, TrialState.PRUNED if pruned else TrialState.FAIL, None, began)
                run.finish(None if pruned else error)
                raise
            self._end(trial, TrialState.COMPLETE, found, began)
            run.finish()
            return found

        return tracked

    def run_of(self, trial: optuna.Trial) -> Run:
        """Return the run of a trial under way, to log more into.

        Raises:
            KeyError: `track_in_runs` is not around the objective, or the trial is done.
        """
        return self._run if self._run is not None else self._running[trial.number]

    def _folder(self, study: optuna.Study) -> Path:
        return Path(self._path if self._path is not None else Path("runs") / study.study_name)

    def _open(self, study: optuna.Study, number: int) -> Run:
        run = init(self._folder(study) / f"trial-{number}", **self._options)
        self._tracked.add(number)
        self._running[number] = run
        return run

    def _end(self, trial: optuna.Trial, state: TrialState, found: Any, began: float) -> None:
        """Log how a trial ended that began at `began`, in seconds of the monotonic clock."""
        values = found if isinstance(found, Sequence) or found is None else [found]
        known = {**_values(trial.study, values), DURATION: time.monotonic() - began}
        _log_end(self._running.pop(trial.number), trial.params, trial.number, state, known)

    def _log_run(self, study: optuna.Study, trial: FrozenTrial) -> None:
        with init(self._folder(study) / f"trial-{trial.number}", **self._options) as run:
            for step, value in sorted(trial.intermediate_values.items()):
                run.log({REPORTED: value}, step)
            known = {**_values(study, _found(trial)), **_duration(trial)}
            _log_end(run, trial.params, trial.number, trial.state, known)


def _follow(trial: optuna.Trial, run: Run) -> None:
    """Log what a trial reports when it does, and prune it where somebody asks its run to stop."""
    report, should_prune = trial.report, trial.should_prune

    def report_and_log(value: float, step: int) -> None:
        report(value, step)
        run.log({REPORTED: value}, step)
        run.update_config(trial.params)

    def should_prune_or_stop() -> bool:
        return should_prune() or run.stop_requested

    trial.report, trial.should_prune = report_and_log, should_prune_or_stop  # of this one trial


def _log_end(
    run: Run, parameters: Mapping[str, Any], number: int, state: TrialState, known: Mapping[str, float]
) -> None:
    """Log what came of a trial, at the step after its last report."""
    run.update_config({**parameters, "trial": {"number": number, "state": state.name.lower()}})
    run.log(known)


def _row(study: optuna.Study, trial: FrozenTrial) -> dict[str, float]:
    """Return what one row says of a trial; parameters that are words are left out."""
    numbers = {name: of for name, of in trial.params.items() if isinstance(of, int | float)}
    row = {
        **_values(study, _found(trial)),
        **{f"params/{name}": of for name, of in numbers.items()},
        **_duration(trial),
    }
    if len(study.directions) == 1 and trial.state is TrialState.COMPLETE:
        row["best"] = study.best_value
    return row


def _values(study: optuna.Study, values: Any) -> dict[str, Any]:
    """Return tag -> value of what an objective returned, if it did."""
    count = len(study.directions)
    names = study.metric_names or (["value"] if count == 1 else [f"value/{place}" for place in range(count)])
    return dict(zip(names, values or (), strict=False))  # of another length, Optuna fails the trial


def _found(trial: FrozenTrial) -> Any:
    """Return the values of a complete trial; Optuna gives a pruned one what it reported last."""
    return trial.values if trial.state is TrialState.COMPLETE else None


def _duration(trial: FrozenTrial) -> dict[str, float]:
    return {DURATION: trial.duration.total_seconds()} if trial.duration is not None else {}
