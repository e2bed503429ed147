"""The pages of histograms, images and embeddings on a finished log folder, beside TensorBoard's, in a real browser.

Each round starts both servers anew, without an index of an earlier start, and opens each page twice, each time in an
empty profile: as soon as the server can answer, and again when it has been running for a moment.
"""

import json
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from urllib.parse import urlencode

from playwright.sync_api import Browser

from benchmarks.browser import chromium
from benchmarks.contract import Arrow, Benchmark, Effort, Row
from benchmarks.logged_media import RUN, TAILBOARD, TENSORBOARD, Media, media_logdir
from benchmarks.media_probes import Probe, Seen, open_and_see, our_probe, their_probe
from benchmarks.processes import ServerProcess, fetch, free_port
from benchmarks.tailboard import Tailboard
from benchmarks.tensorboard_peer import TensorBoard

LONG, MANY = Media("histogram", 1, 10_000), Media("histogram", 100, 100)
IMAGES, CLOUD = Media("image", 1, 1_000), Media("embedding", 1, 1, 10_000, 256)
QUICK = (
    Media("histogram", 1, 200),
    Media("histogram", 20, 10),
    Media("image", 1, 30),
    Media("embedding", 1, 1, 500, 32),
)
ROUNDS = 3
PLUGINS = {"histogram": "histograms", "image": "images"}


@dataclass(frozen=True, slots=True)
class Opened:
    """One round of one tool: a page opened on a fresh server, and again on the running one.

    Attributes:
        from_start_s: from the start of the server's process until the first card is drawn.
        again: the second opening.
        rss_bytes: resident memory of all of the server's processes after both.
    """

    from_start_s: float
    again: Seen
    rss_bytes: int


def measure(effort: Effort) -> Iterator[Row]:
    """Yield seconds until cards are drawn, bytes sent and memory of the servers."""
    with chromium() as browser:
        for media in effort.pick((LONG, MANY, IMAGES, CLOUD), QUICK):
            yield from _rows(media, *_rounds(effort, browser, media))


def _rounds(effort: Effort, browser: Browser, media: Media) -> tuple[list[Opened], dict[str, list[Opened]]]:
    ours: list[Opened] = []
    theirs: dict[str, list[Opened]] = {}
    for _ in range(effort.pick(ROUNDS, 1)):
        ours.append(_open_ours(effort, browser, media))
        for name, all_of in _ways(media).items():
            theirs.setdefault(name, []).append(_open_theirs(effort, browser, media, all_of))
    return ours, theirs


def _ways(media: Media) -> dict[str, str]:
    """Return how TensorBoard is set up -> of which plugin it keeps all steps; it sends samples of histograms anyway."""
    if media.kind == "histogram":
        return {"TensorBoard, 50 steps of a tag": ""}
    if media.kind == "image":
        return {"TensorBoard, 10 steps of a tag": "", "TensorBoard, all steps": "images"}
    return {"TensorBoard": ""}


def _open_ours(effort: Effort, browser: Browser, media: Media) -> Opened:
    cache = effort.folder / "caches" / "media-pages"
    shutil.rmtree(cache, ignore_errors=True)
    tool = Tailboard(free_port(), cache)
    server = tool.server(media_logdir(effort.folder, TAILBOARD, media))
    return _open(browser, server, tool.is_up, tool.url, our_probe(media.kind))


def _open_theirs(effort: Effort, browser: Browser, media: Media, all_of: str) -> Opened:
    tool = TensorBoard(free_port())
    logdir = media_logdir(effort.folder, TENSORBOARD, media)
    server = tool.server(logdir, all_of=all_of)
    return _open(browser, server, lambda: _has_all(tool, media), tool.url, their_probe(media.kind, media.points))


def _open(browser: Browser, server: ServerProcess, ready: Callable[[], bool], url: str, probe: Probe) -> Opened:
    with server:
        server.wait_for(ready)
        asked_s = server.age_s
        fresh = open_and_see(browser, url, probe)
        again = open_and_see(browser, url, probe)
        return Opened(asked_s + fresh.first_s, again, server.rss_bytes)


def _has_all(board: TensorBoard, media: Media) -> bool:
    """Whether TensorBoard has read to the last step: a page opened before shows what there was, and never reloads."""
    if media.points:
        return bool(json.loads(fetch(f"{board.url}data/plugin/projector/runs")))
    plugin, tag = PLUGINS[media.kind], media.tag_names[-1]
    asked = urlencode({"run": RUN, "tag": tag, "sample": 0})
    steps = json.loads(fetch(f"{board.url}data/plugin/{plugin}/{plugin}?{asked}"))
    last = steps[-1]
    return bool((last["step"] if plugin == "images" else last[1]) == media.steps - 1)


def _rows(media: Media, ours: list[Opened], theirs: dict[str, list[Opened]]) -> Iterator[Row]:
    for peer, peers in theirs.items():
        row = partial(_row, media, ours, peers, peer)
        yield row(Arrow.COLD, "server's start → first card", "s", lambda opened: opened.from_start_s)
        yield row(Arrow.PIXEL, "first card, running server", "s", lambda opened: opened.again.first_s)
        if media.tags > 1:
            cards = f"{ours[-1].again.cards} cards are in view, {peers[-1].again.cards} of TensorBoard's"
            yield row(Arrow.PIXEL, "all cards in view, running server", "s", lambda opened: opened.again.all_s, cards)
        yield row(Arrow.BROWSER, "code sent", "kB", lambda opened: opened.again.sent_bytes["code"] / 1e3)
        yield row(Arrow.BROWSER, "data sent", "kB", lambda opened: opened.again.sent_bytes["data"] / 1e3)
        yield row(Arrow.MEMORY, "server, page shown twice", "MB", lambda opened: opened.rss_bytes / 1e6)


def _row(
    media: Media,
    ours: list[Opened],
    peers: list[Opened],
    peer: str,
    arrow: Arrow,
    what: str,
    unit: str,
    of: Callable[[Opened], float],
    note: str = "",
) -> Row:
    return Row(arrow, f"{_named(media)}: {what}", unit, [*map(of, ours)], [*map(of, peers)], peer, note=note)


def _named(media: Media) -> str:
    if media.points:
        return str(media)
    return f"{media.tags:,} {'tag' if media.tags == 1 else 'tags'} of {media.steps:,} {media.kind}s"


BENCHMARK = Benchmark("media_pages", measure)
