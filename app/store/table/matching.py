"""Text filters: words of the name, or a regular expression between slashes; the same as in the browser."""

import re
from collections.abc import Callable

from app.store.query import QuestionError

_SLASHED = re.compile(r"/(.+)/([a-z]*)", re.DOTALL)


def compiled(pattern: str, *, any_case: bool = False) -> re.Pattern[str]:
    """Compile a regular expression that a person wrote. Raises QuestionError."""
    try:
        return re.compile(pattern, re.IGNORECASE if any_case else 0)
    except re.error as error:
        raise QuestionError(f"The regular expression /{pattern}/ cannot be read: {error}.") from None


def text_filter(text: str) -> Callable[[str], bool]:
    """Return a test for names: `/regex/` or `/regex/i` searches; of other text every word must be there, in any case.

    Raises:
        QuestionError: what is between the slashes is not a regular expression.
    """
    if slashed := _SLASHED.fullmatch(text.strip()):
        search = compiled(slashed[1], any_case="i" in slashed[2]).search
        return lambda name: search(name) is not None
    words = text.lower().split()
    return lambda name: all(word in name.lower() for word in words)
