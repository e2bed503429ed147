"""What a kind is. Each folder of `app/kinds` whose package has a `KIND` is one."""

from dataclasses import dataclass

from app.readers.contract import DataClass


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """How a tag is shown.

    Attributes:
        name: as run folders and readers write it, "image".
        title: what people call several of it, "Images".
        data_class: how it is stored.
        page: name of the page that shows it.
        panel: name of the browser's drawer for one item or series, a key of `tailboard.drawers`
            (assets/js), "line", "picture", "markdown".
        example: a line of a training that logs one, shown where a run has none.
    """

    name: str
    title: str
    data_class: DataClass
    page: str
    panel: str
    example: str = ""
