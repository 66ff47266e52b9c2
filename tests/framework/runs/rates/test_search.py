"""The learning-rate range test: it trains as a run does, ends where that diverges, and leaves nothing behind."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import sightkit
from sightkit.runs.display import Display

UNMOVED = {"low": 1e-30, "high": 2e-30}
"""Rates at which float32 weights stay what they are."""


def test_rates_rise_by_equal_factors_until_training_diverges(load):
    found = load().find_learning_rate(steps=80, low=1e-5, high=1e4)
    assert found.diverged
    assert 20 < len(found.rates) == len(found.losses) == len(found.smoothed) < 80
    assert found.rates[0] == pytest.approx(1e-5)
    np.testing.assert_allclose(found.rates[1:] / found.rates[:-1], 1e9 ** (1 / 79))
    assert found.rates.dtype == found.losses.dtype == np.float64
    assert np.isfinite(found.losses).all()


def test_the_suggestion_learns_and_much_more_does_not(load, tmp_path: Path):
    found = load().find_learning_rate(steps=100)
    assert found.suggestion is not None
    assert found.current == 0.01
    losses = {
        factor: load(optimizer__learning_rate=found.suggestion * factor, training__epochs=6)
        .run(runs_dir=tmp_path)
        .history[-1]["loss"]
        for factor in (0.001, 1, 300)
    }
    assert losses[1] < min(losses[0.001], losses[300])


def test_a_rate_that_is_cut_off_too_early_still_falls(load):
    experiment = load(training__batch_size=60)
    assert experiment.find_learning_rate(steps=60, high=3e-3).still_falls
    assert not experiment.find_learning_rate(steps=60, high=1e4).still_falls


def test_the_losses_are_those_of_a_run(load, tmp_path: Path):
    experiment = load(training__drop_last=True, augmentations=[{"use": "noise"}])
    losses = experiment.find_learning_rate(steps=20, **UNMOVED).losses
    history = experiment.override({"optimizer.learning_rate": 1e-30}).run(runs_dir=tmp_path).history
    for epoch, row in enumerate(history):
        assert losses[5 * epoch : 5 * epoch + 5].mean() == pytest.approx(row["loss"], rel=1e-6)


def test_losses_do_not_depend_on_the_number_of_steps_a_call(load, monkeypatch: pytest.MonkeyPatch):
    losses = []
    for seconds in (0.0, 1e9):
        monkeypatch.setattr("sightkit.training.loop.pace.SECONDS_PER_CALL", seconds)
        losses.append(load().find_learning_rate(steps=40, low=1e-4, high=1e3).losses)
    assert len(losses[0]) < 40
    np.testing.assert_array_equal(*losses)


def test_with_accumulation_a_loss_is_that_of_all_batches_of_an_update(load):
    alone = load().find_learning_rate(steps=60, **UNMOVED).losses
    together = load(training__accumulate=3).find_learning_rate(steps=20, **UNMOVED).losses
    np.testing.assert_allclose(together, alone.reshape(20, 3).mean(axis=1))


def test_with_accumulation_the_rate_stays_until_the_weights_are_updated(source):
    import keras

    def linear(_task: sightkit.ArchitectureTask) -> keras.Model:
        return keras.Sequential([keras.Input((8, 8, 1)), keras.layers.Flatten(), keras.layers.Dense(3)])

    losses = []
    for training in ({"batch_size": 72}, {"batch_size": 36, "accumulate": 2}):
        values = {"split": {"test": 0.2, "validation": 0.0}, "training": training}
        experiment = sightkit.load(values, dataset=source, architecture=linear)
        losses.append(experiment.find_learning_rate(steps=30, low=1e-4, high=1.0).losses)
    np.testing.assert_allclose(*losses, rtol=1e-3)
    assert losses[0].max() > 1.5 * losses[0].min()


def test_a_training_that_diverges_at_once_is_an_error(load):
    with pytest.raises(sightkit.DivergedError, match="lower the learning rate"):
        load(optimizer__use="sgd").find_learning_rate(low=1e20, high=1e30)


def test_a_later_stage_starts_from_what_those_before_have_learned(load):
    stages = [{"epochs": 20}, {"epochs": 1, "freeze": "backbone", "optimizer": {"learning_rate": 1e-4}}]
    experiment = load(training__stages=stages)
    first, second = (experiment.find_learning_rate(stage=stage, steps=20, **UNMOVED) for stage in (1, 2))
    assert second.losses.mean() < 0.8 * first.losses.mean()
    assert (second.title, second.key, second.current) == (
        "tiny, stage 2",
        "training.stages.1.optimizer.learning_rate",
        1e-4,
    )
    assert load().find_learning_rate(steps=20, **UNMOVED).key == "optimizer.learning_rate"


def test_a_stage_with_cached_features_is_tried_on_images(load, tmp_path: Path):
    stages = [{"epochs": 1, "freeze": "backbone", "cache_features": "on"}]
    found = load(training__stages=stages, training__batch_size=60).find_learning_rate(cache_dir=tmp_path, steps=60)
    assert found.suggestion is not None
    assert not (tmp_path / "features").exists()


def test_a_model_that_was_handed_over_is_as_it_was(source):
    import keras

    lower = [keras.layers.BatchNormalization(name="norm"), keras.layers.Dropout(0.5)]
    upper = [keras.layers.Flatten(name="flatten"), keras.layers.Dense(3)]
    model = keras.Sequential([keras.Input((8, 8, 1)), *lower, *upper])
    before = [variable.numpy() for variable in model.variables]
    values = {"training": {"batch_size": 10, "stages": [{"epochs": 1}, {"epochs": 1, "freeze": "below:flatten"}]}}
    found = sightkit.load(values, dataset=source, architecture=model).find_learning_rate(stage=2, steps=30)
    assert found.losses.std() > 0
    for variable, value in zip(model.variables, before, strict=True):
        np.testing.assert_array_equal(variable.numpy(), value)
    assert model.get_layer("norm").trainable
    assert getattr(model, "optimizer", None) is None


def test_nothing_is_written(load, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    load().find_learning_rate(steps=20, **UNMOVED)
    assert not list(tmp_path.iterdir())


def test_whoever_watches_sees_each_rate_that_is_tried(load, one_step_a_call):
    seen = []

    class Watching(Display):
        def searching(self, done: int, total: int, *, rate: float, loss: float) -> None:
            seen.append((done, total, rate, loss))

    found = load().find_learning_rate(steps=20, **UNMOVED, display=Watching())
    assert [done for done, *_ in seen] == list(range(1, 21))
    assert [rate for *_, rate, _ in seen] == pytest.approx(list(found.rates))
    assert [loss for *_, loss in seen] == pytest.approx(list(found.smoothed))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"stage": 0}, "stage: expected a number from 1 to 1, as many as the training has stages, found 0"),
        ({"stage": 2}, "stage: expected a number from 1 to 1"),
        ({"steps": 19}, "steps: expected at least 20, found 19"),
        ({"low": 0.0}, "low, high: expected two learning rates, 0 < low < high, found 0 and 10"),
        ({"low": 1.0, "high": 1.0}, "found 1 and 1"),
        ({"high": float("inf")}, "found 1e-06 and inf"),
        ({"low": float("nan")}, "found nan and 10"),
    ],
)
def test_arguments_that_find_nothing_are_refused(load, arguments, message):
    with pytest.raises(sightkit.ConfigError, match=message):
        load().find_learning_rate(**arguments)
