"""All pages together: what each keeps in the URL, and the controls that choose it."""

from collections import Counter

from app.components.view import SHARED_FIELDS
from app.kinds.walk import all_kinds
from app.pages.walk import all_pages
from tests.unit.pages.run_store import parts


def fields():
    return [*SHARED_FIELDS.items(), *(item for page in all_pages() for item in page.fields.items())]


def test_no_two_fields_share_a_name_or_a_key_in_the_url():
    names, keys = Counter(name for name, _ in fields()), Counter(field.key for _, field in fields())
    assert [name for name, count in names.items() if count > 1] == []
    assert [key for key, count in keys.items() if count > 1] == []


def test_every_control_chooses_a_field_that_exists():
    known = dict(fields())
    for page in all_pages():
        for part in parts(page.layout()):
            control = getattr(part, "id", None)
            if isinstance(control, dict) and "control" in control:
                assert control["control"] in known


def test_every_kind_is_shown_by_a_page_that_exists():
    assert {kind.page for kind in all_kinds().values()} <= {page.name for page in all_pages()}
