"""Parameters of the request at hand, each taken by name and checked, with an error that says which one is wrong."""

import math
from collections.abc import Sequence

from flask import request

from app.store.query import QuestionError

MOST_DIGITS = 18  # of 64 bits


def needed(name: str) -> str:
    """Return a parameter that must be there. Raises QuestionError."""
    value = request.args.get(name, "")
    if not value:
        raise QuestionError(f"{request.path} needs the parameter {name}=, as in docs/http-api.md.")
    return value


def number(name: str) -> float | None:
    """Return a parameter as a finite number, None where it is not there. Raises QuestionError."""
    text = request.args.get(name, "")
    if not text:
        return None
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise QuestionError(f"The parameter {name} must be a finite number, not {text!r}.")
    return value


def count(name: str, otherwise: int) -> int:
    """Return a parameter as a whole number of at least 0. Raises QuestionError."""
    text = request.args.get(name, "")
    if not text:
        return otherwise
    if not text.isdecimal() or len(text) > MOST_DIGITS:
        raise QuestionError(f"The parameter {name} must be a whole number of at least 0, not {text[:40]!r}.")
    return int(text)


def flag(name: str) -> bool:
    """Return whether a parameter is set: `1` or `true`; off where it is not there. Raises QuestionError."""
    text = request.args.get(name, "0")
    if text not in ("0", "1", "false", "true"):
        raise QuestionError(f"The parameter {name} must be 1 or 0, not {text!r}.")
    return text in ("1", "true")


def choice(name: str, choices: Sequence[str], otherwise: str) -> str:
    """Return a parameter that is one of a few words. Raises QuestionError."""
    text = request.args.get(name, otherwise)
    if text not in choices:
        raise QuestionError(f"The parameter {name} is one of {', '.join(choices)}, not {text!r}.")
    return text
