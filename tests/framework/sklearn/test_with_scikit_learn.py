"""The estimator among scikit-learn's own: pipelines, searches, cross-validation, calibration."""

from __future__ import annotations

import numpy as np
import pytest
from joblib import parallel_config
from sklearn import config_context
from sklearn.calibration import CalibratedClassifierCV
from sklearn.ensemble import BaggingClassifier
from sklearn.model_selection import GridSearchCV, cross_val_score, cross_validate
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler


def test_a_search_finds_the_better_parameter_of_a_component(build, task):
    grid = {"optimizer__learning_rate": [1e-50, 1e-2], "epochs": [3]}
    search = GridSearchCV(build(), grid, cv=2, error_score="raise").fit(task.images, task.labels)
    assert search.best_params_ == {"optimizer__learning_rate": 1e-2, "epochs": 3}
    assert search.best_score_ > 0.8
    assert search.predict(task.images[:2]).tolist() == search.best_estimator_.predict(task.images[:2]).tolist()


def test_flat_rows_go_through_a_pipeline_and_are_cross_validated(build, task):
    steps = make_pipeline(StandardScaler(), build(image_shape=(9, 6), value_range=(-3, 3)))
    assert cross_val_score(steps, task.rows, task.labels, cv=2).min() > 0.7


def test_a_pipeline_passes_keys_and_weights_on(build, task):
    steps = make_pipeline(FunctionTransformer(), build(epochs=1))
    steps.set_params(imageclassifier__optimizer__learning_rate=0.5)
    steps.fit(task.images, task.labels, imageclassifier__sample_weight=np.ones(60))
    assert steps[-1].history_[0]["learning_rate"] == 0.5


def test_probabilities_can_be_calibrated(build, task):
    calibrated = CalibratedClassifierCV(build(image_shape=(9, 6)), cv=2, ensemble=False).fit(task.rows, task.labels)
    np.testing.assert_allclose(calibrated.predict_proba(task.rows).sum(axis=1), 1)
    assert calibrated.score(task.rows, task.labels) > 0.8


def test_samples_that_bagging_draws_twice_are_no_duplicates_to_complain_of(build, task, caplog):
    bagging = BaggingClassifier(build(image_shape=(9, 6)), n_estimators=5, random_state=0).fit(task.rows, task.labels)
    assert bagging.score(task.rows, task.labels) > 0.8
    assert "retracing" not in caplog.text  # each estimator has functions of its own, and TensorFlow knows it


def test_a_search_in_threads_finds_what_one_alone_finds(build, task):
    search = GridSearchCV(build(epochs=2), {"optimizer__learning_rate": [1e-3, 1e-1]}, cv=2, refit=False)
    alone = search.fit(task.images, task.labels).cv_results_["mean_test_score"].tolist()
    with parallel_config("threading", n_jobs=2):
        assert search.fit(task.images, task.labels).cv_results_["mean_test_score"].tolist() == alone


def test_a_misspelt_key_ends_a_search_before_anything_is_trained(build, task):
    search = GridSearchCV(build(), {"optimizer__learning_rat": [1e-3, 1e-1]}, cv=2)
    with pytest.raises(ValueError, match=r"did you mean optimizer__learning_rate\?"):
        search.fit(task.images, task.labels)


def test_weights_are_routed_to_those_who_ask_for_them(build, task):
    with config_context(enable_metadata_routing=True):
        estimator = build(epochs=1).set_fit_request(sample_weight=True).set_score_request(sample_weight=True)
        steps = make_pipeline(FunctionTransformer(), estimator)
        only = steps.fit(task.images, task.labels, sample_weight=(task.labels != "top") + 1e-12)
        found = cross_validate(steps, task.images, task.labels, cv=2, params={"sample_weight": np.ones(60)})
    assert len(found["test_score"]) == 2
    alone = build(epochs=1).fit(task.images, task.labels, sample_weight=(task.labels != "top") + 1e-12)
    assert (only.predict_proba(task.images) == alone.predict_proba(task.images)).all()


def test_scorers_and_estimators_of_folds_are_there(build, task):
    scoring = ["roc_auc_ovr", "neg_log_loss", "accuracy"]
    found = cross_validate(build(), task.images, task.labels, cv=2, scoring=scoring, return_estimator=True)
    assert min(found["test_roc_auc_ovr"]) > 0.9
    assert [each.n_features_in_ for each in found["estimator"]] == [54, 54]
    binary = cross_validate(build(), task.images, task.labels == "top", cv=2, scoring=["roc_auc", "average_precision"])
    assert min(binary["test_roc_auc"]) > 0.9
