"""Names and values that programs get at by attribute as well as by name: `config.lr`, `config["lr"]`."""

from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any

MAX_NAMED = 20  # in an error


class Attributes(Mapping[str, Any]):
    """Values by name; each that is set goes through `update`."""

    def __init__(self, **own: Any) -> None:
        """Begin without a value. `own` are attributes that are no values, their names begin with `_`."""
        self.__dict__.update(own, _values={})

    def update(self, news: Any) -> None:
        """Set several."""
        raise NotImplementedError

    def __getitem__(self, name: str) -> Any:
        return self._values[name]

    def __setitem__(self, name: str, value: Any) -> None:
        self.update({name: value})

    def __getattr__(self, name: str) -> Any:
        try:
            return self.__dict__["_values"][name]
        except KeyError:
            known = ", ".join(map(str, islice(self.__dict__.get("_values", ()), MAX_NAMED))) or "nothing"
            raise AttributeError(f"there is no {name!r}, but {known}") from None

    def __setattr__(self, name: str, value: Any) -> None:
        self.update({name: value})

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def __repr__(self) -> str:
        return repr(self._values)
