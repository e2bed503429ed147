"""What logging histograms, images and embeddings costs the training, beside torch's SummaryWriter."""

from collections.abc import Callable, Iterator

from benchmarks.contract import Arrow, Benchmark, Effort, Row
from benchmarks.logged_media import TAILBOARD, TENSORBOARD, Cost, Media, log

LOGGED = (
    Media("histogram", 100, 100),
    Media("image", 1, 1_000),
    Media("embedding", 1, 1, 10_000, 256),
    Media("embedding with pictures", 1, 1, 10_000, 256),
)
QUICK = (
    Media("histogram", 4, 25),
    Media("image", 1, 20),
    Media("embedding", 1, 1, 500, 32),
    Media("embedding with pictures", 1, 1, 500, 32),
)
ROUNDS = 3
PEER = "torch's SummaryWriter"


def measure(effort: Effort) -> Iterator[Row]:
    """Yield for each: a call, all until the writer is closed, processor time, bytes on disk and memory."""
    for media in effort.pick(LOGGED, QUICK):
        ours: list[Cost] = []
        theirs: list[Cost] = []
        for _ in range(effort.pick(ROUNDS, 2)):
            ours.append(log(TAILBOARD, effort.folder / "log-media", media))
            theirs.append(log(TENSORBOARD, effort.folder / "log-media", media))
        yield from _rows(media, ours, theirs)


def _rows(media: Media, ours: list[Cost], theirs: list[Cost]) -> Iterator[Row]:
    def row(arrow: Arrow, what: str, unit: str, of: Callable[[Cost], float]) -> Row:
        return Row(arrow, f"{media}: {what}", unit, [*map(of, ours)], [*map(of, theirs)], PEER)

    yield row(Arrow.LOG, "a call of the training thread", "ms", lambda cost: cost.call_s * 1e3)
    yield row(Arrow.LOG, "all calls, until closed", "s", lambda cost: cost.until_closed_s(media))
    yield row(Arrow.LOG, "processor time of all threads", "s", lambda cost: cost.cpu_s)
    yield row(Arrow.LOG, "on disk", "MB", lambda cost: cost.size_bytes / 1e6)
    yield row(Arrow.MEMORY, "growth of memory while logging", "MB", lambda cost: cost.grown_bytes / 1e6)


BENCHMARK = Benchmark("log_media", measure)
