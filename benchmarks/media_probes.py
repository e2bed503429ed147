"""When cards of histograms, images and embeddings are drawn in either tool's page, and what was sent for it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import Browser, Page

from benchmarks.browser import page_with

SETTLED_MS = 500  # without another card

# Looks in every frame which cards are in view, and which of these are drawn. `CARDS` returns pairs [element, drawn].
_WATCH = """
if (window === top) {
  window.probe = { first_ms: null, all_ms: null, cards: 0, painted: 0 };
  const inView = (element) => {
    const { top, bottom, width } = element.getBoundingClientRect();
    return width > 0 && bottom > 0 && top < innerHeight;
  };
  const look = () => {
    const cards = (CARDS)().filter(([element]) => inView(element));
    const drawn = cards.filter(([, isDrawn]) => isDrawn).length;
    if (drawn) probe.first_ms ??= performance.now();
    probe.cards = drawn;
    probe.all_ms = drawn && drawn === cards.length ? (probe.all_ms ?? performance.now()) : null;
    requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
}
"""
_ALL_DRAWN = "(settled_ms) => probe.all_ms !== null && performance.now() - probe.all_ms > settled_ms"

_OUR_HISTOGRAMS = """() => [...document.querySelectorAll(".histogram-tag .cell")]
  .map((card) => [card, Boolean(card.querySelector("canvas.histogram[aria-label]"))])"""
_OUR_IMAGES = """() => [...document.querySelectorAll(".gallery-tag .cell")]
  .map((card) => [card, Boolean(card.querySelector("img[src]")?.naturalWidth)])"""
_OUR_CLOUDS = """() => [...document.querySelectorAll(".cloud")].map((card) => [card, probe.painted > 0])"""
_OUR_POINTS = """
const put = CanvasRenderingContext2D.prototype.putImageData;
CanvasRenderingContext2D.prototype.putImageData = function (...words) {
  if (this.canvas.matches(".cloud-points")) probe.painted += 1;
  return put.apply(this, words);
};
"""

_SHADOWS = """() => [...(document.querySelector("DASHBOARD")?.shadowRoot.querySelectorAll("CARD") ?? [])]
  .map((card) => [card, Boolean(DRAWN)])"""
_THEIR_HISTOGRAMS = (
    _SHADOWS.replace("DASHBOARD", "tf-histogram-dashboard")
    .replace("CARD", "tf-histogram-loader")
    .replace(
        "DRAWN",
        'card.shadowRoot.querySelector("vz-histogram-timeseries")?.shadowRoot.querySelector(".histogram path")',
    )
)
_THEIR_IMAGES = (
    _SHADOWS.replace("DASHBOARD", "tf-image-dashboard")
    .replace("CARD", "tf-image-loader")
    .replace("DRAWN", 'card.shadowRoot.querySelector("#main-image-container img")?.naturalWidth')
)
_THEIR_CLOUDS = """() => [...document.querySelectorAll("iframe")].map((card) => [card, probe.painted > 0])"""
_THEIR_POINTS = """
for (const { prototype } of [WebGLRenderingContext, WebGL2RenderingContext]) {
  const draw = prototype.drawArrays;
  prototype.drawArrays = function (mode, first, count) {
    if (mode === this.POINTS && count >= POINTS) top.probe.painted += 1;
    return draw.call(this, mode, first, count);
  };
}
"""


@dataclass(frozen=True, slots=True)
class Probe:
    """How to see that a page is drawn.

    Attributes:
        path: of the page, below the server's address.
        script: JavaScript that runs before the page's own.
    """

    path: str
    script: str


@dataclass
class Seen:
    """What one opening of a page took.

    Attributes:
        first_s: from the request for the page until the first card is drawn.
        all_s: until all cards in view are drawn.
        cards: how many are in view then.
        sent_bytes: to the browser, as compressed, by what was asked for: code and data.
    """

    first_s: float = 0.0
    all_s: float = 0.0
    cards: int = 0
    sent_bytes: dict[str, int] = field(default_factory=lambda: {"code": 0, "data": 0})


def our_probe(kind: str) -> Probe:
    """Return the probe for our page of a kind."""
    cards = {"histogram": _OUR_HISTOGRAMS, "image": _OUR_IMAGES, "embedding": _OUR_CLOUDS}[kind]
    path = {"histogram": "histograms", "image": "images", "embedding": "embeddings"}[kind]
    return Probe(path, _WATCH.replace("CARDS", cards) + (_OUR_POINTS if kind == "embedding" else ""))


def their_probe(kind: str, points: int) -> Probe:
    """Return the probe for TensorBoard's page of a kind; a cloud is drawn when WebGL gets so many points."""
    cards = {"histogram": _THEIR_HISTOGRAMS, "image": _THEIR_IMAGES, "embedding": _THEIR_CLOUDS}[kind]
    path = {"histogram": "#histograms", "image": "#images", "embedding": "#projector"}[kind]
    drawing = _THEIR_POINTS.replace(">= POINTS", f">= {points}") if kind == "embedding" else ""
    return Probe(path, _WATCH.replace("CARDS", cards) + drawing)


def open_and_see(browser: Browser, url: str, probe: Probe) -> Seen:
    """Open a page in an empty profile and wait until all cards in view are drawn and no more come."""
    with page_with(browser, probe.script) as page, _counted(page) as seen:
        page.goto(f"{url}{probe.path}")
        page.wait_for_function(_ALL_DRAWN, arg=SETTLED_MS)
        first_ms, all_ms, seen.cards = page.evaluate("[probe.first_ms, probe.all_ms, probe.cards]")
        seen.first_s, seen.all_s = first_ms / 1e3, all_ms / 1e3
    return seen


@contextmanager
def _counted(page: Page) -> Iterator[Seen]:
    """Count the bytes that arrive: those of pictures, of fetch() and XMLHttpRequest are data, all others code."""
    seen, kinds = Seen(), dict[str, str]()
    session = page.context.new_cdp_session(page)

    def asked(event: dict[str, Any]) -> None:
        kinds[event["requestId"]] = "data" if event.get("type") in ("XHR", "Fetch", "Image") else "code"

    def arrived(event: dict[str, Any]) -> None:
        seen.sent_bytes[kinds.get(event["requestId"], "code")] += int(event["encodedDataLength"])

    session.on("Network.requestWillBeSent", asked)
    session.on("Network.loadingFinished", arrived)
    session.send("Network.enable")
    yield seen
