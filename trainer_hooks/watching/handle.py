"""What `Run.watch` returns; knows no torch, so that a run that does nothing needs none."""

from types import TracebackType
from typing import Self


class Watching:
    """A model that is watched. This one watches nothing: in a disabled run, and in all but the first process."""

    def step(self) -> None:
        """Say that the weights were changed just now; needed only where no optimizer of torch changes them."""

    def remove(self) -> None:
        """Stop watching: every hook is taken away. A second call does nothing; the end of the run calls it too."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self.remove()
