import math

import numpy as np
import pytest

from tests.arrays import START, columns


def get(client, **parameters):
    return client.get("/api/v1/series", query_string={"run": "a", "tag": "loss"} | parameters)


def test_drawn_points_come_as_strict_json(client, store):
    store.put("a", {"loss": columns([1, math.nan, 3, -math.inf])})
    answer = get(client, smoothing="ema:0.5").json
    assert answer["x"] == answer["step"] == [0, 1, 2, 3]
    assert answer["y"] == [1, "NaN", 3, "NaN"]
    assert answer["smoothed"] == [1, "NaN", pytest.approx((0.25 + 1.5) / 0.75), "NaN"]
    assert answer["marks"] == [{"x": 1, "value": "NaN"}, {"x": 3, "value": "-Infinity"}]
    assert (answer["total"], answer["nonfinite"]) == (4, 2)


def test_a_window_and_columns_thin_what_is_drawn(client, store):
    store.put("a", {"loss": columns(np.sin(np.arange(10_000)))})
    answer = get(client, **{"from": 1000, "to": 2999, "columns": 10}).json
    assert answer["total"] == 2000
    assert 20 <= len(answer["x"]) <= 24


def test_all_points_are_exact_and_keep_what_is_not_finite(client, store):
    value = np.random.default_rng(0).normal(size=70_000)
    value[[0, 40_000, 69_999]] = [math.nan, math.inf, -math.inf]
    store.put("a", {"loss": columns(value)})
    answer = get(client, points="all").json
    assert answer["total"] == 70_000
    assert answer["step"] == list(range(70_000))
    assert answer["wall_time"][:2] == [START, START + 0.1]
    assert [answer["value"][i] for i in (0, 40_000, 69_999)] == ["NaN", "Infinity", "-Infinity"]
    words = {"NaN": math.nan, "Infinity": math.inf, "-Infinity": -math.inf}
    np.testing.assert_array_equal([words.get(one, one) for one in answer["value"]], value)


def test_a_tag_that_the_run_does_not_have_is_404(client, store):
    store.put("a", {"loss": columns([1])})
    answer = get(client, tag="acc")
    assert answer.status_code == 404
    assert answer.json["error"].startswith("a has no scalar under acc")


@pytest.mark.parametrize(
    ("parameters", "says"),
    [
        ({"smoothing": "ema:much"}, "must be a number, as in ema:0.6, not 'much'"),
        ({"smoothing": "median:3"}, "no smoothing 'median'"),
        ({"smoothing": "ema:7"}, "from 0 to below 1, not 7"),
        ({"from": "x", "to": "2"}, "from must be a finite number, not 'x'"),
        ({"from": "1"}, "both from= and to="),
        ({"columns": "-1"}, "columns must be a whole number"),
        ({"log_x": "yes"}, "log_x must be 1 or 0"),
        ({"points": "some"}, "points is one of drawn, all"),
        ({"x": "epoch"}, "no x axis 'epoch'"),
    ],
)
def test_a_parameter_that_makes_no_sense_is_400_in_a_sentence(client, store, parameters, says):
    store.put("a", {"loss": columns([1])})
    answer = get(client, **parameters)
    assert answer.status_code == 400
    assert says in answer.json["error"]
