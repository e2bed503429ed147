"""Callbacks of the run page, called as functions."""

from dataclasses import replace
from pathlib import Path

from dash import dcc, no_update

from app.pages.run.callbacks import found, show, sign_of
from app.pages.run.comparison import MAX_RUNS
from app.readers.contract import Problem, RunState, RunStatus, TagFacts
from tests.unit.pages.run_store import ToldStore, parts, rows, scalar, summary, words

TRACEBACK = "Traceback (most recent call last):\nValueError: lr"


def question(*runs, equal=False):
    return {"runs": list(runs), "equal": equal, "beat": 1}


def body_of(store, asked):
    return show(store, asked, None)[0]


def test_nothing_is_drawn_before_the_browser_asks():
    assert show(ToldStore(), None, None) == (no_update, no_update)


def test_one_run_shows_its_config_environment_and_code():
    run = summary("a", config={"lr": 0.1}, environment={"python": "3.11"}, git={"commit": "abc"})
    assert rows(body_of(ToldStore(run), question("a"))) == {
        "lr": ["0.1"],
        "python": ["3.11"],
        "commit": ["abc"],
        "uncommitted changes": ["none"],
    }


def test_a_run_that_failed_shows_the_end_of_its_traceback():
    store = ToldStore(summary("a"), status=RunStatus(RunState.FAILED, "ValueError: lr", traceback=TRACEBACK))
    assert TRACEBACK in words(body_of(store, question("a")))


def test_notes_are_markdown_without_raw_html():
    (notes,) = [
        part
        for part in parts(body_of(ToldStore(summary("a", notes="**x**")), question("a")))
        if isinstance(part, dcc.Markdown)
    ]
    assert notes.children == "**x**"
    assert not getattr(notes, "dangerously_allow_html", False)


def test_texts_and_system_load_have_a_place_each_for_the_browser_to_fill():
    facts = {
        "sample": TagFacts("text", 3),
        "system/cpu": scalar(),
        "train/loss": scalar(),
        "digits": TagFacts("image", 2),
    }
    shown = parts(body_of(ToldStore(summary("a", facts=facts)), question("a")))
    places = [(part.className, getattr(part, "data-tag")) for part in shown if hasattr(part, "data-tag")]
    assert places == [("run-text", "sample"), ("load", "system/cpu")]


def test_problems_name_the_file_the_place_and_how_often():
    problem = Problem(Path("/logs/a/metrics-h-1-0-0.jsonl"), "line 812", "it is not a JSON object", 1200)
    said = words(body_of(ToldStore(summary("a", problems=(problem,))), question("a")))
    assert {"metrics-h-1-0-0.jsonl", "line 812", "it is not a JSON object", "1,200"} <= set(said)


def test_downloads_name_the_run_however_it_is_called():
    shown = parts(body_of(ToldStore(summary("a&b/c d")), question("a&b/c d")))
    links = [part.href for part in shown if getattr(part, "href", "").startswith("api/")]
    assert links[0] == "api/v1/table?run=a%26b%2Fc+d&rows=long&format=csv"


def test_a_run_that_is_gone_is_named_with_what_to_do():
    assert "There is no run a any more" in words(body_of(ToldStore(), question("a")))[0]


def test_several_runs_show_only_where_they_differ():
    store = ToldStore(summary("a", config={"lr": 1, "seed": 0}), summary("b", config={"lr": 2, "seed": 0}))
    assert rows(body_of(store, question("a", "b"))) == {"lr": ["1", "2"]}


def test_equal_rows_are_shown_when_asked_for():
    store = ToldStore(summary("a", config={"lr": 1, "seed": 0}), summary("b", config={"lr": 2, "seed": 0}))
    assert rows(body_of(store, question("a", "b", equal=True))) == {"lr": ["1", "2"], "seed": ["0"]}


def test_no_run_at_all_is_said_in_words():
    assert "No run is picked" in words(body_of(ToldStore(), question()))[0]


def test_more_runs_than_fit_are_cut_and_it_is_said():
    runs = [summary(f"r{i}", config={"lr": i}) for i in range(MAX_RUNS + 5)]
    body = body_of(ToldStore(*runs), question(*[run.id for run in runs]))
    assert "The first 100 of 105 picked runs are compared." in words(body)
    assert len(rows(body)["lr"]) == MAX_RUNS


def test_what_the_browser_shows_already_is_not_sent_again():
    store = ToldStore(summary("a"))
    sign = show(store, question("a"), None)[1]
    assert show(store, question("a"), sign) == (no_update, no_update)


def test_points_that_were_merely_logged_change_nothing():
    run = summary("a", facts={"loss": scalar(3)})
    more = replace(run, facts={"loss": scalar(4)}, last_step=4, last_time=2001.0, revision=2)
    signs = {sign_of(question("a"), found(ToldStore(each), ["a"])) for each in (run, more)}
    assert len(signs) == 1


def test_a_new_config_a_new_problem_and_a_failure_are_drawn():
    run = summary("a")
    failed = RunStatus(RunState.FAILED, "x", traceback=TRACEBACK)
    stores = [
        ToldStore(run),
        ToldStore(summary("a", config={"lr": 1})),
        ToldStore(summary("a", problems=(Problem(Path("x"), "line 1", "bad"),))),
        ToldStore(run, status=failed),
    ]
    assert len({sign_of(question("a"), found(store, ["a"])) for store in stores}) == len(stores)


def test_each_part_keeps_its_place_whatever_else_is_there():
    bare = body_of(ToldStore(summary("a", environment={"packages": {"torch": "2"}})), question("a"))
    full = summary(
        "a", notes="x", environment={"packages": {"torch": "2"}}, git={"diff": "+a"}, facts={"system/x": scalar()}
    )
    titles = [words(body[-1])[0] for body in (bare, body_of(ToldStore(full), question("a")))]
    assert titles == ["Packages", "Packages"]
    assert len(bare) == len(body_of(ToldStore(full), question("a")))
