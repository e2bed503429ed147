"""Estimators of scikit-learn, fitted for real."""

import numpy as np
import pytest
from sklearn.datasets import load_digits
from sklearn.ensemble import GradientBoostingClassifier, GradientBoostingRegressor, HistGradientBoostingClassifier
from sklearn.linear_model import LinearRegression, SGDClassifier, SGDRegressor
from sklearn.metrics import mean_absolute_error
from sklearn.model_selection import GridSearchCV
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.tree import DecisionTreeClassifier

import trainer_hooks
from tests.logged import media, rows, run_json, series, statuses, until
from trainer_hooks.sklearn import fit_partially, log_evaluation, log_fit, log_search

IMAGES, LABELS = load_digits(return_X_y=True)
IMAGES, LABELS = IMAGES[:300] / 16, LABELS[:300]


def test_partial_fits_are_seen_epoch_by_epoch(tmp_path):
    seen = []

    class Watched(SGDClassifier):
        def partial_fit(self, X, y, classes=None, sample_weight=None):  # noqa: N803 - scikit-learn's own
            seen.append(len(y))
            assert list(classes) == list(range(10))
            return super().partial_fit(X, y, classes, sample_weight)

    model = Watched(random_state=0)
    held_out = (IMAGES[200:], LABELS[200:])
    fit_partially(
        model, IMAGES[:200], LABELS[:200], 3, tmp_path / "run", validation=held_out, batch_size=64, notes="digits"
    )
    assert seen == [64, 64, 64, 8] * 3
    assert series(tmp_path / "run", "train/score")[2] == model.score(IMAGES[:200], LABELS[:200])
    assert series(tmp_path / "run", "validation/score")[2] == model.score(*held_out)
    said = run_json(tmp_path / "run")
    assert (said["notes"], said["config"]["estimator"]["class"], said["config"]["epochs"]) == ("digits", "Watched", 3)
    assert statuses(tmp_path / "run")[0]["progress"] == {"done": 3.0, "total": 3.0}


def test_an_error_in_a_partial_fit_ends_its_run_as_failed(tmp_path):
    with pytest.raises(ValueError, match="NaN"):
        fit_partially(SGDRegressor(), np.full((10, 2), np.nan), np.zeros(10), 2, tmp_path / "run")
    assert statuses(tmp_path / "run")[0]["state"] == "failed"


def test_a_request_to_stop_ends_the_loop_after_the_epoch(tmp_path):
    with trainer_hooks.init(tmp_path / "run") as run:

        class Asking(SGDRegressor):
            def partial_fit(self, X, y, sample_weight=None):  # noqa: N803 - scikit-learn's own
                until((run.path / "run.json").exists)
                (run.path / "STOP").touch()
                until(lambda: run.stop_requested)
                return super().partial_fit(X, y, sample_weight)

        fit_partially(Asking(), IMAGES, LABELS, 1000, run=run, batch_size=1000)
        assert not run.finished
    assert list(series(tmp_path / "run", "train/score")) == [0]


@pytest.mark.filterwarnings("ignore:Stochastic Optimizer")  # five epochs are no training
def test_a_fitted_network_tells_its_curves_and_parameters(tmp_path):
    network = MLPClassifier((8,), max_iter=5, early_stopping=True, random_state=0)
    model = make_pipeline(StandardScaler(), network).fit(IMAGES, LABELS)
    with trainer_hooks.init(tmp_path / "run") as run:
        log_fit(run, model)
    assert list(series(tmp_path / "run", "train/loss").values()) == network.loss_curve_
    assert list(series(tmp_path / "run", "validation/score").values()) == network.validation_scores_
    config = run_json(tmp_path / "run")["config"]
    assert config["fitted"]["n_iter_"] == 5
    assert config["estimator"]["class"] == "Pipeline"
    assert "hidden_layer_sizes" in str(config["estimator"]["steps"])


def test_boosted_trees_tell_the_score_after_each_stage(tmp_path):
    model = GradientBoostingClassifier(n_estimators=4, max_depth=2, random_state=0).fit(IMAGES[:200], LABELS[:200])
    with trainer_hooks.init(tmp_path / "classes") as run:
        log_fit(run, model, IMAGES[200:], LABELS[200:], "test")
    assert series(tmp_path / "classes", "train/loss") == dict(enumerate(model.train_score_))
    assert series(tmp_path / "classes", "test/staged_score")[3] == model.score(IMAGES[200:], LABELS[200:])
    (table,) = media(tmp_path / "classes")
    assert (table["tag"], table["kind"]) == ("feature_importance", "table")

    regressor = GradientBoostingRegressor(n_estimators=3, max_depth=2, random_state=0).fit(IMAGES, LABELS)
    scaled = make_pipeline(StandardScaler(), regressor).fit(IMAGES, LABELS)
    with trainer_hooks.init(tmp_path / "numbers") as run:
        log_fit(run, scaled, IMAGES, LABELS)
    assert series(tmp_path / "numbers", "validation/staged_score")[2] == pytest.approx(scaled.score(IMAGES, LABELS))


def test_histogram_boosting_tells_both_of_its_scores(tmp_path):
    model = HistGradientBoostingClassifier(max_iter=3, early_stopping=True, random_state=0, max_leaf_nodes=4)
    model.fit(IMAGES[:100], LABELS[:100] % 2)
    with trainer_hooks.init(tmp_path / "run") as run:
        log_fit(run, model)
    assert series(tmp_path / "run", "train/score") == dict(enumerate(model.train_score_))
    assert series(tmp_path / "run", "validation/score") == dict(enumerate(model.validation_score_))


def test_a_classifier_is_judged_by_confusion_and_curves(tmp_path):
    model = DecisionTreeClassifier(max_depth=3, random_state=0).fit(IMAGES, LABELS)
    with trainer_hooks.init(tmp_path / "ten") as run:
        log_evaluation(run, model, IMAGES, LABELS, step=4)
    assert series(tmp_path / "ten", "test/score") == {4: model.score(IMAGES, LABELS)}
    items = media(tmp_path / "ten")
    assert [item["tag"] for item in items if item["kind"] == "pr_curve"] == [f"test/pr/{digit}" for digit in range(10)]
    assert [item["kind"] for item in items].count("roc_curve") == 10
    assert [item["_step"] for item in items if item["kind"] == "confusion_matrix"] == [4]

    words = np.where(LABELS % 2, "odd", "even")
    two = DecisionTreeClassifier(max_depth=2, random_state=0).fit(IMAGES, words)
    with trainer_hooks.init(tmp_path / "two") as run:
        log_evaluation(run, two, IMAGES, words, "held_out")
    assert {item["tag"] for item in media(tmp_path / "two")} == {
        "held_out/confusion",
        "held_out/pr/odd",
        "held_out/roc/odd",
    }


def test_a_regressor_is_judged_by_its_errors(tmp_path):
    model = LinearRegression().fit(IMAGES, LABELS)
    with trainer_hooks.init(tmp_path / "run") as run:
        log_evaluation(run, model, IMAGES, LABELS)
    (row,) = rows(tmp_path / "run")
    assert row["test/mae"] == mean_absolute_error(LABELS, model.predict(IMAGES))
    assert row["test/rmse"] ** 2 == pytest.approx(np.mean((LABELS - model.predict(IMAGES)) ** 2))
    assert [item["kind"] for item in media(tmp_path / "run")] == ["histogram"]


def test_each_candidate_of_a_search_is_a_run(tmp_path):
    search = GridSearchCV(DecisionTreeClassifier(random_state=0), {"max_depth": [1, 4]}, cv=3).fit(IMAGES, LABELS)
    folders = log_search(search, tmp_path / "grid", tags=["grid"])
    assert [run_json(folder)["config"] for folder in folders] == [{"max_depth": 1}, {"max_depth": 4}]
    for place, folder in enumerate(folders):
        folds = [search.cv_results_[f"split{fold}_test_score"][place] for fold in range(3)]
        assert series(folder, "test_score") == dict(enumerate(folds))
        assert series(folder, "mean_test_score") == {3: search.cv_results_["mean_test_score"][place]}
        assert series(folder, "rank_test_score") == {3: 2 - place}


def test_a_search_is_a_table_in_an_open_run(tmp_path):
    search = GridSearchCV(DecisionTreeClassifier(random_state=0), {"max_depth": [1, 4]}, cv=2).fit(IMAGES, LABELS)
    with trainer_hooks.init(tmp_path / "run") as run:
        assert log_search(search, run=run) == []
    assert [item["tag"] for item in media(tmp_path / "run")] == ["search"]
    assert run_json(tmp_path / "run")["config"] == {"best": {"max_depth": 4}}
    with pytest.raises(TypeError, match="expected a path"):
        log_search(search)
