"""Ids of the run page that callbacks and scripts use."""

QUESTION = "run-question"
"""`dcc.Store` with what the page should show: `{"runs": [ID, ...], "equal": bool, "beat": n}`; see 50-run.js."""

SIGN = "run-sign"
"""`dcc.Store` with the sign of what the page shows; see `app.pages.run.callbacks.sign_of`."""

BODY = "run-body"


def text(tag: str) -> dict[str, str]:
    """Return the id of the Markdown that shows a logged text."""
    return {"text": tag}
