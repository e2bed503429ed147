"""`POST /api/v1/live`: what changed since this browser asked last, in one answer."""

import contextlib
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import Flask, Response

from app.api.asked import Asked, Window, as_overlap, as_smoothing
from app.api.entries import news_of_runs, tag_entries, tags_etag
from app.api.posted import posted_question
from app.api.wire import Body, add_picture
from app.settings import Settings
from app.store.memory import RunSummary, StoreLike, UnknownRunError
from app.store.query import DEFAULT_COLUMNS, Picture, QuestionError, SeriesQuery, nothing, picture, values_in_view
from app.transforms.outliers import bulk_range, count_outside

MAX_SERIES = 5_000


@dataclass(frozen=True, slots=True)
class PanelQuestion:
    """One panel in view: the tag, what part of the x axis, and what is drawn already of each run."""

    tag: str
    window: Window | None
    columns: int
    cursors: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class LiveQuestion:
    """What one browser wants to know.

    Attributes:
        since: `revision` of the answer before; empty for none.
        picked: runs whose tags it lists.
        tags_etag: of the answer before; empty for none.
        shared: what all panels share; the run, tag, window, columns and cursor in it do not count.
        ignore_outliers: whether to tell the vertical range of the bulk of each panel's points.
    """

    since: str
    picked: Sequence[str]
    tags_etag: str
    shared: SeriesQuery
    ignore_outliers: bool
    panels: Sequence[PanelQuestion]


def register(server: Flask, store: StoreLike, settings: Settings) -> None:
    """Serve the route."""
    server.add_url_rule(f"{settings.url_prefix}api/v1/live", "api_live", lambda: _answer(store), methods=["POST"])


def _answer(store: StoreLike) -> Response:
    question = parse_question(posted_question())
    response = Response(live_answer(store, question), mimetype="application/octet-stream")
    response.headers["Cache-Control"] = "no-store"
    return response


def parse_question(fields: Any) -> LiveQuestion:
    """Read a question from its JSON value. Raises QuestionError."""
    asked = Asked(fields, "the question")
    shared = SeriesQuery(
        run_id="",
        tag="",
        x=asked.text("x", "step"),
        smoothing=as_smoothing(asked.object("smoothing")),
        log_x=asked.flag("log_x"),
        columns=int(asked.number("columns", DEFAULT_COLUMNS)),
        overlap=as_overlap(asked),
    )
    panels = [_parse_panel(panel, shared.columns) for panel in asked.objects("panels", "a panel")]
    count = sum(len(panel.cursors) for panel in panels)
    if count > MAX_SERIES:
        raise QuestionError(f"The panels ask for {count:,} series at once; {MAX_SERIES:,} are the most.")
    return LiveQuestion(
        since=asked.text("since", ""),
        picked=asked.texts("picked"),
        tags_etag=asked.text("tags_etag", ""),
        shared=shared,
        panels=panels,
        ignore_outliers=asked.flag("ignore_outliers"),
    )


def live_answer(store: StoreLike, question: LiveQuestion) -> bytes:
    """Answer a question in the bytes that `app.api.wire` describes."""
    body = Body()
    header = {
        "now": time.time(),
        **news_of_runs(store, question.since),
        "tags": _tag_news(store, question),
        "panels": [_panel(store, question, panel, body) for panel in question.panels],
    }
    return body.with_header(header)


def _parse_panel(asked: Asked, columns: int) -> PanelQuestion:
    own = int(asked.number("columns", columns))
    return PanelQuestion(asked.text("tag"), asked.window("window"), own, asked.text_by_name("runs"))


def _tag_news(store: StoreLike, question: LiveQuestion) -> dict[str, Any] | None:
    runs = [_run_or_none(store, run_id) for run_id in question.picked]
    etag = tags_etag(runs)
    return None if etag == question.tags_etag else {"etag": etag, "tags": tag_entries(runs)}


def _run_or_none(store: StoreLike, run_id: str) -> RunSummary | None:
    try:
        return store.run(run_id)
    except UnknownRunError:
        return None


def _panel(store: StoreLike, question: LiveQuestion, panel: PanelQuestion, body: Body) -> dict[str, Any]:
    shared = question.shared
    queries = [
        SeriesQuery(
            run_id=run_id,
            tag=panel.tag,
            x=shared.x,
            smoothing=shared.smoothing,
            log_x=shared.log_x,
            window=panel.window,
            columns=panel.columns,
            overlap=shared.overlap,
            cursor=cursor,
        )
        for run_id, cursor in panel.cursors.items()
    ]
    answer = {"tag": panel.tag, "series": [one for query in queries if (one := _series(store, query, body))]}
    return answer | _bulk(store, queries) if question.ignore_outliers else answer


def _series(store: StoreLike, query: SeriesQuery, body: Body) -> dict[str, Any] | None:
    try:
        return {"run": query.run_id, **series_answer(picture(store, query), body)}
    except UnknownRunError:
        return None  # it vanished, and `gone` says so
    except OSError as error:  # the other series of the panel are drawn all the same
        return {"run": query.run_id, **series_answer(nothing(f"{query.run_id} could not be read: {error}."), body)}


def _bulk(store: StoreLike, queries: Sequence[SeriesQuery]) -> dict[str, Any]:
    """Return the vertical range of a panel without outliers, and how many points are outside; null where none is."""
    lines = []
    for query in queries:
        with contextlib.suppress(UnknownRunError, OSError):
            lines.append(values_in_view(store, query))
    span = bulk_range(lines)
    off = count_outside(lines, *span) if span else 0
    return {"range": span if off else None, "off": off}


def series_answer(drawn: Picture, body: Body) -> dict[str, Any]:
    """Return the header of one series, with its columns put into the body."""
    if drawn.mode == "same":
        return {"mode": drawn.mode, "cursor": drawn.cursor}
    return {
        "mode": drawn.mode,
        "cursor": drawn.cursor,
        "total": drawn.total,
        "left_out": drawn.left_out,
        "nonfinite": drawn.nonfinite,
        "marks": drawn.marks,
        "message": drawn.message,
        "columns": add_picture(body, drawn),
    }
