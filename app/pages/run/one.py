"""One run: notes, config, where it ran, code, texts, load, problems. The head above it is the browser's."""

import json
from urllib.parse import urlencode

from dash import dcc, html
from dash.development.base_component import Component

from app.pages.run import ids, parts, undrawn
from app.pages.run.flat import command, sections
from app.readers.contract import RunInfo, RunStatus
from app.store.aside import is_verdict
from app.store.memory import RunSummary
from app.store.naming import as_text

OWN_FORMAT = "tailboard"
DOWNLOADS = (("csv", "CSV"), ("parquet", "Parquet"), ("jsonl", "JSON lines"))


def body(run: RunSummary, status: RunStatus) -> list[Component]:
    """Return the page's body for one run.

    Each part has its place in the list whether it is there or not: a part that comes later, when the training has
    found out its packages, must not close what a person opened below it.
    """
    facts = sections(run.info)
    shown = [
        _failure(status),
        html.Div(_verdicts(run), className="column wide"),
        _notes(run.info.notes),
        html.Div(_config(run, facts["Config"]), className="column"),
        html.Div(_whence(run, facts), className="column"),
        _problems(run),
        html.Div(_texts(run), className="column wide"),
        undrawn.card(run.facts),
        _load(run),
        _changes(run.info, facts["Git"]),
        _packages(facts["Packages"]),
    ]
    return [html.Div(hidden=True) if part is None else part for part in shown]


def gone(run_id: str) -> list[Component]:
    """Return the page's body where the run is not there."""
    words = f"There is no run {run_id} any more: it was renamed or deleted. Pick another from the list."
    return [html.P(words, className="empty")]


def _failure(status: RunStatus) -> Component | None:
    if not status.traceback:
        return None
    tools = [parts.copies(status.traceback, "copy", "Copy the traceback")]
    return parts.card(
        "Exception", html.Pre(status.traceback, className="traceback", tabIndex=0), tools=tools, wide=True
    )


def _notes(notes: str) -> Component | None:
    if not notes.strip():
        return None
    return parts.card("Notes", dcc.Markdown(notes, link_target="_blank", className="markdown"), wide=True)


def _config(run: RunSummary, facts: dict[str, str]) -> Component:
    if not facts:
        own = 'None was given: trainer_hooks.init(..., config={"lr": 0.1})'
        words = own if run.format == OWN_FORMAT else "The run's files give none."
        return parts.card("Config", html.P(words, className="quiet"))
    whole = json.dumps(dict(run.info.config), indent=2, default=str, ensure_ascii=False)
    tools = [parts.copies(whole, "copy as JSON", "Copy the whole config as JSON")]
    return parts.card("Config", parts.fact_table(facts, "Config"), note=str(len(facts)), tools=tools)


def _whence(run: RunSummary, facts: dict[str, dict[str, str]]) -> list[Component]:
    found = [_environment(run.info, facts["Environment"]), _git(run.info, facts["Git"]), _files(run)]
    return [part for part in found if part is not None]


def _environment(info: RunInfo, facts: dict[str, str]) -> Component | None:
    if not facts:
        return None
    line = command(info.environment)
    tools = [parts.copies(line, "copy command", "Copy the command line that started this run")] if line else []
    return parts.card("Environment", parts.fact_table(facts, "Environment"), tools=tools)


def _git(info: RunInfo, facts: dict[str, str]) -> Component | None:
    if not facts:
        return None
    commit = str(info.git.get("commit") or "")
    tools = [parts.copies(commit, "copy commit", "Copy the commit's hash")] if commit else []
    return parts.card("Git", parts.fact_table(facts, "Git"), tools=tools)


def _changes(info: RunInfo, facts: dict[str, str]) -> Component | None:
    diff = str(info.git.get("diff") or "")
    if not diff:
        return None
    copy = parts.copies(diff, "copy diff", "Copy the uncommitted changes, for git apply")
    cut = html.P("The diff was cut off when it was logged.") if info.git.get("diff_truncated") else None
    return parts.folded("Uncommitted changes", facts["uncommitted changes"], copy, cut, parts.diff_view(diff))


def _files(run: RunSummary) -> Component:
    links = [
        html.A(
            words,
            href=f"api/v1/table?{urlencode({'run': run.id, 'rows': 'long', 'format': name})}",
            download="",
            className="button",
        )
        for name, words in DOWNLOADS
    ]
    return parts.card(
        "Files",
        html.Div([html.Span("All numbers, exact:", className="quiet"), *links], className="row"),
        html.Div(
            [html.Code(run.path), parts.copies(run.path, "copy path", "Copy the path of the run")],
            className="row folder",
        ),
        _steps(run),
        note=f"{run.format} format, {run.files:,} {'file' if run.files == 1 else 'files'}",
    )


def _steps(run: RunSummary) -> Component | None:
    """Return the place where the browser says which column holds the steps, and lets a person choose another."""
    if not run.info.step_columns:
        return None
    chosen = {"of": run.info.step_column, "columns": list(run.info.step_columns), "chosen": run.edits.step_column}
    words = "Rows are counted as steps. Choose the column that holds them."
    hint = None if run.info.step_column else html.P(words, className="quiet")
    place = html.Div(className="row run-steps", key=run.id, **{"data-run": run.id, "data-steps": json.dumps(chosen)})
    return html.Div([place, *([hint] if hint else [])])


def _verdicts(run: RunSummary) -> list[Component]:
    """Say where failures are told which layers of watched models were the first to be not finite."""
    tags = sorted(tag for tag in _text_tags(run) if is_verdict(tag))
    return [_text(run.id, tag, f"⚠ Not finite: {tag}") for tag in tags]


def _texts(run: RunSummary) -> list[Component]:
    return [_text(run.id, tag, tag) for tag in sorted(_text_tags(run)) if not is_verdict(tag)]


def _text_tags(run: RunSummary) -> list[str]:
    return [tag for tag, facts in run.facts.items() if facts.kind == "text"]


def _text(run_id: str, tag: str, title: str) -> Component:
    shown = dcc.Markdown("", id=ids.text(tag), link_target="_blank", className="markdown")
    place = html.Div(className="run-text", key=f"{run_id} {tag}", **{"data-run": run_id, "data-tag": tag})
    return parts.card(title, place, shown, wide=True)


def _load(run: RunSummary) -> Component | None:
    tags = sorted(tag for tag, facts in run.facts.items() if tag.startswith("system/") and facts.kind == "scalar")
    if not tags:
        return None
    charts = [
        html.Div(className="load", key=f"{run.id} {tag}", **{"data-run": run.id, "data-tag": tag}) for tag in tags
    ]
    return parts.card("System load", html.Div(charts, className="loads"), wide=True)


def _packages(facts: dict[str, str]) -> Component | None:
    return parts.folded("Packages", str(len(facts)), parts.fact_table(facts, "Packages")) if facts else None


def _problems(run: RunSummary) -> Component | None:
    if not run.problems:
        return None
    names = html.Thead(html.Tr([html.Th(words, scope="col") for words in ("file", "first at", "what", "times")]))
    rows = [
        html.Tr(
            [
                html.Td(as_text(one.path.name), title=as_text(str(one.path))),
                html.Td(one.where),
                html.Td(one.what),
                html.Td(f"{one.count:,}"),
            ]
        )
        for one in run.problems
    ]
    table = html.Table([names, html.Tbody(rows)], className="problems", **{"aria-label": "Problems"})
    words = html.P("These lines could not be read and were left out; all others are there.", className="quiet")
    return parts.card("Problems", words, table, wide=True)
