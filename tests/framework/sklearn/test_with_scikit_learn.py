"""The estimator among scikit-learn's own: pipelines, searches, cross-validation, calibration."""

from __future__ import annotations

import numpy as np
from sklearn.calibration import CalibratedClassifierCV
from sklearn.ensemble import BaggingClassifier
from sklearn.model_selection import GridSearchCV, cross_val_score
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
