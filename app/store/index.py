"""What a second start need not read again: the facts of each run whose files have not changed since."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from operator import attrgetter
from pathlib import Path
from typing import Any

from app.readers.contract import Problem, RunInfo, RunState, RunStatus, Stamp, TagFacts
from app.store.cache import Cache
from app.store.discovery import FoundRun
from trainer_hooks.record import NONFINITE, encode_value

_VERSION = 3  # raised whenever the same files would give another entry
_facts_of = attrgetter(*(field.name for field in fields(TagFacts)))


@dataclass(frozen=True, slots=True)
class IndexEntry:
    """A run as it was when its files had these stamps; nothing of it changes by the clock any more."""

    stamps: Mapping[str, Stamp]
    info: RunInfo
    facts: Mapping[str, TagFacts]
    problems: Sequence[Problem]
    status: RunStatus


class RunIndex:
    """Entries by run, in the cache."""

    def __init__(self, cache: Cache) -> None:
        self._cache = cache

    def recall(self, found: FoundRun, stamps: Mapping[str, Stamp]) -> IndexEntry | None:
        """Return the entry of a run if it was made of files with these stamps."""
        value = self._cache.get(_key(found))
        if not isinstance(value, dict) or value.get("version") != _VERSION:
            return None
        if value["stamps"] != {name: list(stamp) for name, stamp in stamps.items()}:
            return None
        return IndexEntry(
            stamps=stamps,
            info=_info(value["info"]),
            facts={tag: TagFacts(*map(_decoded, facts)) for tag, facts in value["facts"].items()},
            problems=[Problem(Path(path), where, what, count) for path, where, what, count in value["problems"]],
            status=RunStatus(**{**value["status"], "state": RunState(value["status"]["state"])}),
        )

    def remember(self, entries: Iterable[tuple[FoundRun, IndexEntry]]) -> None:
        """Keep these entries for the next start."""
        if values := {_key(found): _encoded(entry) for found, entry in entries}:
            self._cache.set_many(values)


def _info(value: dict[str, Any]) -> RunInfo:
    lists = {name: tuple(value[name]) for name in ("tags", "step_columns")}
    return RunInfo(**{**value, **lists})


def _key(found: FoundRun) -> str:
    return f"run {found.reading}"


def _encoded(entry: IndexEntry) -> dict[str, Any]:
    return {
        "version": _VERSION,
        "stamps": {name: list(stamp) for name, stamp in entry.stamps.items()},
        "info": asdict(entry.info),
        "facts": {
            tag: [encode_value(fact) if isinstance(fact, float) else fact for fact in _facts_of(facts)]
            for tag, facts in entry.facts.items()
        },
        "problems": [[str(one.path), one.where, one.what, one.count] for one in entry.problems],
        "status": asdict(entry.status),
    }


def _decoded(fact: Any) -> Any:
    return NONFINITE.get(fact, fact) if isinstance(fact, str) else fact
