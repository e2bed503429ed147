"""`GET /api/v1/time`: what the time of a training went into, as `run.track` logged it."""

import re
from dataclasses import asdict
from typing import Any

import numpy as np
from flask import Flask, Response

from app.api.answers import NotThereError, json_answer
from app.api.parameters import count, needed, number
from app.readers.contract import Columns, RunState
from app.settings import Settings
from app.store.memory import StoreLike
from app.store.query import QuestionError
from app.transforms.timing import Float64Array, Timing, columns, judge, timing_of

_COLUMNS, _MOST_COLUMNS = 160, 2_000
_STEPS, _LEFT, _SAMPLES = "time/steps", "time/left_s", "time/samples_per_s"
_PART = re.compile(r"time/(?!left_s$)(.+)(?<!_per)_s")


def register(server: Flask, store: StoreLike, settings: Settings) -> None:
    """Serve the route."""
    server.add_url_rule(f"{settings.url_prefix}api/v1/time", "api_time", lambda: _answer(store))


def _answer(store: StoreLike) -> Response:
    run_id, most, last = needed("run"), count("columns", _COLUMNS), number("last")
    last = 1.0 if last is None else last
    if not 1 <= most <= _MOST_COLUMNS:
        raise QuestionError(f"The parameter columns must be from 1 to {_MOST_COLUMNS:,}, not {most}.")
    if not 0 < last <= 1:
        raise QuestionError(f"The parameter last is a share above 0 and at most 1, not {last:g}.")
    if _STEPS not in store.run(run_id).facts:
        raise NotThereError(f"The time of {run_id} was not measured: run.track(loader) does so.")
    timing = timing_of_run(store, run_id)
    shown = timing.newest(last)
    left = store.series(run_id, _LEFT) if store.status(run_id).state == RunState.RUNNING else None
    return json_answer(
        {
            "run": run_id,
            "parts": list(timing.parts),
            "columns": _drawn(columns(shown, most)),
            "whole": _sums(timing),
            "shown": _sums(shown),
            "verdict": asdict(judge(shown)),
            "left_s": float(left.value[-1]) if left is not None and len(left) else None,
        }
    )


def timing_of_run(store: StoreLike, run_id: str) -> Timing:
    """Return all rows of time that a run logged. Raises UnknownRunError."""
    base = store.series(run_id, _STEPS)
    facts = store.run(run_id).facts
    parts = {found[1]: tag for tag in facts if facts[tag].kind == "scalar" and (found := _PART.fullmatch(tag))}
    step_s = {part: _beside(base, store.series(run_id, tag)) for part, tag in parts.items()}
    return timing_of(base.step, base.value, step_s, _beside(base, store.series(run_id, _SAMPLES)))


def _beside(base: Columns, other: Columns) -> Float64Array:
    """Return the values of another tag in the rows of `base`, NaN where a row does not have it.

    A row is known by its time; where a format tells none, by its step.
    """
    timed = not (np.isnan(base.wall_time).any() or np.isnan(other.wall_time).any())
    rows, found = (base.wall_time, other.wall_time) if timed else (base.step, other.step)
    values = np.full(len(base), np.nan)
    if len(found):
        order = np.argsort(found, kind="stable")
        at = order[np.minimum(np.searchsorted(found[order], rows), len(found) - 1)]
        same = found[at] == rows
        values[same] = other.value[at[same]]
    return values


def _drawn(timing: Timing) -> dict[str, Any]:
    """Return the columns to draw: the first and the last step of each, its steps, and the seconds of each part."""
    first = timing.step - np.maximum(timing.steps, 1).astype(np.int64) + 1
    return {
        "from": np.maximum(first, np.append(first[:1], timing.step[:-1] + 1)).tolist(),
        "to": timing.step.tolist(),
        "steps": timing.steps.astype(np.int64).tolist(),
        "seconds": timing.seconds.tolist(),
    }


def _sums(timing: Timing) -> dict[str, Any]:
    """Return what all rows have together; rates are those of the training, without evaluation and the like."""
    training, steps, samples = (float(part.sum()) for part in (timing.training, timing.steps, timing.samples))
    return {
        "first_step": int(timing.step[0] - max(timing.steps[0], 1) + 1) if len(timing.step) else None,
        "last_step": int(timing.step[-1]) if len(timing.step) else None,
        "steps": int(steps),
        "seconds": timing.seconds.sum(1).tolist(),
        "steps_per_s": steps / training if training else None,
        "samples_per_s": samples / training if training and samples else None,
    }
