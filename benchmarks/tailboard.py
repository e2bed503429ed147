"""Tailboard as a person starts it: `python -m app` as a process, and the plain routes that are asked."""

import json
import struct
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from benchmarks.processes import ServerProcess, fetch


class Tailboard:
    """Where one Tailboard listens, and what is asked of it.

    Args:
        port: to listen on.
        cache: folder of the disposable index: empty for a first start, filled by an earlier server for a second.
    """

    def __init__(self, port: int, cache: Path) -> None:
        self.url = f"http://127.0.0.1:{port}/"
        self._port, self._cache = port, cache

    def server(self, logdir: Path) -> ServerProcess:
        """Return its server with the default settings, to be entered."""
        words = [sys.executable, "-m", "app", "--logdir", str(logdir), "--port", str(self._port)]
        return ServerProcess([*words, "--cache-dir", str(self._cache)])

    def is_up(self) -> bool:
        """Whether it answers at all."""
        return bool(fetch(f"{self.url}health"))

    def runs(self) -> list[dict[str, Any]]:
        """What it knows of all runs now, newest first."""
        runs: list[dict[str, Any]] = json.loads(fetch(f"{self.url}api/v1/runs"))["runs"]
        return runs

    def drawn(self, tag: str, runs: Sequence[str]) -> list[dict[str, Any]]:
        """One tag of these runs as a panel of the page asks for it: of each series what leads its columns."""
        panel = {"tag": tag, "window": None, "columns": 200, "runs": dict.fromkeys(runs, "")}
        question = {"picked": list(runs), "smoothing": {"kind": "ema", "amount": 0.6}, "panels": [panel]}
        answer = fetch(f"{self.url}api/v1/live", json.dumps(question).encode())
        header = json.loads(answer[4 : 4 + struct.unpack("<I", answer[:4])[0]])
        series: list[dict[str, Any]] = header["panels"][0]["series"]
        return series

    def points(self, tag: str, run: str) -> dict[str, Any]:
        """Every point of one series: `step`, `wall_time`, `value`, and `total`."""
        asked = urlencode({"run": run, "tag": tag, "points": "all"})
        series: dict[str, Any] = json.loads(fetch(f"{self.url}api/v1/series?{asked}"))
        return series

    def has_all(self, tag: str, runs: Sequence[str], points: int, *, all_points: bool = False) -> bool:
        """Whether the answers cover every run's whole series of this many points."""
        series = [self.points(tag, run) for run in runs] if all_points else self.drawn(tag, runs)
        return len(series) == len(runs) and all(one["total"] == points for one in series)
