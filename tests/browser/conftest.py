"""A real browser on the real app: one browser for all tests, a context of its own for each page."""

import os
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright
from werkzeug.serving import make_server

from app.readers.walk import all_readers
from app.server import create_app
from app.settings import LogRoot, Settings
from app.store.memory import Store
from tests.browser.install import ADVICE, find_browser
from tests.logged import until

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
VIEWPORT = {"width": 1440, "height": 900}
LOCAL = ("data", "blob", "about")
PATIENCE_MS = 120_000  # a slow machine is no failure

expect.set_options(timeout=PATIENCE_MS)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One headless browser for the whole session."""
    path = find_browser()
    if path is None:
        pytest.fail(ADVICE, pytrace=False)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, headless=True, args=FLAGS, timeout=PATIENCE_MS)
        yield browser
        browser.close()


@pytest.fixture
def new_page(browser: Browser, serve: Callable[..., str]) -> Iterator[Callable[..., Page]]:
    """Makes pages, each in a context of its own as if another person opened it.

    The test fails where a page logged an error, threw one, or asked another machine than this for anything.
    Asking for `serve` lets pages close before the servers they talk to.
    Options go to the context: `color_scheme="dark"`, `viewport=...`, `has_touch=True`.
    """
    complaints: list[str] = []
    with ExitStack() as contexts:

        def open_page(**options: Any) -> Page:
            context = contexts.enter_context(browser.new_context(**{"viewport": VIEWPORT, **options}))
            context.set_default_timeout(PATIENCE_MS)
            page = context.new_page()
            page.on("pageerror", lambda error: complaints.append(f"threw {error}"))
            page.on("console", lambda line: complaints.append(f"logged {line.text}") if line.type == "error" else None)
            page.on("request", lambda request: complaints.extend(_leaving(request.url)))
            return page

        yield open_page
    assert complaints == []


def _leaving(url: str) -> list[str]:
    parts = urlsplit(url)
    return [] if parts.scheme in LOCAL or parts.hostname == "127.0.0.1" else [f"asked {url}"]


@pytest.fixture
def page(new_page: Callable[..., Page]) -> Page:
    """One page of 1440 x 900 pixels in the light theme."""
    return new_page(color_scheme="light")


@pytest.fixture
def serve(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., str]]:
    """Serves a log folder by the real app and returns its URL; keywords go to `Settings`."""
    cache = tmp_path_factory.mktemp("cache")
    with ExitStack() as running:

        def start(logdir: Path, **options: Any) -> str:
            options = {"roots": (LogRoot("", logdir),), "cache_dir": cache, "port": 0, **options}
            settings = Settings(**options)
            store = Store(settings, all_readers())
            store.start()
            until(lambda: store.ready)  # what is there already is not news
            running.callback(store.close)
            server = make_server("127.0.0.1", 0, create_app(settings, store).server, threaded=True)
            running.callback(server.server_close)
            running.callback(server.shutdown)
            threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
            return f"http://127.0.0.1:{server.server_port}{settings.url_prefix}"

        yield start


@pytest.fixture
def shoot() -> Callable[[Page, str], None]:
    """Takes a picture for the documentation, only where TAILBOARD_PICTURES names the folder (`make pictures`)."""
    folder = os.environ.get("TAILBOARD_PICTURES")

    def take(page: Page, name: str) -> None:
        if folder:
            page.screenshot(path=Path(folder) / f"{name}.png", animations="disabled")

    return take
