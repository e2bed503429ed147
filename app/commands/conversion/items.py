"""What a run holds beside scalars, tag by tag, for whichever format it goes to."""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from app.commands.conversion.content import LeftOut
from app.commands.conversion.own_form import own_form
from app.readers.contract import MediaItem, RunLog
from app.readers.event_files.meshes import VERTICES, tags_beside
from trainer_hooks.media import Item


class ItemTag(NamedTuple):
    """All items of one tag.

    Attributes:
        name: as our own format has it: a mesh of an event file without the ending of its vertices.
        kind: of all of them.
        points: how many values were logged, those of its parts in other tags included.
        items: in order of arrival.
    """

    name: str
    kind: str
    points: int
    items: Sequence[MediaItem]


def item_tags(log: RunLog) -> Iterator[ItemTag]:
    """Yield all tags but scalars in order of name; faces and colours of a mesh come with its vertices."""
    facts = {tag: one for tag, one in sorted(log.facts.items()) if one.kind != "scalar"}
    beside = {
        tag: [part for part in tags_beside(tag).values() if _is_part(part, log)] for tag in facts if _is_part(tag, log)
    }
    parts = {part for found in beside.values() for part in found}
    for tag, one in facts.items():
        if tag not in parts:
            name = tag.removesuffix(VERTICES) if tag in beside else tag
            points = one.points + sum(facts[part].points for part in beside.get(tag, ()))
            yield ItemTag(tag if name in log.facts else name, one.kind, points, log.media(tag))


def _is_part(tag: str, log: RunLog) -> bool:
    """Tell whether a tag holds one part of meshes, as in event files, and not whole ones."""
    if tag not in log.facts or log.facts[tag].kind != "mesh":
        return False
    return any("part" in item.meta for item in log.media(tag)[:1])


def forms(items: Iterable[MediaItem], left_out: LeftOut) -> Iterator[tuple[MediaItem, Item]]:
    """Yield items with what our own format makes of each; those that cannot be read are counted and left out."""
    for item in items:
        try:
            found = own_form(item, left_out)
        except (OSError, ValueError):
            left_out[f"{item.kind} that cannot be read"] += 1
        else:
            yield item, found
