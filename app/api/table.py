"""`GET /api/v1/table`: pages of exact rows as JSON, and the whole table as a streamed download."""

import dataclasses
import datetime as dt
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any
from urllib.parse import quote, urlencode

from flask import Flask, Response, request

from app.api.answers import error_answer, json_answer, plain
from app.api.downloads import Downloads
from app.api.table_parquet import parquet_pieces
from app.api.table_text import csv_head, csv_lines, jsonl_head, jsonl_lines
from app.settings import Settings
from app.store.memory import StoreLike, UnknownRunError
from app.store.query import QuestionError
from app.store.table import Block, Table, TableColumn, TablePage, open_table, parse_table_query, table_parameters

MAX_LIMIT = 10_000
DEFAULT_LIMIT = 200
_OWN = ("format", "offset", "limit", "about", "ticket")
_TICKET = re.compile(r"[A-Za-z0-9_-]{8,64}")

Pieces = Iterator[tuple[bytes, Block]]


@dataclass(frozen=True, slots=True)
class Format:
    """A file format of downloads.

    Attributes:
        pieces: makes the file from a table: bytes, and the block that they hold.
    """

    ending: str
    media_type: str
    pieces: Callable[[Table, bool], Pieces]


def register(server: Flask, store: StoreLike, settings: Settings) -> None:
    """Serve the table and the progress of its downloads."""
    downloads = Downloads()
    route = f"{settings.url_prefix}api/v1/table"
    # Fifty runs and sixty columns are more than a proxy takes in an address, so the same may come in a form.
    ways = ["GET", "POST"]
    server.add_url_rule(route, "table", lambda: answer(store, downloads), methods=ways)
    server.add_url_rule(f"{route}/columns", "table_columns", lambda: answer_columns(store), methods=ways)
    server.add_url_rule(f"{route}/progress", "table_progress", lambda: answer_progress(downloads))


def answer(store: StoreLike, downloads: Downloads) -> Response:
    """Answer the request at hand with a page or a download. Raises QuestionError, UnknownRunError."""
    parameters = request.values.to_dict(flat=False)
    own = {name: parameters.pop(name)[-1] for name in _OWN if name in parameters}
    table = open_table(store, parse_table_query(parameters))
    if own.get("format", "json") == "json":
        return json_answer(page_as_dict(table.page(*_window(own))))
    return _download(table, own, downloads)


def answer_columns(store: StoreLike) -> Response:
    """Answer the request at hand with every column that its table may have. Raises as `answer`; reads no series."""
    table = open_table(store, parse_table_query(request.values.to_dict(flat=False)))
    return json_answer({"columns": [_column(column) for column in table.known_columns], "runs": len(table.runs)})


def answer_progress(downloads: Downloads) -> Response:
    """Say how far the download under `ticket` is."""
    progress = downloads.progress(request.args.get("ticket", ""))
    if progress is None:
        return error_answer("No download goes by this ticket here: it is long over, or another process serves it.", 404)
    return json_answer(dataclasses.asdict(progress))


def page_as_dict(page: TablePage) -> dict[str, Any]:
    """Return a page as plain JSON values: rows as lists in the order of the columns, non-finite numbers as words."""
    columns = [[plain(cell) for cell in column] for column in page.rows.to_pydict().values()]
    return {
        "columns": [_column(column) for column in page.columns],
        "rows": list(zip(*columns, strict=True)),
        "total": page.total,
        "best": page.best,
        "about": page.about,
    }


def _column(column: TableColumn) -> dict[str, Any]:
    return {
        "name": column.name,
        "kind": column.kind,
        "means": column.means,
        "better": column.better,
        "metric": column.tag or None,
        "statistic": column.statistic,
        "step_of": column.step_of,
        "config": column.config or None,
        "differs": column.differs,
    }


def file_name(run_ids: Sequence[str], ending: str, day: dt.date) -> str:
    """Name a download after what its runs share: `tailboard-digits-3-runs-2026-11-21.csv`."""
    parts = [run_id.split("/") for run_id in run_ids]
    shared: list[str] = []
    for level in zip(*parts, strict=False):
        if len(set(level)) > 1:
            break
        shared.append(level[0])
    count = [] if len(run_ids) == 1 else [f"{len(run_ids)}-runs"]
    words = [re.sub(r"[^A-Za-z0-9._]+", "-", word).strip("-.") for word in shared]
    name = "-".join(["tailboard", *filter(None, words), *count, day.isoformat()])
    return f"{name[:120]}.{ending}"


def _download(table: Table, own: Mapping[str, str], downloads: Downloads) -> Response:
    kind = FORMATS.get(own["format"])
    if kind is None:
        raise QuestionError(f'format must be one of json, {", ".join(FORMATS)}, not "{own["format"]}".')
    ticket = own.get("ticket", "")
    if ticket and not _TICKET.fullmatch(ticket):
        raise QuestionError("A ticket is 8 to 64 letters, digits, - and _.")
    name = file_name([run.id for run in table.runs], kind.ending, dt.datetime.now(dt.UTC).date())
    if ticket:
        downloads.begin(ticket)
    pieces = kind.pieces(table, own.get("about", "1") != "0")
    response = Response(_counted(pieces, ticket, downloads), mimetype=kind.media_type)
    response.call_on_close(partial(downloads.end, ticket, "stopped"))  # where it did not end by itself before
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["X-Tailboard-About"] = quote(table.about, safe=" ,;=<>:/")
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Accel-Buffering"] = "no"  # a proxy would hold the file and the progress would run ahead of it
    return response


def _counted(pieces: Iterable[tuple[bytes, Block]], ticket: str, downloads: Downloads) -> Iterator[bytes]:
    """Hand on the pieces and count them under the ticket."""
    try:
        for piece, block in pieces:
            if piece:
                yield piece
            downloads.add(ticket, block.rows.num_rows, len(piece), block.done)
    except (UnknownRunError, OSError) as error:
        downloads.end(ticket, "failed", str(error))
        raise
    downloads.end(ticket, "done")


def _csv_pieces(table: Table, says_about: bool) -> Pieces:
    head = csv_head([column.name for column in table.columns], _about(table) if says_about else "")
    return _text_pieces(table, head, csv_lines)


def _jsonl_pieces(table: Table, says_about: bool) -> Pieces:
    about = {"text": _about(table), "query": urlencode(table_parameters(table.query)), "columns": table.schema.names}
    return _text_pieces(table, jsonl_head(about) if says_about else b"", jsonl_lines)


def _text_pieces(table: Table, head: bytes, lines: Callable[[Any], bytes]) -> Pieces:
    for block in table.blocks():
        yield head + lines(block.rows), block
        head = b""
    if head:
        yield head, Block(table.schema.empty_table().combine_chunks(), 1.0)


def _parquet_pieces(table: Table, _says_about: bool) -> Pieces:
    metadata = {"tailboard.about": _about(table), "tailboard.query": urlencode(table_parameters(table.query))}
    return parquet_pieces(table.blocks(), table.schema, metadata)


def _about(table: Table) -> str:
    written = dt.datetime.now(dt.UTC).isoformat(timespec="seconds")
    return f"{table.about}; every value exact, times in seconds since 1970 UTC; written {written}"


FORMATS: Mapping[str, Format] = {
    "csv": Format("csv", "text/csv", _csv_pieces),
    "parquet": Format("parquet", "application/vnd.apache.parquet", _parquet_pieces),
    "jsonl": Format("jsonl", "application/x-ndjson", _jsonl_pieces),
}


def _window(own: Mapping[str, str]) -> tuple[int, int]:
    try:
        offset, limit = int(own.get("offset", 0)), int(own.get("limit", DEFAULT_LIMIT))
    except ValueError:
        raise QuestionError("offset and limit are whole numbers of rows.") from None
    if offset < 0 or not 0 <= limit <= MAX_LIMIT:
        raise QuestionError(
            f"offset must be 0 or more and limit at most {MAX_LIMIT:,} rows, not {offset:,} and {limit:,}. "
            "format=csv, parquet or jsonl gives every row in one answer."
        )
    return offset, limit
