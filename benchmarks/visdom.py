"""What a point costs that a script appends to a window with visdom's own client, as the window grows.

The real client draws 10,000 points one by one into Tailboard; each is two requests of the client, one that asks whether
the window is there and one that appends. Visdom's own server is measured beside it in the same minute. It compares the
whole window with itself at each point, so ten thousand would take it an hour: it gets the first thousand one by one,
then all but the last hundred at once, and these one by one again.
"""

import logging
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from benchmarks.contract import Arrow, Benchmark, Effort, Row
from benchmarks.processes import ServerProcess, fetch, free_port

BUDGET_MS = 5.0
WINDOW = "loss"
PEER = "visdom's own server"
NOTE = "an append is two requests of the client; max is one point, whatever the machine did meanwhile"
PEER_LAST = 100  # points at the end that the peer gets one by one
# `python -m visdom.server` fetches its page's libraries first; nobody opens the page here.
OWN_SERVER = """
from visdom.server.run_server import start_server
start_server(port={port}, base_url='', env_path={folder!r}, bind_local=True)
"""


class Taken(NamedTuple):
    """What some appends took.

    Attributes:
        waits_ms: of the client, one for each.
        server_ms: processor time of the server for one, on average.
    """

    waits_ms: Sequence[float]
    server_ms: float


def measure(effort: Effort) -> Iterator[Row]:
    """Yield the time of an append in a short window and in a long one; nothing without visdom's package."""
    if find_spec("visdom") is None:
        return
    edge, points = effort.pick(1_000, 50), effort.pick(10_000, 300)
    with tempfile.TemporaryDirectory(dir=effort.folder) as folder:
        ours = _with_tailboard(Path(folder), points, edge)
        theirs = _with_visdom(Path(folder), points, edge)
    for words, mine, peer in zip(("first", "last"), ours, theirs, strict=True):
        what = f"visdom's client appends a point, {words} {edge:,} of {points:,}"
        for share, name in ((50, "p50"), (95, "p95"), (100, "max")):
            yield Row(
                Arrow.LOG,
                f"{what}, {name}",
                "ms",
                [float(np.percentile(mine.waits_ms, share))],
                peer=[float(np.percentile(peer.waits_ms, share))],
                peer_name=PEER,
                budget=BUDGET_MS if share < 100 else None,
            )
        yield Row(
            Arrow.LOG, f"{what}, server's processor time", "ms", [mine.server_ms], [peer.server_ms], PEER, note=NOTE
        )


def _with_tailboard(folder: Path, points: int, edge: int) -> tuple[Taken, Taken]:
    port = free_port()
    words = [sys.executable, "-m", "app", "--visdom", "--port", str(port), "--logdir", str(folder / "runs")]
    words += ["--cache-dir", str(folder / "cache"), "--state-dir", str(folder / "state")]
    with ServerProcess(words) as server:
        server.wait_for(lambda: bool(fetch(f"http://127.0.0.1:{port}/health")))
        client = _client(port)
        client.line(X=np.array([0.0]), Y=np.array([1.0]), win=WINDOW)
        first = _append(server, client, range(1, edge + 1))
        _append(server, client, range(edge + 1, points - edge))
        return first, _append(server, client, range(points - edge, points))


def _with_visdom(folder: Path, points: int, edge: int) -> tuple[Taken, Taken]:
    port = free_port()
    environments = folder / "environments"
    environments.mkdir()
    code = OWN_SERVER.format(port=port, folder=f"{environments}/")
    with ServerProcess([sys.executable, "-c", code]) as server:
        server.wait_for(lambda: fetch(f"http://127.0.0.1:{port}/env_state", b"{}") != b"")
        client = _client(port)
        client.line(X=np.array([0.0]), Y=np.array([1.0]), win=WINDOW)
        first = _append(server, client, range(1, edge + 1))
        last = min(edge, PEER_LAST)
        between = np.arange(edge + 1, points - last, dtype=np.float64)
        client.line(X=between, Y=1 / between, win=WINDOW, update="append")
        return first, _append(server, client, range(points - last, points))


def _client(port: int) -> Any:
    from visdom import Visdom

    logging.getLogger("visdom").setLevel(logging.ERROR)
    return Visdom(server="http://127.0.0.1", port=port, use_incoming_socket=False, raise_exceptions=True)


def _append(server: ServerProcess, client: Any, steps: Sequence[int]) -> Taken:
    """Append a point for each step."""
    waits_ms, before_s = [], server.cpu_s
    for step in steps:
        begin = time.perf_counter()
        client.line(X=np.array([float(step)]), Y=np.array([1 / step]), win=WINDOW, update="append")
        waits_ms.append(1e3 * (time.perf_counter() - begin))
    return Taken(waits_ms, 1e3 * (server.cpu_s - before_s) / len(steps))


BENCHMARK = Benchmark("visdom", measure)
