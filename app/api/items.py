"""Logged items as questions name them: by run, tag, kind and place. What is not there is told in a sentence."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from app.api.answers import NotThereError
from app.readers.contract import MediaItem, TagFacts
from app.store.memory import StoreLike


def facts_of(store: StoreLike, run_id: str, tag: str, *kinds: str) -> TagFacts:
    """Return what is known of a tag of one of these kinds. Raises UnknownRunError, NotThereError."""
    facts = store.run(run_id).facts.get(tag)
    if facts is None or facts.kind not in kinds:
        raise NotThereError(f"{run_id} has no {' or '.join(kinds)} under {tag}; /api/v1/tags?run= lists what it has.")
    return facts


def items_of(store: StoreLike, run_id: str, tag: str, *kinds: str) -> Sequence[MediaItem]:
    """Return the items of a tag of one of these kinds. Raises UnknownRunError, NotThereError."""
    facts_of(store, run_id, tag, *kinds)
    return store.media(run_id, tag)


def item_at(items: Sequence[MediaItem], place: int, run_id: str, tag: str) -> MediaItem:
    """Return the item at a place of the list of a tag. Raises NotThereError."""
    with present(run_id):
        if place >= len(items):
            raise NotThereError(f"{run_id} has {len(items):,} items under {tag} and none at place {place:,}.")
        return items[place]


@contextmanager
def present(run_id: str) -> Iterator[None]:
    """Read from the files of a run. Raises NotThereError where one is gone meanwhile."""
    try:
        yield
    except FileNotFoundError as error:
        raise NotThereError(f"The log of {run_id} is no longer there: it was renamed or deleted.") from error
