import pytest

from app.store.query import QuestionError
from app.store.table import SortKey, TableQuery, parse_table_query
from app.store.table.conditions import Condition
from app.store.table.direction import better


def test_parameters_become_a_question():
    query = parse_table_query(
        {
            "rows": ["runs"],
            "run": ["a/1", "a/2"],
            "tags": ["/loss$/"],
            "column": ["run", "val/loss.min"],
            "stats": ["min, last"],
            "from": ["1,000"],
            "to": ["2000"],
            "where": ["val/loss.min < 1", "run ~ a"],
            "sort": ["val/loss.min:asc", "x:y:desc"],
            "k": ["5"],
            "overlap": ["all"],
        }
    )
    assert query == TableQuery(
        rows="runs",
        run_ids=("a/1", "a/2"),
        tag_filter="/loss$/",
        columns=("run", "val/loss.min"),
        statistics=("min", "last"),
        from_step=1000,
        to_step=2000,
        where=(Condition("val/loss.min", "<", "1"), Condition("run", "~", "a")),
        sort=(SortKey("val/loss.min"), SortKey("x:y", descending=True)),
        k=5,
        overlap="all",
    )


def test_no_parameters_ask_for_the_steps_of_all_runs():
    assert parse_table_query({}) == TableQuery()


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("rows", "epochs", 'rows must be one of runs, steps, long, not "epochs"'),
        ("overlap", "some", "overlap must be one of latest, all"),
        ("stats", "median", "stats must be one of last, best, min, max, mean"),
        ("from", "first", "from must be a step, a whole number"),
        ("k", "0", "k must be between 1 and 1,000,000 records"),
        ("where", "loss", "cannot be read"),
        ("tags", "/(/", "regular expression"),
        ("runs", "/[/", "regular expression"),
        ("sorts", "run", "There is no parameter sorts. There are"),
    ],
)
def test_a_parameter_that_makes_no_sense_is_named_with_what_would(name, value, message):
    with pytest.raises(QuestionError, match=message):
        parse_table_query({name: [value]})


@pytest.mark.parametrize(
    ("tag", "direction"),
    [
        ("train/loss", "min"),
        ("val/top1_error", "min"),
        ("val/accuracy", "max"),
        ("valAcc", "max"),
        ("accuracy/lr", None),
        ("eval/mAP50", "max"),
        ("rollout/ep_rew_mean", "max"),
        ("valid_0/binary_logloss", "min"),
        ("grad_norm", None),
    ],
)
def test_the_direction_of_a_metric_is_guessed_from_its_last_part(tag, direction):
    assert better(tag) == direction
