"""Parts of the run page."""

import pytest

from app.pages.run.parts import MAX_DIFF_LINES, diff_view, line_kind
from tests.unit.pages.run_store import words


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ("diff --git a/x b/x", "file"),
        ("--- a/x", "file"),
        ("+++ b/x", "file"),
        ("@@ -1 +1 @@", "place"),
        ("+lr = 1", "added"),
        ("-lr = 2", "removed"),
        (" same", "same"),
        ("", "same"),
    ],
)
def test_each_line_of_a_diff_is_coloured_by_what_it_does(line, kind):
    assert line_kind(line) == kind


def test_a_diff_is_shown_to_the_letter():
    diff = "diff --git a/x b/x\n@@ -1 +1 @@\n-a\n+b\n+c\n d\n"
    assert "".join(words(diff_view(diff))) == diff


def test_a_very_long_diff_says_how_much_is_left_out():
    said = words(diff_view("+x\n" * (MAX_DIFF_LINES + 5)))
    assert "5 more lines" in said[-1]
