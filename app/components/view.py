"""The view: what one browser has chosen. It lives in the URL; these are its shared fields.

The browser owns the view (assets/js/view.js), keeps it in the address and mirrors it into the `dcc.Store`
named `VIEW`, so that server callbacks get it as a dict. A page adds fields of its own in its `PAGE`.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal

VIEW = "view"
"""Id of the `dcc.Store` that mirrors the view, always with every field; `picked` holds the run ids in force."""


@dataclass(frozen=True, slots=True)
class Field:
    """One thing that a browser chooses.

    Attributes:
        key: the name in the URL's query; repeated for each item of a list.
        kind: how the text in the URL is read.
        default: what holds while the URL says nothing.
    """

    key: str
    kind: Literal["text", "number", "flag", "list"]
    default: Any


SHARED_FIELDS: Mapping[str, Field] = {
    "runs": Field("run", "list", None),  # None: the newest ten
    "search": Field("search", "text", ""),  # in the run list
    "tags": Field("tags", "text", ""),  # filter of tags: text, or /regex/
    "focus": Field("focus", "text", ""),  # the run brought forward for good
}


def as_json(fields: Mapping[str, Field]) -> dict[str, dict[str, Any]]:
    """Return the fields as the browser reads them."""
    return {name: asdict(field) for name, field in fields.items()}
