from app.readers.contract import RunInfo
from tests.arrays import columns


def test_every_run_is_told_with_its_settings_and_what_came_of_it(client, store):
    store.put("a", {"val/acc": columns([0.1, 0.8, 0.7])}, info=RunInfo("a", config={"lr": 0.1}))
    store.put("b", {"val/acc": columns([0.25])}, info=RunInfo("b", config={"lr": 0.2, "opt": "sgd"}))
    told = client.get("/api/v1/hparams?figure=last").json
    outcomes = zip(told["values"], told["steps"], strict=True)
    assert dict(zip(told["runs"], outcomes, strict=True)) == {"a": (0.7, 2), "b": (0.25, 0)}
    assert (told["metric"], told["better"], told["metrics"]) == ("val/acc", "max", [{"tag": "val/acc", "runs": 2}])
    assert {one["name"]: (one["number"], one["differs"]) for one in told["parameters"]} == {
        "lr": (True, True),
        "opt": (False, True),
    }


def test_a_question_that_makes_no_sense_is_answered_in_words(client, store):
    store.put("a", {"loss": columns([1.0])})
    assert "best, last, min, max" in client.get("/api/v1/hparams?figure=median").json["error"]
    assert client.get("/api/v1/hparams?better=up").status_code == 400
