"""How long after log() a point is seen: the points' own times of birth against the clock."""

import time
from collections.abc import Callable, Sequence

from benchmarks.contract import Arrow, Row

PERCENTILES = (("p50", 0.5), ("p95", 0.95), ("max", 1.0))


def watch(newest: Callable[[], Sequence[float]], seconds: float, pause_s: float = 0.02) -> list[float]:
    """Ask again and again for the times at which points were logged.

    Args:
        newest: returns the wall times of all points that can be had now, ascending, in seconds since the epoch.
        seconds: how long to go on.
        pause_s: between two questions.

    Returns:
        For each point logged after the start, how long after its log() it was in an answer, in seconds.
    """
    end, seen, ages = time.time() + seconds, time.time(), list[float]()
    while time.time() < end:
        times = newest()
        now = time.time()
        ages += [now - born for born in times if born > seen]
        seen = max(seen, max(times, default=0.0))
        time.sleep(pause_s)
    return ages


def percentile(ages: Sequence[float], share: float) -> float:
    """Return the age that this share of all does not exceed."""
    ordered = sorted(ages)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def latency_rows(
    what: str,
    ours: Sequence[Sequence[float]],
    peer: Sequence[Sequence[float]],
    peer_name: str,
    *,
    p95_budget_s: float | None = None,
    note: str = "",
) -> list[Row]:
    """Return p50, p95 and max of the rounds' ages."""
    return [
        Row(
            Arrow.PIXEL,
            f"{what}, {name}",
            "s",
            [percentile(ages, share) for ages in ours],
            [percentile(ages, share) for ages in peer],
            peer_name,
            p95_budget_s if name == "p95" else None,
            note if name == "p95" else "",
        )
        for name, share in PERCENTILES
    ]
