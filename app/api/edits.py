"""`POST /api/v1/edit`: what a person says of a run, kept in the state folder."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from flask import Flask, Response

from app.api.answers import json_answer
from app.api.asked import Asked
from app.api.posted import RefusedError, posted_change
from app.settings import Settings
from app.store.folders import FolderError
from app.store.memory import RunSummary, StoreLike
from app.store.query import QuestionError
from app.store.sidecar import SLOTS

MAX_NAME = 200  # characters
MAX_NOTES = 100_000  # characters
READ_ONLY = "This server shows runs and changes nothing: with --write, names, notes and colours can be changed."
NO_STEPS = (
    "This server can be reached from other machines and was started without --write: the column that holds the steps "
    "can be chosen with --write, or where the app listens on 127.0.0.1 alone."
)


def register(server: Flask, store: StoreLike, settings: Settings) -> None:
    """Serve the route."""
    server.add_url_rule(
        f"{settings.url_prefix}api/v1/edit", "api_edit", lambda: _answer(store, settings), methods=["POST"]
    )


def _answer(store: StoreLike, settings: Settings) -> Response:
    fields = posted_change()
    changes = changes_in(fields)
    check_allowed(changes, settings)
    run = store.run(Asked(fields, "the change").text("run"))
    check_fits(run, changes)
    check_unseen(run, fields.get("was") or {})
    try:
        edits = store.edit(run.id, changes)
    except (OSError, FolderError) as error:
        raise RefusedError(f"The change could not be kept: {error}. --state-dir names another folder.", 500) from error
    return json_answer({"run": run.id, "edits": asdict(edits)})


def changes_in(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields of `Edits` that a body names; null, and an empty name or empty notes, take back what was said.

    Raises:
        QuestionError: a value makes no sense, or there is none.
    """
    takes = {"name": _name, "notes": _notes, "slot": _slot, "step_column": _step_column}
    changes = {name: take(fields[name]) for name, take in takes.items() if name in fields}
    if not changes:
        raise QuestionError(f"A change names at least one of {', '.join(takes)}.")
    return changes


def check_allowed(changes: Mapping[str, Any], settings: Settings) -> None:
    """Refuse what this server was not started for.

    A step column only says how a file is read, and without one many tables cannot be read as they were meant. So it
    may be chosen on one's own machine without further ado.
    """
    if settings.write:
        return
    if changes.keys() - {"step_column"}:
        raise RefusedError(READ_ONLY, 403)
    if not settings.is_local:
        raise RefusedError(NO_STEPS, 403)


def check_fits(run: RunSummary, changes: Mapping[str, Any]) -> None:
    """Raise QuestionError where a run has no such step column."""
    column = changes.get("step_column")
    if column and column not in run.info.step_columns:
        columns = ", ".join(run.info.step_columns) or "none: its files say what their steps are"
        raise QuestionError(f"{run.id} has no column {column!r} that could hold the steps; there are {columns}.")


def check_unseen(run: RunSummary, was: Any) -> None:
    """Refuse to replace what somebody else said meanwhile: `was` is what the person saw, by field."""
    now = {"name": run.info.name, "notes": run.info.notes, "slot": run.slot, "step_column": run.info.step_column}
    seen = was if isinstance(was, dict) else {}
    changed = [name for name, value in now.items() if name in seen and seen[name] != value]
    if changed:
        raise RefusedError(f"Somebody else changed the {' and the '.join(changed)} of {run.id} meanwhile.", 409)


def _name(value: Any) -> str | None:
    text = _text("name", value, MAX_NAME).strip()
    if not text.isprintable():
        raise QuestionError("A name is one line without control characters.")
    return text or None


def _notes(value: Any) -> str | None:
    text = _text("notes", value, MAX_NOTES)
    return text if text.strip() else None


def _step_column(value: Any) -> str | None:
    return None if value is None else _text("step_column", value, MAX_NAME)


def _slot(value: Any) -> int | None:
    if value is None or (type(value) is int and 0 <= value < SLOTS):
        return value
    raise QuestionError(f"slot is a whole number from 0 to {SLOTS - 1}, or null, not {value!r}.")


def _text(field: str, value: Any, most: int) -> str:
    if value is None:
        return ""
    if not isinstance(value, str):
        raise QuestionError(f"{field} is a text or null.")
    if len(value) > most:
        raise QuestionError(f"{field} has {len(value):,} characters; {most:,} are the most.")
    return value
