"""What sets runs apart."""

from hypothesis import given
from hypothesis import strategies as st

from app.pages.run.differences import Row, rows, short_names

FACTS = st.dictionaries(st.sampled_from("abcd"), st.sampled_from(["1", "2"]))


def test_names_come_in_the_order_in_which_the_runs_name_them():
    assert [row.name for row in rows([{"lr": "1", "seed": "0"}, {"lr": "1", "act": "relu"}])] == ["lr", "seed", "act"]


def test_a_run_that_says_nothing_differs_from_one_that_does():
    (row,) = rows([{"lr": "1"}, {}])
    assert (row.texts, row.same) == (("1", None), False)


def test_what_more_than_half_of_the_runs_have_is_usual():
    assert Row("lr", ("1", "2", "1")).unusual == (False, True, False)


def test_without_a_majority_nothing_is_usual():
    assert Row("lr", ("1", "2", "1", "2")).unusual == (None,) * 4


@given(st.lists(FACTS, min_size=1, max_size=6))
def test_every_text_of_every_run_is_in_its_column(runs):
    found = rows(runs)
    for place, facts in enumerate(runs):
        assert {row.name: row.texts[place] for row in found if row.texts[place] is not None} == facts


@given(st.lists(FACTS, min_size=1, max_size=6))
def test_rows_are_the_same_exactly_where_all_runs_say_the_same(runs):
    for row in rows(runs):
        assert row.same == all(facts.get(row.name) == runs[0].get(row.name) for facts in runs)


def test_runs_are_called_by_as_much_of_their_path_as_tells_them_apart():
    assert short_names(["sweep/a", "sweep/old/b"]) == ["a", "b"]
    assert short_names(["logs/fit/version_0", "logs/test/version_0"]) == ["fit/version_0", "test/version_0"]
    assert short_names(["logs/version_0", "logs/late/version_0", "logs/x"]) == ["version_0", "late/version_0", "x"]
    assert short_names(["logs/same", "logs/same", "/logs"]) == ["logs/same", "logs/same", "/logs"]
    assert short_names(["logs/same", "logs/same"]) == ["same", "same"]
    assert short_names(["only"]) == ["only"]
    assert short_names([]) == []
