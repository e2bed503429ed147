"""Joins settings, store, routes, pages and assets. The only module that knows them all."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import flask_compress
from dash import ClientsideFunction, Dash, Input, Output, State, html
from dash.dependencies import ALL
from flask import Flask, Response
from plotly.io.json import config as plotly_json

from app import __version__, api, bundle
from app.components import shell, view
from app.figures import palette, template
from app.kinds.walk import all_kinds
from app.pages.contract import Page
from app.pages.walk import all_pages
from app.readers.walk import all_readers
from app.settings import Settings
from app.store import aside
from app.store.memory import Store, StoreLike

COMPRESSED = ("application/json", "application/octet-stream", "text/css", "text/html", "text/javascript")

# What a run logged, a Markdown text or a figure, must not make a browser call anywhere else.
POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; font-src 'self' data:; worker-src 'self' blob:; object-src 'none'; base-uri 'self'"
)


def create_app(settings: Settings, store: StoreLike | None = None) -> Dash:
    """Make the app: `app.server` is the Flask app to serve.

    Args:
        settings: every option.
        store: where runs come from; by default one over the settings' log folders, started here.
    """
    if store is None:
        store = Store(settings, all_readers(settings.text_patterns))
        store.start()
    pages = all_pages()
    server = _plain_server(settings, store)
    own = [make(_assets()).serve(server, settings.url_prefix) for make in (bundle.scripts, bundle.style_sheets)]
    app = Dash(
        "app",
        server=server,
        assets_folder=str(_assets()),
        assets_ignore=".",  # all: ours come as bundles, libraries when they are needed
        external_scripts=own[:1],
        external_stylesheets=own[1:],
        url_base_pathname=settings.url_prefix,
        title="Tailboard",
        update_title=None,  # or the tab's title flickers at every tick
        index_string=_index(settings, pages),
    )
    plotly_json.default_engine = "json"  # the other one asks pandas, which another request may have half imported
    app.layout = _layout(settings, pages)
    _bind_controls(app)
    for page in pages:
        page.register(app, store)
    return app


def _plain_server(settings: Settings, store: StoreLike) -> Flask:
    """Make what answers without Dash: the routes, the colours, compressed answers."""
    server = Flask("app")
    server.config |= {"COMPRESS_ALGORITHM": ["zstd", "gzip"], "COMPRESS_MIMETYPES": list(COMPRESSED)}
    flask_compress.Compress(server)
    api.register(server, store, settings)
    _serve_tokens(server, settings.url_prefix)

    @server.after_request
    def keep_at_home(response: Response) -> Response:
        response.headers.setdefault("Content-Security-Policy", POLICY)
        return response

    return server


def _assets() -> Path:
    """Where style sheets and scripts are: beside this file in a wheel, beside the package in a checkout."""
    here = Path(__file__).resolve().parent
    return here / "assets" if (here / "assets").is_dir() else here.parent / "assets"


def _layout(settings: Settings, pages: list[Page]) -> Any:
    sections = [html.Section(page.layout(), id=f"page-{page.name}", className="page", hidden=True) for page in pages]
    titles = [(page.name, page.title, page.kinds) for page in pages]
    # Twice as often as asked for: while data flows every tick asks, otherwise every second one.
    return shell.shell(sections, titles, int(settings.interval_s * 500), settings.url_prefix)


def _bind_controls(app: Dash) -> None:
    """Every control with an id `{"control": FIELD}` chooses that field of the view, in the browser."""
    app.clientside_callback(
        ClientsideFunction("tailboard", "readControls"),
        Output(shell.TICK, "disabled"),
        Input({"control": ALL}, "value"),
        State({"control": ALL}, "id"),
    )
    app.clientside_callback(
        ClientsideFunction("tailboard", "readPicker"),
        Output(shell.RUN_PICKER, "className"),
        Input(shell.RUN_PICKER, "value"),
        prevent_initial_call=True,
    )
    app.clientside_callback(
        ClientsideFunction("tailboard", "tick"), Output(shell.TICK, "max_intervals"), Input(shell.TICK, "n_intervals")
    )


def _index(settings: Settings, pages: list[Page]) -> str:
    """Return Dash's page frame with what the scripts need to know, and plotly.js loading beside them."""
    fields = dict(view.SHARED_FIELDS)
    for page in pages:
        fields |= page.fields
    known = {
        "prefix": settings.url_prefix,
        "interval_s": settings.interval_s,
        "version": __version__,
        "write": settings.write,
        "visdom": settings.visdom,
        "steps": settings.write or settings.is_local,  # whether the column that holds the steps may be chosen
        "logdirs": [str(root.path) for root in settings.roots],
        "pages": [page.name for page in pages],
        "fields": view.as_json(fields),
        "kinds": {name: asdict(kind) for name, kind in all_kinds().items()},
        "names": {"of_machine": aside.OF_MACHINE, "verdict": aside.VERDICT},
        "dashes": palette.DASHES,
        "layouts": {theme: template.panel_layout(theme) for theme in palette.THEMES},
        "graph_config": template.GRAPH_CONFIG,
    }
    text = json.dumps(known).replace("</", "<\\/").replace("{%", "{ %")
    return (_assets() / "index.html").read_text().replace("__KNOWN__", text).replace("__PREFIX__", settings.url_prefix)


def _serve_tokens(server: Flask, prefix: str) -> None:
    sheet = palette.style_sheet()

    @server.get(f"{prefix}tokens.css")
    def tokens() -> Response:
        return Response(sheet, mimetype="text/css")
