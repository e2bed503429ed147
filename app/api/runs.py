"""`/health`, `/api/v1/runs`, `/api/v1/run` and `/api/v1/tags`: what there is."""

import importlib.metadata
import time

from flask import Flask, Response, request

from app.api.answers import json_answer
from app.api.entries import news_of_runs, run_whole, tag_entries
from app.api.parameters import flag, needed
from app.settings import Settings
from app.store.memory import StoreLike


def register(server: Flask, store: StoreLike, settings: Settings) -> None:
    """Serve the routes."""
    started, prefix = time.monotonic(), settings.url_prefix
    server.add_url_rule(f"{prefix}health", "api_health", lambda: _health(store, time.monotonic() - started))
    server.add_url_rule(f"{prefix}api/v1/runs", "api_runs", lambda: _runs(store))
    server.add_url_rule(f"{prefix}api/v1/run", "api_run", lambda: _run(store))
    server.add_url_rule(f"{prefix}api/v1/tags", "api_tags", lambda: _tags(store))


def _health(store: StoreLike, uptime_s: float) -> Response:
    return json_answer(
        {
            "status": "ok",
            "version": importlib.metadata.version("tailboard"),
            "ready": store.ready,
            "runs": len(store.runs()),
            "revision": str(store.revision),
            "uptime_s": round(uptime_s, 3),
        }
    )


def _runs(store: StoreLike) -> Response:
    return json_answer({"now": time.time(), **news_of_runs(store, request.args.get("since", ""))})


def _run(store: StoreLike) -> Response:
    return json_answer(run_whole(store, store.run(needed("run"))))


def _tags(store: StoreLike) -> Response:
    needed("run")
    ids = request.args.getlist("run")
    entries = tag_entries([store.run(run_id) for run_id in ids], steps=flag("steps"))
    return json_answer({"tags": [{**entry, "runs": [ids[place] for place in entry["runs"]]} for entry in entries]})
