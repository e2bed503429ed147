"""`GET /api/v1/files`: what in the log folders was recognised as what, and what was skipped and why."""

import dataclasses
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from flask import Flask, Response, request

from app.api.answers import json_answer
from app.api.entries import news_of_runs, seen_revision
from app.settings import LogRoot, Settings
from app.store.memory import RunSummary, StoreLike
from app.store.naming import as_text

MAX_SKIPPED = 10_000
MAX_PROBLEMS = 50  # of one run


def register(server: Flask, store: StoreLike, settings: Settings) -> None:
    """Serve the route."""
    server.add_url_rule(f"{settings.url_prefix}api/v1/files", "api_files", lambda: _files(store, settings.roots))


def _files(store: StoreLike, roots: Sequence[LogRoot]) -> Response:
    since = request.args.get("since", "")
    changed = store.skipped_revision > seen_revision(store, since)
    news = news_of_runs(store, since, lambda runs: [file_entry(run) for run in runs])
    skipped = store.skipped
    told = [
        {"title": shown_path(one.path, roots), "path": as_text(str(one.path)), "reason": one.reason}
        for one in skipped[:MAX_SKIPPED]
    ]
    return json_answer({**news, "skipped": told if changed else None, "skipped_total": len(skipped)})


def file_entry(run: RunSummary) -> dict[str, Any]:
    """Return what was recognised as this run."""
    return {
        "id": run.id,
        "title": run.title,
        "path": run.path,
        "format": run.format,
        "files": run.files,
        "tags": len(run.facts),
        "points": sum(facts.points for facts in run.facts.values()),
        "problems": [
            {**dataclasses.asdict(one), "path": path_below(one.path, Path(run.folder))}
            for one in run.problems[:MAX_PROBLEMS]
        ],
        "problem_count": sum(problem.count for problem in run.problems),
    }


def shown_path(path: Path, roots: Sequence[LogRoot]) -> str:
    """Return a path as ids of runs are: below its log folder, after that one's name."""
    for root in roots:
        if path.is_relative_to(root.path):
            below = path_below(path, root.path)
            return f"{root.name}/{below}" if root.name and below != "." else below if below != "." else root.path.name
    return as_text(str(path))


def path_below(path: Path, folder: Path) -> str:
    """Return a path relative to a folder that it is below, else as it is."""
    return as_text(path.relative_to(folder).as_posix() if path.is_relative_to(folder) else str(path))
