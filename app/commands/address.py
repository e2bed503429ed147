"""The address that the app listens on: taking it, and telling people how to reach it."""

import errno
import getpass
import socket
from collections.abc import Mapping

from app.commands.contract import UsageError
from app.settings import LOOPBACK, Settings

ANYWHERE = ("0.0.0.0", "::")


def listen(host: str, port: int) -> socket.socket:
    """Take the address before anything else is done, so that a taken port is said at once.

    Args:
        host: address or name of this machine.
        port: 0 takes a free one.

    Raises:
        UsageError: the address cannot be had; the words say why and what to do.
    """
    try:
        family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
        return socket.create_server(address[:2], family=family, backlog=1024)
    except OSError as error:
        raise UsageError(_why_not(host, port, error)) from error


def _why_not(host: str, port: int, error: OSError) -> str:
    if isinstance(error, socket.gaierror):
        return f"--host {host}: no such address ({error.strerror}); 127.0.0.1 is this machine alone, 0.0.0.0 everyone"
    if error.errno == errno.EADDRINUSE:
        return (
            f"port {port} on {host} is taken, perhaps by another Tailboard. "
            f"Take another with --port {port + 1 if port < 65_535 else 8050}, or any free one with --port 0"
        )
    if error.errno == errno.EACCES:
        return f"port {port} on {host} is not allowed for this user (ports below 1024 are root's); take --port 8050"
    if error.errno == errno.EADDRNOTAVAIL:
        return f"--host {host} is not an address of this machine; take 127.0.0.1 or 0.0.0.0"
    return f"cannot listen on {host}, port {port}: {error.strerror}"


def urls(settings: Settings) -> list[str]:
    """Where a browser finds the app: on this machine first, then from others where they may."""
    hosts = [settings.host]
    if settings.host in ANYWHERE:
        hosts = ["127.0.0.1" if settings.host == "0.0.0.0" else "::1", socket.gethostname()]
    return [f"http://{f'[{host}]' if ':' in host else host}:{settings.port}{settings.url_prefix}" for host in hosts]


def tunnel_hint(settings: Settings, environ: Mapping[str, str]) -> str | None:
    """The `ssh -L` line that brings the app to the desk of a person who is logged in over ssh; else None.

    Args:
        settings: `port` is the one that was taken, not 0.
        environ: environment variables; sshd sets SSH_CONNECTION to client, its port, this server, its port.
    """
    connection = environ.get("SSH_CONNECTION", "").split()
    if len(connection) != 4 or settings.host not in LOOPBACK:
        return None
    server, port = connection[2:]
    own_port = "" if port == "22" else f"-p {port} "
    return f"ssh {own_port}-L {settings.port}:{settings.host}:{settings.port} {getpass.getuser()}@{server}"


def exposure_warning(settings: Settings) -> str | None:
    """One line on who can read the logs where the app is open to other machines; else None."""
    if settings.is_local or settings.token:
        return None
    return (
        f"Warning: anyone who can reach {settings.host}, port {settings.port}, can read these logs; "
        "with --token Tailboard asks for one."
    )
