"""An experiment from Python: override, check."""

from __future__ import annotations

import pytest

import sightkit


def test_override_returns_another_experiment() -> None:
    first = sightkit.load("digits")
    second = first.override({"optimizer.learning_rate": 3e-4, "augmentations": [{"use": "shift"}]})
    assert second.settings.optimizer.params.learning_rate == 3e-4
    assert [use.name for use in second.settings.augmentations] == ["shift"]
    assert first.settings.optimizer.params.learning_rate != 3e-4


def test_override_of_a_component_drops_the_parameters_of_the_old_one() -> None:
    settings = sightkit.load("digits").override({"optimizer.use": "sgd", "optimizer.momentum": 0.5}).settings
    assert settings.optimizer.component.name == "sgd"
    assert settings.optimizer.params.momentum == 0.5


def test_check_tells_every_mistake_at_once() -> None:
    experiment = sightkit.load("digits").override({"training.epochs": 0, "seed": -1, "not a key": 1})
    with pytest.raises(sightkit.ConfigError) as caught:
        experiment.check()
    message = str(caught.value)
    assert "override('training.epochs'): training.epochs: expected a number of at least 1, found 0" in message
    assert "override('seed'): seed" in message
    assert "override('not a key'): expected a dotted key" in message
