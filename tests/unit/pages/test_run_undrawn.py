"""Kinds that no panel draws are listed on the run page."""

from app.pages.run import undrawn
from app.readers.contract import TagFacts
from tests.unit.pages.run_store import scalar, words

FACTS = {
    "loss": scalar(),
    "note": TagFacts("text", 1, 0, 0),
    "layer.10": TagFacts("point_set", 1234, 0, 5000),
    "layer.2": TagFacts("surface", 1, 7, 7),
    "odd": TagFacts("never heard of", 1),
}


def test_every_tag_without_a_panel_is_listed_with_kind_items_and_steps():
    listed = words(undrawn.card(FACTS))
    at = listed.index(undrawn.WORDS) + 1 + len(("tag", "kind", "items", "steps"))
    assert listed[at:] == [
        *("layer.2", "surface", "1", "7"),
        *("layer.10", "point set", "1,234", "0 to 5,000"),
        *("odd", "never heard of", "1", "–"),
    ]


def test_a_run_whose_kinds_all_have_panels_has_no_such_list():
    drawn = {"note": TagFacts("text", 1), "voice": TagFacts("audio", 1), "weights": TagFacts("histogram", 1)}
    assert undrawn.card({"loss": scalar(), **drawn}) is None
