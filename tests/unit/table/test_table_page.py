from app.components.view import SHARED_FIELDS
from app.pages.table import ids
from app.pages.table.callbacks import show
from app.pages.walk import all_pages


def test_the_grid_comes_when_the_browser_has_its_code():
    assert show(True).id == ids.GRID


def test_no_two_pages_keep_their_choices_under_one_name_in_the_address():
    fields = [SHARED_FIELDS, *(page.fields for page in all_pages())]
    keys = [field.key for each in fields for field in each.values()]
    assert len(keys) == len(set(keys))
