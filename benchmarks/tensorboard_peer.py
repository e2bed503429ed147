"""TensorBoard as the peer: how its server is started and what its own page asks it."""

import json
import sys
from pathlib import Path
from urllib.parse import urlencode

from benchmarks.processes import ServerProcess, fetch

DEFAULT_POINTS = 1000  # of a series, a random sample
ALL_POINTS = 1_000_000_000  # `scalars=0`, documented as "keep all", answers with no points in 2.21


class TensorBoard:
    """Where one TensorBoard listens, and its page's questions. Its Rust loader is in use, as by default."""

    def __init__(self, port: int) -> None:
        self.url = f"http://127.0.0.1:{port}/"
        self._port = port

    def server(self, logdir: Path, *, all_of: str = "") -> ServerProcess:
        """Return its server, to be entered.

        Args:
            logdir: what it shows.
            all_of: a plugin of which it keeps all that was logged, such as "scalars"; of the others, and by default of
                all, it keeps a sample: of each tag 1,000 scalars, 50 histograms, 10 images.
        """
        words = [sys.executable, "-m", "tensorboard.main", "--logdir", str(logdir), "--port", str(self._port)]
        return ServerProcess([*words, "--samples_per_plugin", f"{all_of}={ALL_POINTS}"] if all_of else words)

    def runs(self) -> list[str]:
        """Names of the runs it knows now."""
        names: list[str] = json.loads(fetch(f"{self.url}data/runs"))
        return names

    def series(self, tag: str) -> dict[str, list[dict[str, float]]]:
        """Points by run of one tag: `step`, `wallTime`, `value`."""
        requests = json.dumps([{"plugin": "scalars", "tag": tag}])
        body = urlencode({"requests": requests}).encode()
        url = f"{self.url}experiment/defaultExperimentId/data/plugin/timeseries/timeSeries"
        answer = json.loads(fetch(url, body, "application/x-www-form-urlencoded"))
        points: dict[str, list[dict[str, float]]] = answer[0].get("runToSeries", {})
        return points

    def has_all(self, tag: str, runs: int, points: int, last_step: int) -> bool:
        """Whether every run's series has this many points, up to this step."""
        series = self.series(tag)
        return len(series) == runs and all(
            len(one) >= points and one[-1]["step"] == last_step for one in series.values()
        )
