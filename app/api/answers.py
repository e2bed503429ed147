"""What every answer has in common: JSON that any parser reads, and errors as sentences."""

import math
import re
from collections.abc import Iterable
from typing import Any

import orjson
from flask import Flask, Response

from app.settings import Settings
from app.store.memory import StoreLike, UnknownRunError
from app.store.query import QuestionError

_MEDIA_TYPES = {
    "csv": "text/csv",
    "tsv": "text/tab-separated-values",
    "jsonl": "application/x-ndjson",
    "npy": "application/x-npy",
}


class NotThereError(Exception):
    """What is asked for is not there, or cannot be shown; the message is a sentence."""


def json_answer(body: Any, status: int = 200) -> Response:
    """Answer with JSON that no cache keeps. Numbers that are not finite must have gone through `plain`."""
    response = Response(orjson.dumps(body, option=orjson.OPT_NON_STR_KEYS), status, mimetype="application/json")
    response.headers["Cache-Control"] = "no-store"
    return response


def error_answer(message: str, status: int) -> Response:
    """Answer that a question makes no sense (400) or asks for what is not there (404), in a sentence."""
    return json_answer({"error": message}, status)


def download(content: str | bytes | Iterable[bytes], words: str, ending: str) -> Response:
    """Answer with a file to be saved, under a name of these words; in pieces it is streamed."""
    response = Response(content, mimetype=_MEDIA_TYPES[ending])
    name = re.sub(r"[^A-Za-z0-9_.-]+", "-", f"tailboard-{words}").strip("-")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.{ending}"'
    response.headers["Cache-Control"] = "no-store"
    return response


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
    server.register_error_handler(NotThereError, lambda error: error_answer(str(error), 404))
    server.register_error_handler(UnknownRunError, lambda error: error_answer(str(error), 404))
    server.add_url_rule(
        f"{settings.url_prefix}api/<path:rest>",
        "api_nothing",
        lambda rest: error_answer(f"There is no /api/{rest}; docs/http-api.md lists what there is.", 404),
    )
