"""WebSockets: a request that asks for one becomes a connection with a thread of its own."""

import socket
import threading
from collections import deque
from collections.abc import Callable
from contextlib import ExitStack, suppress
from functools import partial
from typing import Protocol

from flask import Response, request
from simple_websocket import ConnectionClosed, Server
from wsproto.utilities import LocalProtocolError

from app.api.answers import error_answer

TAKE_SOCKET = "tailboard.take_socket"  # in the WSGI environment: takes the connection from the HTTP server
PING_INTERVAL_S = 25.0  # proxies drop what is silent for a minute
MAX_MESSAGE_BYTES = 64 << 20
MAX_WAITING_CHARS = 32 << 20  # for a client that reads slower than it is told


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
    if not request.headers.get("Sec-WebSocket-Key") or request.headers.get("Sec-WebSocket-Version") != "13":
        return error_answer("A WebSocket is asked for with Sec-WebSocket-Key and Sec-WebSocket-Version: 13.", 400)
    with ExitStack() as otherwise:
        taken = take()
        otherwise.callback(taken.close)
        web_socket = Server(
            {**request.environ, "werkzeug.socket": taken},
            ping_interval=PING_INTERVAL_S,
            max_message_size=MAX_MESSAGE_BYTES,
            thread_class=partial(threading.Thread, daemon=True),
        )
        otherwise.pop_all()
    threading.Thread(target=_go_on, args=(web_socket, talk), name="web-socket", daemon=True).start()
    return Response(status=200)  # nobody sees it: the connection is taken


def _go_on(web_socket: Server, talk: Talk) -> None:
    outbox = _Outbox(web_socket)
    threading.Thread(target=outbox.work, name="web-socket-outbox", daemon=True).start()
    try:
        talk.opened(outbox.send)
        while True:
            said = web_socket.receive(PING_INTERVAL_S)  # without an end it may miss that a message was too long
            if said is not None:
                talk.received(said)
    except ConnectionClosed:
        pass
    finally:
        talk.closed()
        outbox.close()


class _Outbox:
    """Messages on their way to one client. Whoever sends never waits: a client that does not read is let go."""

    def __init__(self, web_socket: Server) -> None:
        self._web_socket = web_socket
        self._texts: deque[str] = deque()
        self._waiting = 0  # characters, with those of the message that is being sent
        self._is_open = True
        self._changed = threading.Condition()

    def send(self, text: str) -> None:
        """Have a message sent. From any thread; after the end it does nothing."""
        with self._changed:
            if self._is_open and self._waiting > MAX_WAITING_CHARS:
                self._is_open = False
                self._texts.clear()
                with suppress(OSError):
                    self._web_socket.sock.shutdown(socket.SHUT_RDWR)  # wakes all who wait for it
            if self._is_open:
                self._texts.append(text)
                self._waiting += len(text)
            self._changed.notify()

    def close(self) -> None:
        """Send nothing more."""
        with self._changed:
            self._is_open = False
            self._changed.notify()

    def work(self) -> None:
        """Send what is to be sent until the end."""
        with suppress(ConnectionClosed, LocalProtocolError, OSError):  # the other side may end it meanwhile
            while True:
                with self._changed:
                    self._changed.wait_for(lambda: self._texts or not self._is_open)
                    if not self._is_open:
                        return
                    text = self._texts.popleft()
                self._web_socket.send(text)
                with self._changed:
                    self._waiting -= len(text)
