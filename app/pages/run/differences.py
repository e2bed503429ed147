"""What sets runs apart: rows of names with one text per run. Knows no Dash."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import takewhile


@dataclass(frozen=True, slots=True)
class Row:
    """One name over several runs.

    Attributes:
        texts: one per run, in the order of the runs; None where the run says nothing.
    """

    name: str
    texts: tuple[str | None, ...]

    @property
    def same(self) -> bool:
        """Whether all runs agree."""
        return len(set(self.texts)) <= 1

    @property
    def unusual(self) -> tuple[bool | None, ...]:
        """Say for each run whether it is unlike more than half of the runs; None where no text is that frequent."""
        text, count = Counter(self.texts).most_common(1)[0]
        if 2 * count <= len(self.texts):
            return (None,) * len(self.texts)
        return tuple(each != text for each in self.texts)


def rows(runs: Sequence[Mapping[str, str]]) -> list[Row]:
    """Put the facts of runs side by side: one row per name, in the order in which the names first come."""
    names = dict.fromkeys(name for facts in runs for name in facts)
    return [Row(name, tuple(facts.get(name) for facts in runs)) for name in names]


def short_names(titles: Sequence[str]) -> list[str]:
    """Leave out the folders that say nothing: all where the last parts tell runs apart, else those that all share."""
    parts = [title.split("/") for title in titles]
    if len({each[-1] for each in parts}) == len(parts):
        return [each[-1] for each in parts]
    levels = zip(*(each[:-1] for each in parts), strict=False)
    shared = sum(1 for _ in takewhile(lambda level: len(set(level)) == 1, levels))
    return ["/".join(each[shared:]) for each in parts]
