"""Some items of a long list, evenly chosen, so that an answer over all steps costs the same however long a run is."""

from collections.abc import Sequence

from app.api.layer_rows import pick
from app.readers.contract import MediaItem
from app.transforms.histogram import spread


def latest_items(items: Sequence[MediaItem], most: int) -> list[tuple[int, MediaItem]]:
    """Return at most `most` items with their places, the first and the last among them, steps ascending.

    Of steps that were logged again the latest alone is kept: one that goes back takes all later ones before it back.
    """
    places = spread(len(items), most)
    kept: list[tuple[int, MediaItem]] = []
    for place, item in reversed(list(zip(places, pick(items, places), strict=True))):
        if not kept or item.step < kept[-1][1].step:
            kept.append((place, item))
    return kept[::-1]
