"""`POST /api/v1/stop`: asks a training to end, or takes that back."""

from flask import Flask, Response

from app.api.answers import json_answer
from app.api.asked import Asked
from app.api.posted import RefusedError, posted_change
from app.settings import Settings
from app.store.memory import StoreLike
from app.store.stopping import NotStoppableError

READ_ONLY = "This server shows runs and changes nothing: with --write, trainings can be asked to stop."


def register(server: Flask, store: StoreLike, settings: Settings) -> None:
    """Serve the route."""
    server.add_url_rule(
        f"{settings.url_prefix}api/v1/stop", "api_stop", lambda: _answer(store, settings), methods=["POST"]
    )


def _answer(store: StoreLike, settings: Settings) -> Response:
    asked = Asked(posted_change(), "the change")
    if not settings.write:
        raise RefusedError(READ_ONLY, 403)
    run_id, take_back = asked.text("run"), asked.flag("take_back")
    try:
        store.stop(run_id, take_back=take_back)
    except NotStoppableError as error:
        raise RefusedError(str(error), 409) from error
    except OSError as error:
        words = "taken back" if take_back else "made"
        raise RefusedError(f"The request could not be {words}: {error}.", 500) from error
    return json_answer({"run": run_id, "requested": not take_back})
