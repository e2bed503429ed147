"""Charts that draw several scalar tags in one panel, as a script declares them."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from trainer_hooks.given import at_most, text_of
from trainer_hooks.media import Item
from trainer_hooks.values import describe

FORMS = ("multiline", "margin")
MAX_TAGS = 10_000  # of one chart
MARGIN_TAGS = 3  # the middle, the low and the high edge


def encode(value: Any, source: str = "layout") -> Item:
    """Encode charts, see `Run.log_charts`. Raises ValueError or TypeError with what is wrong with which chart."""
    if not isinstance(value, Mapping):
        raise TypeError(f"expected a mapping from category to charts, got {describe(value)}")
    charts = [chart for category, titles in value.items() for chart in _charts(category, titles, source)]
    if not charts:
        raise ValueError("there is no chart in it")
    return Item("application/json", meta={"charts": charts})


def _charts(category: Any, titles: Any, source: str) -> Iterable[dict[str, Any]]:
    if not isinstance(titles, Mapping):
        raise TypeError(f"category {category!r}: expected a mapping from title to chart, got {describe(titles)}")
    for title, chart in titles.items():
        if not isinstance(chart, Sequence) or isinstance(chart, str) or len(chart) != 2:
            raise ValueError(f'chart {title!r}: expected ["Multiline" or "Margin", [tags]], got {describe(chart)}')
        form, tags = str(chart[0]).lower(), _tags(chart[1])
        if form not in FORMS:
            raise ValueError(f'chart {title!r}: its form is "Multiline" or "Margin", got {chart[0]!r}')
        if not tags or (form == "margin" and len(tags) % MARGIN_TAGS):
            wanted = "threes: middle, low, high" if form == "margin" else "at least one"
            raise ValueError(f"chart {title!r}: {len(tags)} tags; it takes {wanted}")
        yield {"category": text_of(category), "title": text_of(title), "form": form, "tags": tags, "source": source}


def _tags(tags: Any) -> list[str]:
    if isinstance(tags, str):
        return [tags]
    if not isinstance(tags, Iterable):
        raise TypeError(f"expected a list of tags, got {describe(tags)}")
    return [text_of(tag) for tag in at_most(tags, MAX_TAGS, "tags in one chart")]
