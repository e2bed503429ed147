"""The view of one browser: every page's fields share one address."""

from collections import Counter

from app.components.view import SHARED_FIELDS
from app.pages.walk import all_pages


def test_no_two_fields_share_a_name_or_a_key_in_the_address():
    every = [*SHARED_FIELDS.items(), *(item for page in all_pages() for item in page.fields.items())]
    names, keys = Counter(name for name, _ in every), Counter(field.key for _, field in every)
    assert {name for name, count in names.items() if count > 1} == set()
    assert {key for key, count in keys.items() if count > 1} == set()


def test_pages_are_found_in_the_order_of_the_navigation():
    assert [page.name for page in all_pages()] == [
        *("charts", "images", "histograms", "layers", "time", "evaluation", "embeddings", "graph", "panes"),
        *("hparams", "table", "run", "files"),
    ]
