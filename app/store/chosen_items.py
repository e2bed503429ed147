"""Some items of a long list, evenly chosen, so that an answer over all steps costs the same however long a run is."""

from collections.abc import Iterator, Sequence

import numpy as np

from app.readers.contract import MediaItem
from app.transforms.places import latest, spread

_SINGLY = 3  # so few items are read one by one
_PIECE_ITEMS = 20  # held at a time by who looks at each once: a large matrix has 10 MB


def latest_items(items: Sequence[MediaItem], most: int) -> list[tuple[int, MediaItem]]:
    """Return at most `most` items with their places, the first and the last among them, steps ascending.

    Of steps that were logged again the latest alone is kept: one that goes back takes all later ones before it back.
    """
    places = spread(len(items), most)
    found = pick(items, places)
    kept = latest(np.array([item.step for item in found], np.int64)).tolist()
    return [(place, item) for place, item, holds in zip(places, found, kept, strict=True) if holds]


def each_of(items: Sequence[MediaItem], places: Sequence[int]) -> Iterator[MediaItem]:
    """Read the items at these places, ascending, and hold but a few at a time."""
    for begin in range(0, len(places), _PIECE_ITEMS):
        yield from pick(items, places[begin : begin + _PIECE_ITEMS])


def pick(items: Sequence[MediaItem], places: Sequence[int]) -> list[MediaItem]:
    """Read the items at these places, ascending. Where all but the last are evenly apart a file is opened once."""
    if len(places) <= _SINGLY:
        return [items[place] for place in places]
    even = range(places[0], places[-2] + 1, places[1] - places[0])
    if list(even) != list(places[:-1]):
        return [items[place] for place in places]
    return [*items[even.start : even.stop : even.step], items[places[-1]]]
