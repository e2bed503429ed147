"""Callbacks of the run page: the browser asks for runs, the body shows one or compares several."""

import hashlib
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from dash import Dash, Input, Output, State, no_update
from dash.development.base_component import Component

from app.pages.run import comparison, ids, one, undrawn
from app.readers.contract import RunStatus
from app.store.memory import RunSummary, StoreLike, UnknownRunError

Found = tuple[RunSummary, RunStatus]


def register(app: Dash, store: StoreLike) -> None:
    """Bind the body of the page to what the browser asks for."""
    app.callback(
        Output(ids.BODY, "children"),
        Output(ids.SIGN, "data"),
        Input(ids.QUESTION, "data"),
        State(ids.SIGN, "data"),
        prevent_initial_call=True,
    )(partial(show, store))


def show(store: StoreLike, question: Mapping[str, Any] | None, seen: str | None) -> Any:
    """Return the body and its sign, or `no_update` where the browser shows just that already."""
    if not question:
        return no_update, no_update
    runs = found(store, question["runs"])
    sign = sign_of(question, runs)
    if sign == seen:
        return no_update, no_update
    return body(question, runs), sign


def body(question: Mapping[str, Any], runs: Sequence[Found]) -> list[Component]:
    """Draw the one run that was asked for, or the differences of several."""
    if len(question["runs"]) != 1:
        return comparison.body([run for run, _ in runs], equal=question["equal"])
    return one.body(*runs[0]) if runs else one.gone(question["runs"][0])


def found(store: StoreLike, run_ids: Sequence[str]) -> list[Found]:
    """Return those of the runs that are there, each with its status."""
    runs = []
    for run_id in run_ids:
        try:
            runs.append((store.run(run_id), store.status(run_id)))
        except UnknownRunError:
            continue
    return runs


def sign_of(question: Mapping[str, Any], runs: Sequence[Found]) -> str:
    """Return a text that differs whenever the body would; points that were merely logged in charts change nothing."""
    facts = [
        (
            run.id,
            run.title,
            run.slot,
            run.edits,
            run.info,
            run.problems,
            [(tag, known.kind) for tag, known in run.facts.items()],
            undrawn.undrawn(run.facts),
            status.traceback,
        )
        for run, status in runs
    ]
    return hashlib.sha256(repr((question["runs"], question["equal"], facts)).encode()).hexdigest()
