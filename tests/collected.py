"""What the log_... calls of a run encode, kept in memory where a run would store it."""

from collections.abc import Iterable
from typing import Any

from trainer_hooks.calls.documents import DocumentCalls
from trainer_hooks.calls.measures import MeasureCalls
from trainer_hooks.calls.pictures import PictureCalls
from trainer_hooks.kinds import Encoders
from trainer_hooks.media import Item


class Collected(PictureCalls, MeasureCalls, DocumentCalls):
    """Takes the calls of a run. What a run refuses in words raises them here."""

    def __init__(self) -> None:
        self.items: list[Item] = []

    @property
    def item(self) -> Item:
        """The only one."""
        (item,) = self.items
        return item

    def _log_items(
        self,
        kind: str,
        tag: str,
        values: Iterable[Any],
        step: int | None = None,
        captions: Iterable[str] = (),
        wall_time: float | None = None,
        **options: Any,
    ) -> None:
        encode = Encoders().find(kind)
        self.items += [encode(value, **options) for value in values]
