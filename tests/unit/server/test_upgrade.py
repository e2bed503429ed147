"""WebSockets on the app's own HTTP server."""

import socket
import threading
from contextlib import closing
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest
import websocket
from flask import Flask

from app.api import sockets
from app.api.sockets import talk_over_socket
from app.commands.address import listen
from app.commands.serving import http_server
from tests.logged import until


class Echo:
    def __init__(self, ended: list[str]) -> None:
        self.ended = ended

    def opened(self, send) -> None:
        self.send = send
        send("alive")

    def received(self, text: str) -> None:
        self.send(f"echo {text}")

    def closed(self) -> None:
        self.ended.append("closed")


class Flood(Echo):
    def opened(self, send) -> None:
        for _ in range(64):
            send("x" * (1 << 20))


@pytest.fixture
def served():
    """Port of a server with two threads, and what its talks noted at their end."""
    server, ended = Flask("test"), []
    server.add_url_rule("/talk", "talk", lambda: talk_over_socket(Echo(ended)), websocket=True)
    server.add_url_rule("/flood", "flood", lambda: talk_over_socket(Flood(ended)), websocket=True)
    server.add_url_rule("/plain", "plain", lambda: "plain")
    listening = listen("127.0.0.1", 0)
    http = http_server(server, listening, threads=2)
    threading.Thread(target=http.run, daemon=True).start()
    yield listening.getsockname()[1], ended
    http.close()


def test_more_sockets_than_threads_are_served_beside_plain_requests(served):
    port, ended = served
    sockets = [websocket.create_connection(f"ws://127.0.0.1:{port}/talk", timeout=60) for _ in range(5)]
    assert [one.recv() for one in sockets] == ["alive"] * 5
    for number, one in enumerate(sockets):
        one.send(f"{number} {'x' * 100_000}")
    assert [one.recv() for one in sockets] == [f"echo {number} {'x' * 100_000}" for number in range(5)]
    with closing(urlopen(f"http://127.0.0.1:{port}/plain", timeout=60)) as answer:
        assert answer.read() == b"plain"
    for one in sockets:
        one.close()
    until(lambda: len(ended) == 5)


def test_a_client_that_never_reads_is_let_go_and_holds_nobody_up(served):
    port, ended = served
    flooded = [websocket.create_connection(f"ws://127.0.0.1:{port}/flood", timeout=60) for _ in range(3)]
    until(lambda: ended == ["closed"] * 3)
    for one in flooded:
        one.shutdown()


@pytest.mark.parametrize("lines", ["", "Sec-WebSocket-Key: x\r\nSec-WebSocket-Version: 12\r\n"])
def test_a_socket_that_is_asked_for_wrongly_is_refused_at_once(served, lines):
    port, _ = served
    with socket.create_connection(("127.0.0.1", port), timeout=60) as asking:
        asking.sendall(
            f"GET /talk HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n{lines}\r\n".encode()
        )
        assert asking.recv(99).startswith(b"HTTP/1.1 400")


def test_a_message_that_is_too_long_ends_the_socket(served, monkeypatch):
    monkeypatch.setattr(sockets, "MAX_MESSAGE_BYTES", 1_000)
    port, ended = served
    one = websocket.create_connection(f"ws://127.0.0.1:{port}/talk", timeout=60)
    monkeypatch.setattr(sockets, "PING_INTERVAL_S", 0.1)
    one.send("x" * 2_000)
    until(lambda: ended == ["closed"])
    one.shutdown()


def test_a_plain_request_for_a_socket_is_refused(served):
    port, _ = served
    with pytest.raises(HTTPError) as refused:
        urlopen(f"http://127.0.0.1:{port}/talk", timeout=60)
    refused.value.close()
    assert refused.value.code == 400


def test_a_server_without_sockets_says_so():
    server = Flask("test")
    server.add_url_rule("/talk", "talk", lambda: talk_over_socket(Echo([])), websocket=True)
    asked = {"Connection": "Upgrade", "Upgrade": "websocket"}
    assert server.test_client().get("/talk", headers=asked).status_code == 501
