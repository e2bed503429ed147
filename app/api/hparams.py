"""`GET /api/v1/hparams`: the hyper-parameters of all runs beside a metric."""

from typing import Any, cast, get_args

from flask import Flask, Response, request

from app.api.answers import json_answer, plain
from app.api.parameters import choice
from app.settings import Settings
from app.store.hparams import Figure, HyperParameters, hyper_parameters
from app.store.memory import StoreLike
from app.store.table.direction import Direction

_WAYS = ("", *get_args(Direction))


def register(server: Flask, store: StoreLike, settings: Settings) -> None:
    """Serve the route."""
    server.add_url_rule(f"{settings.url_prefix}api/v1/hparams", "api_hparams", lambda: _answer(store))


def _answer(store: StoreLike) -> Response:
    revision = store.revision  # taken first: what changes meanwhile is asked for again
    figure = cast("Figure", choice("figure", get_args(Figure), "best"))
    way = cast("Direction | None", choice("better", _WAYS, "") or None)
    found = hyper_parameters(store.runs(), request.args.get("metric", ""), figure, way)
    return json_answer({"revision": str(revision), "figure": figure, **plain(_entry(found))})


def _entry(found: HyperParameters) -> dict[str, Any]:
    return {
        "metric": found.metric,
        "better": found.way,
        "metrics": [{"tag": tag, "runs": runs} for tag, runs in found.metrics.items()],
        "runs": list(found.run_ids),
        "values": [outcome.value for outcome in found.outcomes],
        "steps": [outcome.step for outcome in found.outcomes],
        "parameters": [
            {"name": one.name, "number": one.is_number, "differs": one.differs, "values": list(one.values)}
            for one in found.parameters
        ],
    }
