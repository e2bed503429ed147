"""The log_... calls of a run for all that is no number, by what they log: pictures, measures, documents."""

from collections.abc import Iterable
from typing import Any


class Calls:
    """What the calls have in common: values go to the kind that encodes them."""

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
        """Log each of `values` as one item of `tag`.

        Args:
            kind: its module in `trainer_hooks.kinds` encodes the values.
            tag: its name; `/` groups.
            values: what was given to one call, in its order.
            step: the trainer's own counter; None: the step logged last.
            captions: one per value, in their order; missing ones are empty.
            wall_time: seconds since the epoch, UTC; None: now.
            options: passed on to the `encode` of the kind.
        """
        raise NotImplementedError
