import pyarrow as pa
import pytest

from app.store.query import QuestionError
from app.store.table.conditions import Condition, parse_conditions, passing
from app.store.table.matching import text_filter

NUMBERS = pa.array([0.25, 0.5, float("nan"), float("inf"), None])
TEXTS = pa.array(["adam", "sgd", None])


def passes(cells, text):
    (condition,) = parse_conditions(f"x {text}")
    return passing(cells, condition).tolist()


def test_conditions_are_read_as_column_operator_and_value():
    assert parse_conditions("val/loss<0.5 AND run ~ adam") == (
        Condition("val/loss", "<", "0.5"),
        Condition("run", "~", "adam"),
    )


def test_a_quoted_column_may_hold_operators_and_the_word_and():
    assert parse_conditions('"a < b and \\"c\\"" >= 1 and d = "x and y"') == (
        Condition('a < b and "c"', ">=", "1"),
        Condition("d", "=", "x and y", quoted=True),
    )


def test_a_column_name_with_and_in_a_word_needs_no_quotes():
    assert parse_conditions("sand/land > 1") == (Condition("sand/land", ">", "1"),)


def test_no_text_is_no_condition():
    assert parse_conditions("  ") == ()


@pytest.mark.parametrize("text", ["val/loss", "< 0.5", "a < 1 and", "a < 1 and b", 'a = "x" b = 2'])
def test_what_cannot_be_read_is_refused_with_an_example(text):
    with pytest.raises(QuestionError, match="Write COLUMN OPERATOR VALUE, for example"):
        parse_conditions(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("< 0.5", [True, False, False, False, False]),
        ("<= 0.5", [True, True, False, False, False]),
        ("> 0.25", [False, True, False, True, False]),
        (">= 5e-1", [False, True, False, True, False]),
        ("= 0.5", [False, True, False, False, False]),
        ("!= 0.5", [True, False, True, True, False]),
        ("= nan", [False, False, True, False, False]),
        ("!= nan", [True, True, False, True, False]),
        ("= inf", [False, False, False, True, False]),
        ("= none", [False, False, False, False, True]),
        ("!= none", [True, True, True, True, False]),
    ],
)
def test_numbers_compare_and_missing_cells_pass_only_when_asked_for(text, expected):
    assert passes(NUMBERS, text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("= adam", [True, False, False]),
        ("!= adam", [False, True, False]),
        ("~ ^a", [True, False, False]),
        ("!~ ^a", [False, True, False]),
        ('= "none"', [False, False, False]),
        ("= none", [False, False, True]),
    ],
)
def test_text_is_equal_or_matches(text, expected):
    assert passes(TEXTS, text) == expected


def test_large_steps_compare_without_losing_digits():
    steps = pa.array([2**53, 2**53 + 1], pa.int64())
    assert passes(steps, f"= {2**53 + 1}") == [False, True]


@pytest.mark.parametrize(
    ("cells", "text", "message"),
    [
        (NUMBERS, "~ a", "x holds numbers; ~ is for text"),
        (NUMBERS, "< low", 'x holds numbers, and "low" is not one'),
        (TEXTS, "< 3", "x holds text; < is for numbers"),
        (TEXTS, "~ (", "regular expression /\\(/ cannot be read"),
    ],
)
def test_a_condition_that_does_not_fit_its_column_says_what_would(cells, text, message):
    with pytest.raises(QuestionError, match=message):
        passes(cells, text)


def test_a_text_filter_is_words_of_the_name_in_any_case_or_a_regular_expression():
    assert text_filter("LR")("digits/lr-0.1")
    assert not text_filter("adam")("digits/lr-0.1")
    assert text_filter("/^digits.*1$/")("digits/lr-0.1")
    assert not text_filter("/LR/")("digits/lr-0.1")
    assert text_filter("/LR/i")("digits/lr-0.1")
    assert text_filter("0.1 Digits")("digits/lr-0.1")
    assert not text_filter("0.1 letters")("digits/lr-0.1")
    assert text_filter("")("anything")
