import math

import pytest

from app.store.memory import UnknownRunError
from app.store.query import QuestionError
from app.store.table import open_table, parse_table_query
from tests.unit.table.array_store import ArrayStore, records

STORE = ArrayStore(
    {
        "digits/a": {
            "train/loss": records([(0, 0.9), (10, 0.5), (20, 0.4), (20, 0.3)]),
            "val/acc": records([(20, 0.8), (30, math.nan)], began=1002.0),
        },
        "digits/b": {"train/loss": records([(0, 0.7), (10, math.inf)])},
    },
    {
        "digits/a": {"lr": 0.1, "optim": {"name": "sgd", "nesterov": True}, "layers": [1, 2], "depth": 3},
        "digits/b": {"lr": 1, "optim": {"name": "adam"}, "depth": 4},
    },
)


def page(offset=0, limit=100, store=STORE, **parameters):
    query = {name: [value] if isinstance(value, str) else value for name, value in parameters.items()}
    return open_table(store, parse_table_query(query)).page(offset, limit)


def cells(found):
    return [tuple(row.values()) for row in found.rows.to_pylist()]


def test_rows_of_steps_join_the_metrics_of_a_run_on_the_step():
    found = page(run="digits/a")
    assert [column.name for column in found.columns] == [
        "run", "step", "wall_time", "relative_time", "train/loss", "val/acc",
    ]  # fmt: skip
    assert cells(found)[:3] == [
        ("digits/a", 0, 1000.0, 10.0, 0.9, None),
        ("digits/a", 10, 1001.0, 11.0, 0.5, None),
        ("digits/a", 20, 1003.0, 13.0, 0.3, 0.8),
    ]
    assert cells(found)[3][:5] == ("digits/a", 30, 1003.0, 13.0, None)
    assert math.isnan(cells(found)[3][5])
    assert found.total == 4


def test_rows_of_steps_leave_out_steps_where_no_shown_metric_was_logged():
    assert [row[0] for row in cells(page(run="digits/a", column=["step", "val/acc"]))] == [20, 30]


def test_long_rows_are_the_records_as_they_were_logged():
    assert cells(page(rows="long", run="digits/a", tags="loss")) == [
        ("digits/a", "train/loss", 0, 1000.0, 0.9),
        ("digits/a", "train/loss", 10, 1001.0, 0.5),
        ("digits/a", "train/loss", 20, 1002.0, 0.4),
        ("digits/a", "train/loss", 20, 1003.0, 0.3),
    ]


def test_rows_of_runs_hold_each_figure_with_its_step():
    found = page(rows="runs", run="digits/a", tags="train/loss", k="3", column=[
        "train/loss.last", "train/loss.last_step", "train/loss.min", "train/loss.min_step",
        "train/loss.max", "train/loss.max_step", "train/loss.mean", "train/loss.mean_step",
    ])  # fmt: skip
    assert cells(found) == [(0.3, 20, 0.3, 20, 0.9, 0, pytest.approx(0.4), 10)]


def test_a_step_range_changes_the_figures_too():
    found = page(rows="runs", run="digits/a", to="10", column=["train/loss.last", "train/loss.min_step", "val/acc.max"])
    assert cells(found) == [(0.5, 10, None)]


def test_figures_leave_out_what_is_not_finite_except_the_last_value():
    store = ArrayStore({"a": {"x": records([(1, 2.0), (2, math.inf)]), "y": records([(1, math.nan)])}})
    found = page(store=store, rows="runs", column=["x.last", "x.max", "y.min", "y.mean"])
    (row,) = cells(found)
    assert row[:3] == (math.inf, 2.0, None)
    assert math.isnan(row[3])


def test_last_min_and_max_of_whole_series_need_no_reading():
    store = ArrayStore({"a": {"x": records([(1, 2.0)])}})
    page(store=store, rows="runs", stats="last,min,max")
    assert store.looked_at == []


def test_config_columns_take_the_narrowest_kind_that_holds_every_run():
    found = page(
        rows="runs", column=["config.lr", "config.depth", "config.optim.name", "config.optim.nesterov", "config.layers"]
    )
    assert [column.kind for column in found.columns] == ["float", "int", "text", "text", "text"]
    assert cells(found) == [(0.1, 3, "sgd", "true", "[1, 2]"), (1.0, 4, "adam", None, None)]


def test_config_may_be_shown_and_filtered_on_beside_steps():
    found = page(column=["step", "config.lr", "train/loss"], where="config.optim.name = adam")
    assert cells(found) == [(0, 1.0, 0.7), (10, 1.0, math.inf)]


def test_filters_hold_together():
    assert cells(page(column=["run", "step"], where="train/loss >= 0.5 and step < 10")) == [
        ("digits/a", 0),
        ("digits/b", 0),
    ]


def test_runs_and_metrics_are_filtered_by_text_or_regular_expression():
    found = page(rows="long", runs="/a$/", tags="ACC", column=["run", "tag"])
    assert set(cells(found)) == {("digits/a", "val/acc")}


def test_the_first_sort_key_counts_most_and_missing_cells_go_last():
    found = page(column=["run", "step", "val/acc"], sort=["val/acc:desc", "step:desc", "run:desc"])
    assert [row[:2] for row in cells(found)] == [("digits/a", 20), ("digits/a", 30)]
    found = page(column=["run", "step"], sort=["step:desc", "run:desc"])
    assert cells(found)[:4] == [("digits/a", 30), ("digits/a", 20), ("digits/b", 10), ("digits/a", 10)]


def test_a_page_is_a_window_into_the_whole_order():
    everything = cells(page(column=["run", "step"], sort="train/loss"))
    assert cells(page(offset=2, limit=3, column=["run", "step"], sort="train/loss")) == everything[2:5]
    assert cells(page(offset=90, column=["run"])) == []


def test_the_best_value_of_a_column_is_over_all_rows_and_finite():
    found = page(offset=5, limit=1)
    assert found.best == {"train/loss": 0.3, "val/acc": 0.8}


def test_the_lowest_value_of_what_should_be_high_ranks_nothing():
    found = page(rows="runs")
    assert set(found.best) == {
        "train/loss.last", "train/loss.min", "train/loss.mean", "val/acc.max",
    }  # fmt: skip


def test_which_end_is_best_can_be_said_where_the_name_does_not():
    found = page(
        rows="runs", stats="best", better=["train/loss:max", "val/acc:none"], column=["run"], sort="train/loss.max"
    )
    assert found.best == {}
    assert [column.name for column in page(rows="runs", stats="best", better="val/acc:none").columns][-2:] == [
        "train/loss.min",
        "train/loss.min_step",
    ]
    assert page(better="train/loss:max", where="train/loss != inf").best["train/loss"] == 0.9


def test_metrics_come_by_name_with_numbers_in_their_order():
    store = ArrayStore({"a": {name: records([(0, 1.0)]) for name in ("layer10", "layer2", "b", "layer2/x")}})
    assert page(store=store).rows.schema.names[4:] == ["b", "layer2", "layer2/x", "layer10"]


def test_filters_may_name_a_figure_that_is_not_shown():
    assert cells(page(rows="runs", stats="last", column=["run"], where="train/loss.min < 0.5")) == [("digits/a",)]


def test_a_tag_that_is_named_like_a_column_keeps_its_values_under_another_name():
    store = ArrayStore({"a": {"step": records([(1, 7.0)]), "notes": records([(1, 8.0)])}})
    assert page(store=store).rows.to_pylist() == [
        {"run": "a", "step": 1, "wall_time": 1000.0, "relative_time": 10.0, "tag:notes": 8.0, "tag:step": 7.0}
    ]


def test_the_sentence_counts_what_is_there_and_names_the_filters():
    assert page(where="step < 20", sort="step:desc", runs="digits").about == (
        "2 runs, 2 metrics, steps 0–10, 4 rows; one row per run and step, of several records at a step the last; "
        "filtered by runs matching digits, step < 20; sorted by step descending"
    )


def test_a_table_without_runs_or_rows_is_empty():
    assert page(store=ArrayStore({})).total == 0
    assert page(where="step > 1000").about.startswith("2 runs, 2 metrics, 0 rows")
    assert page(store=ArrayStore({"a": {}}), rows="runs", sort="run").total == 1


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"column": "train/los"}, 'There is no column "train/los" here. Near it are: train/loss'),
        ({"sort": "nothing"}, 'There is no column "nothing"'),
        ({"where": "train/loss < 1", "rows": "runs"}, 'There is no column "train/loss" here. Near it are: train/loss'),
        ({"where": "step ~ 1"}, "step holds numbers"),
        ({"tag": "val/bleu"}, 'None of the 2 runs has a metric "val/bleu"'),
    ],
)
def test_a_question_about_what_is_not_there_says_what_is(parameters, message):
    with pytest.raises(QuestionError, match=message):
        page(**parameters)


def test_a_run_that_is_not_there_is_an_error():
    with pytest.raises(UnknownRunError):
        page(run="digits/zzz")
