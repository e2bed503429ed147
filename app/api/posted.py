"""What is posted as JSON: questions too long for an address, and changes, which the app's own pages alone may make.

Any web page that a person visits could post to these addresses in their name, so a change that a browser sends counts
only where it comes from the app's own pages.
"""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import orjson
from flask import Flask, request

from app.api.answers import error_answer
from app.settings import Settings
from app.store.memory import StoreLike
from app.store.query import QuestionError

MAX_QUESTION_BYTES = 4 << 20
MAX_CHANGE_BYTES = 1 << 20


class RefusedError(Exception):
    """A change that is not made; `status` is the one of HTTP."""

    def __init__(self, message: str, status: int) -> None:
        super().__init__(message)
        self.status = status


def register(server: Flask, _store: StoreLike, _settings: Settings) -> None:
    """Answer refused changes in words."""
    server.register_error_handler(RefusedError, lambda error: error_answer(str(error), error.status))


def posted_question() -> Any:
    """Return the JSON value of a question that was posted. Raises QuestionError."""
    size = request.content_length or 0
    if size > MAX_QUESTION_BYTES:
        raise QuestionError(f"The question has {size:,} bytes; {MAX_QUESTION_BYTES:,} are the most.")
    return _json("The question")


def posted_change() -> Mapping[str, Any]:
    """Return the JSON object of a change that was posted. Raises RefusedError, QuestionError."""
    if not is_from_here():
        raise RefusedError("Another site's page asked for this change, so it was not made.", 403)
    if request.mimetype != "application/json":
        raise RefusedError("A change is posted as JSON, with Content-Type: application/json.", 415)
    size = request.content_length or 0
    if size > MAX_CHANGE_BYTES:
        raise RefusedError(f"The change has {size:,} bytes; {MAX_CHANGE_BYTES:,} are the most.", 413)
    fields = _json("The change")
    if not isinstance(fields, dict):
        raise QuestionError("A change is a JSON object, as in docs/http-api.md.")
    return fields


def _json(what: str) -> Any:
    try:
        return orjson.loads(request.get_data(cache=False))
    except orjson.JSONDecodeError as error:
        raise QuestionError(f"{what} is not JSON: {error}.") from error


def is_from_here() -> bool:
    """Tell whether a page of this app asks, or no browser at all."""
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:  # browsers tell it on https and localhost, whatever proxy is between
        return site in ("same-origin", "none")
    origin = request.headers.get("Origin")
    return origin is None or urlsplit(origin).netloc == request.host
