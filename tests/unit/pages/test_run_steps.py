"""Which column holds the steps, as the run page tells of it."""

import json
from dataclasses import replace

from app.pages.run.callbacks import sign_of
from app.pages.run.one import body
from app.readers.contract import RunState, RunStatus
from app.store.sidecar import Edits
from tests.unit.pages.run_store import parts, summary, words

HINT = "Rows are counted as steps. Choose the column that holds them."
STATUS = RunStatus(RunState.UNKNOWN)


def table(of="", columns=("game", "move"), **edits):
    run = summary("a")
    info = replace(run.info, step_column=of, step_columns=columns)
    return replace(run, info=info, edits=Edits(**edits), format="csv")


def told(run):
    return [json.loads(getattr(part, "data-steps")) for part in parts(body(run, STATUS)) if hasattr(part, "data-steps")]


def test_a_table_whose_rows_are_counted_says_so_and_names_the_columns():
    assert told(table()) == [{"of": "", "columns": ["game", "move"], "chosen": None}]
    assert HINT in words(body(table(), STATUS))


def test_a_table_with_a_step_column_needs_no_hint():
    run = table("move", step_column="move")
    assert told(run) == [{"of": "move", "columns": ["game", "move"], "chosen": "move"}]
    assert HINT not in words(body(run, STATUS))


def test_a_run_that_knows_its_steps_says_nothing_of_columns():
    assert told(table(None, ())) == []


def test_the_page_is_drawn_anew_when_a_person_says_something_else():
    question = {"runs": ["a"], "equal": False}
    signs = {sign_of(question, [(run, STATUS)]) for run in (table(), table("game"), table(name="x"), table(slot=1))}
    assert len(signs) == 4


def test_what_a_foreign_run_lacks_is_not_laid_at_our_hooks():
    assert "The run's files give none." in words(body(table(), STATUS))
    assert any("trainer_hooks.init" in text for text in words(body(summary("a"), STATUS)))
