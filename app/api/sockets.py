"""WebSockets: a request that asks for one becomes a connection with a thread of its own."""

import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import Protocol

from flask import Response, request
from simple_websocket import ConnectionClosed, Server

from app.api.answers import error_answer

TAKE_SOCKET = "tailboard.take_socket"  # in the WSGI environment: takes the connection from the HTTP server
PING_INTERVAL_S = 25.0  # proxies drop what is silent for a minute
MAX_MESSAGE_BYTES = 64 << 20


class Talk(Protocol):
    """What is said over one WebSocket."""

    def opened(self, send: Callable[[str], None]) -> None:
        """Begin. `send` may be called from any thread; after the end it does nothing."""

    def received(self, text: str) -> None:
        """Take one message."""

    def closed(self) -> None:
        """End: the other side is gone."""


def talk_over_socket(talk: Talk) -> Response:
    """Answer the request that is being served by a WebSocket, over which `talk` goes on after this returns.

    Its route is one with `websocket=True`.
    """
    take: Callable[[], socket.socket] | None = request.environ.get(TAKE_SOCKET)
    if take is None:
        return error_answer("The HTTP server in front of this app has no WebSockets; use polling.", 501)
    web_socket = Server(
        {**request.environ, "werkzeug.socket": take()},
        ping_interval=PING_INTERVAL_S,
        max_message_size=MAX_MESSAGE_BYTES,
        thread_class=partial(threading.Thread, daemon=True),
    )
    threading.Thread(target=_go_on, args=(web_socket, talk), name="web-socket", daemon=True).start()
    return Response(status=200)  # nobody sees it: the connection is taken


def _go_on(web_socket: Server, talk: Talk) -> None:
    lock = threading.Lock()  # two threads that send at once would mix their frames

    def send(text: str) -> None:
        with suppress(ConnectionClosed, OSError), lock:
            web_socket.send(text)

    try:
        talk.opened(send)
        while True:
            talk.received(web_socket.receive())
    except ConnectionClosed:
        pass
    finally:
        talk.closed()
