"""The estimator among scikit-learn's own: pipelines, searches, cross-validation, calibration."""

from __future__ import annotations

import numpy as np
import pytest
from joblib import Parallel, delayed
from sklearn import config_context
from sklearn.base import clone
from sklearn.calibration import CalibratedClassifierCV
from sklearn.ensemble import BaggingClassifier
from sklearn.metrics import get_scorer
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


def test_fits_in_threads_are_what_each_is_alone(fitted, task):
    fits = [delayed(clone(fitted).fit)(task.images, task.labels) for _ in range(2)]
    for each in Parallel(n_jobs=2, prefer="threads")(fits):
        assert (each.predict_proba(task.images) == fitted.predict_proba(task.images)).all()


def test_a_misspelt_key_ends_a_search_before_anything_is_trained(build, task):
    search = GridSearchCV(build(), {"optimizer__learning_rat": [1e-3, 1e-1]}, cv=2)
    with pytest.raises(ValueError, match=r"did you mean optimizer__learning_rate\?"):
        search.fit(task.images, task.labels)


def test_weights_are_routed_to_those_who_ask_for_them(build, task):
    weights = (task.labels != "top") + 1e-12
    with config_context(enable_metadata_routing=True):
        steps = make_pipeline(FunctionTransformer(), build(epochs=1).set_fit_request(sample_weight=True))
        routed = steps.fit(task.images, task.labels, sample_weight=weights)
    alone = build(epochs=1).fit(task.images, task.labels, sample_weight=weights)
    assert (routed.predict_proba(task.images) == alone.predict_proba(task.images)).all()


def test_scorers_find_what_they_ask_for(fitted, task):
    for name in ("roc_auc_ovr", "neg_log_loss", "accuracy"):
        assert get_scorer(name)(fitted, task.images, task.labels) > -0.5
    found = cross_validate(fitted, task.images, task.labels == "top", cv=2, scoring="roc_auc", return_estimator=True)
    assert min(found["test_score"]) > 0.9
    assert [each.n_features_in_ for each in found["estimator"]] == [54, 54]
