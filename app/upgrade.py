"""WebSockets on waitress, which knows none: a request may take its connection out of the server's hands."""

import socket
from typing import Any

from waitress.channel import HTTPChannel
from waitress.task import WSGITask

from app.api.sockets import TAKE_SOCKET


class UpgradingTask(WSGITask):
    """Answers one request; once the connection is taken, nothing of the answer is written to it."""

    _is_taken = False

    def get_environment(self) -> dict[str, Any]:
        """Return what WSGI says of the request, and the call that takes its connection."""
        environ: dict[str, Any] = super().get_environment()
        environ[TAKE_SOCKET] = self._take_socket
        return environ

    def write(self, data: bytes) -> None:
        """Write a part of the answer."""
        if not self._is_taken:
            super().write(data)

    def finish(self) -> None:
        """End the answer."""
        if not self._is_taken:
            super().finish()

    def _take_socket(self) -> socket.socket:
        """Return the connection, blocking; waitress closes its own handle of it and forgets it."""
        self._is_taken = self.close_on_finish = True
        taken: socket.socket = self.channel.socket.dup()
        taken.setblocking(True)
        return taken


class UpgradingChannel(HTTPChannel):
    """A connection whose requests may take it."""

    task_class = UpgradingTask
