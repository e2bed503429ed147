"""`GET /api/v1/evaluation/...`: what the evaluation page is drawn from."""

import csv

import pytest

from app.readers.contract import MediaItem

COUNTED = {
    "true_positives": [4.0, 3.0, 0.0],
    "false_positives": [6.0, 1.0, 0.0],
    "true_negatives": [0.0, 5.0, 6.0],
    "false_negatives": [0.0, 1.0, 4.0],
    "thresholds": [0.0, 0.5, 1.0],
}


def curve(step, tag="pr/0", kind="pr_curve", **more):
    return MediaItem(tag, kind, step, 1.5, None, "application/json", meta={**COUNTED, **more})


def matrix(step, counts=((5, 1), (2, 2)), labels=("cat", "dog")):
    meta = {"labels": list(labels), "counts": [list(row) for row in counts]}
    return MediaItem("cm", "confusion_matrix", step, 1.5, None, "application/json", meta=meta)


@pytest.fixture
def asked(client, store):
    store.put(
        "a",
        media={
            "pr/0": [curve(0), curve(10, precision=[0.4, 0.75, 0.0])],
            "pr/1": [curve(10, tag="pr/1", kind="roc_curve")],
            "cm": [matrix(0), matrix(20, ((6, 0), (0, 4))), matrix(10), matrix(20, ((6, 0), (1, 3)))],
            "text": [MediaItem("text", "text", 0, 1.5, None, "text/plain", text="no curve")],
        },
    )
    return lambda name, **query: client.get(f"/api/v1/evaluation/{name}", query_string={"run": "a"} | query)


def test_several_curves_come_in_one_answer_with_their_areas(asked):
    told = asked("curves", tag=["pr/0", "pr/1"], at=[1, 0]).json["curves"]
    assert [one["step"] for one in told] == [10, 10]
    assert told[0]["precision"] == [0.4, 0.75, None]
    assert told[0]["average_precision"] == pytest.approx(0.25 * 0.4 + 0.75 * 0.75)
    assert told[1]["roc_area"] == pytest.approx(0.5 * 0.75 / 6 + 0.5 * (0.75 + 1) * 5 / 6)
    assert (told[0]["best_f1"], told[0]["best_threshold"], told[0]["base_rate"]) == (0.75, 0.5, 0.4)
    assert told[0]["false_positive_rate"][0] == 1


def test_a_curve_of_many_points_is_drawn_from_some_and_keeps_its_best(client, store):
    size = 20_001
    many = {name: [float(i) for i in range(size, 0, -1)] for name in ("true_positives", "false_positives")}
    many |= {name: [float(i) for i in range(size)] for name in ("true_negatives", "false_negatives")}
    store.put("a", media={"pr/0": [curve(0, thresholds=[i / size for i in range(size)], **many)]})
    told = client.get("/api/v1/evaluation/curves", query_string={"run": "a", "tag": "pr/0", "at": 0}).json["curves"][0]
    assert told["points"] == size
    assert 400 < len(told["threshold"]) <= 501
    assert told["threshold"][0] == 0
    assert max(told["f1"]) == pytest.approx(told["best_f1"], rel=1e-5)


def test_a_matrix_comes_with_the_scores_of_its_classes_and_its_worst_errors(asked):
    told = asked("matrix", tag="cm", at=0).json
    assert (told["labels"], told["counts"], told["accuracy"]) == (["cat", "dog"], [[5, 1], [2, 2]], 0.7)
    assert told["classes"]["recall"] == [0.833333, 0.5]
    assert told["classes"]["support"] == [6, 4]
    assert told["worst"] == [[1, 0], [0, 1]]


def test_scores_over_the_steps_leave_out_what_was_logged_again(asked):
    told = asked("scores", tag="cm").json
    assert (told["total"], told["step"]) == (4, [0, 10, 20])
    assert told["scores"]["accuracy"] == [0.7, 0.7, 0.9]
    curves = asked("scores", tag="pr/0").json
    assert curves["step"] == [0, 10]
    assert list(curves["scores"]) == ["average_precision", "roc_area", "best_f1"]


def test_what_is_drawn_can_be_had_as_csv(asked):
    rows = list(csv.DictReader(asked("csv", tag="pr/0", at=0).text.splitlines()))
    assert [row["threshold"] for row in rows] == ["0", "0.5", "1"]
    assert [row["precision"] for row in rows] == ["0.4", "0.75", ""]
    assert rows[1]["true_positives"] == "3"
    assert asked("csv", tag="cm", at=0).text.splitlines()[1:] == ["cat,5,1", "dog,2,2"]
    assert asked("csv", tag="cm").text.splitlines()[0] == "step,wall_time,accuracy,macro_f1,balanced_accuracy"
    assert asked("csv", tag="pr/0").mimetype == "text/csv"
    assert 'filename="tailboard-a-cm-step-0.csv"' in asked("csv", tag="cm", at=0).headers["Content-Disposition"]


def test_labels_that_a_spreadsheet_would_run_are_kept_from_it(client, store):
    store.put("a", media={"cm": [matrix(0, labels=("=cmd()", "a, b"))]})
    text = client.get("/api/v1/evaluation/csv", query_string={"run": "a", "tag": "cm", "at": 0}).text
    assert [line.split(",", 1)[0] for line in text.splitlines()[1:]] == ["'=cmd()", '"a']


def test_a_matrix_that_cannot_be_drawn_says_why(client, store):
    store.put("a", media={"cm": [matrix(0, ((1, 2, 3), (4, 5, 6)))]})
    answer = client.get("/api/v1/evaluation/matrix", query_string={"run": "a", "tag": "cm", "at": 0})
    assert answer.status_code == 404
    assert "as many rows as columns" in answer.json["error"]
    scores = client.get("/api/v1/evaluation/scores", query_string={"run": "a", "tag": "cm"}).json
    assert scores["scores"]["accuracy"] == [None]


@pytest.mark.parametrize(
    ("name", "parameters", "status", "words"),
    [
        ("curves", {"tag": "text", "at": 0}, 404, "no pr_curve or roc_curve under text"),
        ("curves", {"tag": "pr/0"}, 400, "pairs of tag= and at="),
        ("curves", {"tag": "pr/0", "at": "x"}, 400, "pairs of tag= and at="),
        ("curves", {"tag": ["pr/0"] * 101, "at": [0] * 101}, 400, "1 to 100 pairs"),
        ("curves", {"tag": "pr/0", "at": 2}, 404, "none at place 2"),
        ("matrix", {"tag": "pr/0", "at": 0}, 404, "no confusion_matrix under pr/0"),
        ("matrix", {"run": "b", "tag": "cm"}, 404, "no run 'b'"),
        ("scores", {"tag": "cm", "steps": 1}, 400, "steps must be from 2"),
        ("csv", {"tag": "cm", "at": 9}, 404, "none at place 9"),
    ],
)
def test_a_question_that_makes_no_sense_is_answered_in_a_sentence(asked, name, parameters, status, words):
    answer = asked(name, **parameters)
    assert answer.status_code == status
    assert words in answer.json["error"]
