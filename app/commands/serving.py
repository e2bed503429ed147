"""Runs the app until it is told to stop. Commands that show something go through here."""

import logging
import os
import signal
import socket
import sys
import threading
import webbrowser
from collections.abc import Callable
from contextlib import AbstractContextManager, closing, nullcontext
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from app import __version__
from app.commands.address import exposure_warning, listen, tunnel_hint, urls
from app.commands.contract import UsageError
from app.commands.roots import absence_notice
from app.settings import Settings

if TYPE_CHECKING:
    from app.store.memory import Store

STOPPING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
CONNECTIONS = 1000  # a browser holds up to 6; waitress would take 100 and leave the others waiting


def serve(
    settings: Settings,
    *,
    open_browser: bool = False,
    beside: Callable[[], AbstractContextManager[Any]] = nullcontext,
) -> int:
    """Serve the app until Ctrl-C or SIGTERM, and say where it is.

    Args:
        settings: port 0 takes a free one.
        open_browser: show the page in this machine's browser.
        beside: makes what runs while the app is served: entered once the app answers, left when it stops.

    Returns:
        Exit status: 0 when told to stop, 1 when the server broke.

    Raises:
        UsageError: the address cannot be had, or a folder of its own cannot be trusted.
        ModuleNotFoundError: the app's packages are not installed.
    """
    from app.server import create_app

    _set_up_logging()
    listening = listen(settings.host, settings.port)
    settings = replace(settings, port=listening.getsockname()[1])
    with closing(open_store(settings)) as store:
        server = http_server(create_app(settings, store).server, listening, settings.threads)
        stop = stop_on_signals()
        serving = threading.Thread(target=_serve_then_stop, args=(server, stop), name="http", daemon=True)
        serving.start()
        with beside():
            tell(settings)
            if open_browser:
                webbrowser.open(urls(settings)[0])
            stop.wait()
        return 0 if serving.is_alive() else 1


def _set_up_logging() -> None:
    logging.basicConfig(format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)  # it warns whenever a page loads its files


def http_server(flask: Any, listening: socket.socket, threads: int) -> Any:
    """Make the server that answers on an open socket; its `run` does so until the process ends."""
    from waitress import create_server

    from app.upgrade import UpgradingChannel

    server = create_server(
        flask,
        sockets=[listening],
        threads=threads,
        connection_limit=CONNECTIONS,
        asyncore_use_poll=True,  # select() ends at 1,024 open files
        ident=None,
    )
    server.channel_class = UpgradingChannel
    return server


def open_store(settings: Settings) -> "Store":
    """Begin to follow the log folders.

    Raises:
        UsageError: the cache or state folder cannot be trusted.
    """
    from app.readers.walk import all_readers
    from app.store.folders import FolderError
    from app.store.memory import Store

    try:
        store = Store(settings, all_readers(settings.text_patterns))
    except FolderError as error:
        raise UsageError(str(error)) from error
    store.start()
    return store


def stop_on_signals() -> threading.Event:
    """Make an event that Ctrl-C, SIGTERM and a closed terminal set from now on."""
    stop = threading.Event()
    for number in STOPPING:
        if number != signal.SIGHUP or signal.getsignal(number) != signal.SIG_IGN:  # nohup ignores it, and means it
            signal.signal(number, lambda *_: stop.set())
    return stop


def _serve_then_stop(server: Any, stop: threading.Event) -> None:
    """Answer requests; where that ends by itself, the app ends too instead of hanging about deaf."""
    try:
        server.run()
    finally:
        stop.set()


def tell(settings: Settings) -> None:
    """Print where the app is, how to get there, and what deserves a warning."""
    for notice in filter(None, [*map(absence_notice, settings.roots), exposure_warning(settings)]):
        print(notice, file=sys.stderr)
    folders = ", ".join(f"{root.name}={root.path}" if root.name else str(root.path) for root in settings.roots)
    print(f"Tailboard {__version__} shows {folders}")
    print(f"    {'   '.join(urls(settings))}")
    if settings.token:
        print("It asks for the token that you chose.")
    tunnel = tunnel_hint(settings, os.environ)
    if tunnel:
        print(f"To see it on your own machine, run there:\n    {tunnel}")
    print("Ctrl-C stops it.", flush=True)
