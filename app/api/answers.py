"""What every answer has in common: JSON that any parser reads, and errors as sentences."""

import math
from typing import Any

import orjson
from flask import Flask, Response

from app.settings import Settings
from app.store.memory import StoreLike, UnknownRunError
from app.store.query import QuestionError


def json_answer(body: Any, status: int = 200) -> Response:
    """Answer with JSON that no cache keeps. Numbers that are not finite must have gone through `plain`."""
    response = Response(orjson.dumps(body, option=orjson.OPT_NON_STR_KEYS), status, mimetype="application/json")
    response.headers["Cache-Control"] = "no-store"
    return response


def error_answer(message: str, status: int) -> Response:
    """Answer that a question makes no sense (400) or asks for what is not there (404), in a sentence."""
    return json_answer({"error": message}, status)


def plain(value: Any) -> Any:
    """Write NaN and the infinities as "NaN", "Infinity" and "-Infinity", like the metric files; the rest as it is."""
    if isinstance(value, float) and not math.isfinite(value):
        return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    return [plain(item) for item in value] if isinstance(value, list | tuple) else value


def register(server: Flask, _store: StoreLike, settings: Settings) -> None:
    """Turn what the routes raise, and addresses that are none, into sentences."""
    server.register_error_handler(QuestionError, lambda error: error_answer(str(error), 400))
    server.register_error_handler(UnknownRunError, lambda error: error_answer(str(error), 404))
    server.add_url_rule(
        f"{settings.url_prefix}api/<path:rest>",
        "api_nothing",
        lambda rest: error_answer(f"There is no /api/{rest}; docs/http-api.md lists what there is.", 404),
    )
