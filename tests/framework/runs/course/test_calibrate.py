"""Calibration of a run's probabilities."""

from __future__ import annotations

import numpy as np
import pytest

import sightkit


def log_loss(predictions):
    return -np.log(predictions.probabilities[np.arange(len(predictions.labels)), predictions.labels]).mean()


def test_one_temperature_is_fitted_recorded_and_applied_to_every_split(load, tmp_path, source):
    plain = load().run(runs_dir=tmp_path)
    calibrated = load(calibration__use="temperature").run(runs_dir=tmp_path)
    assert "calibration" not in plain.manifest
    recorded = calibrated.manifest["calibration"]
    assert recorded["use"] == "temperature"
    assert recorded["problem"] is None
    assert recorded["fitted_on"] == {"split": "validation", "images": 14}
    assert recorded["temperature"] != 1
    for split, before in plain.predictions.items():
        after = calibrated.predictions[split]
        np.testing.assert_array_equal(before.probabilities.argmax(1), after.probabilities.argmax(1))
        powers = before.probabilities ** (1 / recorded["temperature"])
        np.testing.assert_allclose(after.probabilities, powers / powers.sum(1, keepdims=True), rtol=1e-6)
    before, after = (log_loss(run.predictions["validation"]) for run in (plain, calibrated))
    assert recorded["log_loss"] == {"before": pytest.approx(before), "after": pytest.approx(after)}
    assert after <= before
    assert "calibrated: temperature" in (calibrated.path / "log.txt").read_text()


def test_without_a_validation_split_it_is_refused_before_anything_is_written(load, tmp_path):
    experiment = load(calibration__use="temperature", split__validation=0.0, training__monitor="loss")
    with pytest.raises(sightkit.ConfigError, match=r"calibration.use.*validation split, and there is none"):
        experiment.run(runs_dir=tmp_path / "runs")
    assert not (tmp_path / "runs").exists()


def test_an_unknown_method_is_told_with_its_place(load):
    with pytest.raises(sightkit.ConfigError, match=r"calibration\.use: .*expected .*\"temperature\""):
        load(calibration__use="platt").check()
