from benchmarks.contract import Arrow, Row
from benchmarks.latency import percentile
from benchmarks.table import as_json, as_markdown, number


def row(**fields):
    return Row(**{"arrow": Arrow.PIXEL, "what": "a figure", "unit": "s", "ours": [1.0], **fields})


def test_a_ratio_compares_what_was_measured_in_the_same_round():
    assert row(ours=[1.0, 10.0, 1.0], peer=[2.0, 20.0, 4.0]).ratio == 0.5


def test_a_ratio_of_unlike_rounds_compares_the_medians():
    assert row(ours=[1.0, 2.0, 3.0], peer=[4.0]).ratio == 0.5


def test_a_missed_budget_is_marked_and_a_kept_one_is_not():
    missed, kept = as_markdown([row(ours=[3.0], budget=2.0), row(budget=2.0)]).splitlines()[2:]
    assert "2 !" in missed
    assert "!" not in kept
    assert [told["missed"] for told in as_json([row(ours=[3.0], budget=2.0), row(budget=2.0)])] == [True, False]


def test_rows_stand_in_the_order_of_the_way_to_the_pixel_with_their_notes_below():
    table = as_markdown([row(what="late"), row(arrow=Arrow.LOG, what="early", note="take care")])
    assert table.index("early") < table.index("late") < table.index("- early: take care")


def test_figures_have_three_digits():
    assert [number(value) for value in (0, 0.01234, 1.234, 99.94, 1234.5)] == ["0", "0.0123", "1.23", "99.9", "1,234"]


def test_a_percentile_is_one_of_the_ages_and_the_last_is_the_oldest():
    ages = [0.3, 0.1, 0.2, 0.4]
    assert (percentile(ages, 0.5), percentile(ages, 0.95), percentile(ages, 1.0)) == (0.3, 0.4, 0.4)
