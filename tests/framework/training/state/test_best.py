"""The best weights of a training."""

from __future__ import annotations

import math

import keras
import numpy as np
import pytest

from sightkit.training.state.best import BestWeights


@pytest.fixture
def model():
    return keras.Sequential([keras.Input((2,)), keras.layers.BatchNormalization(), keras.layers.Dense(1)])


def epoch_of(model, number: int) -> None:
    """Make every weight say which epoch it is."""
    for variable in model.weights:
        variable.assign(np.full(variable.shape, number))


def go_through(model, values: list[float], *, higher_is_better: bool) -> BestWeights:
    best = BestWeights(model, higher_is_better=higher_is_better)
    for epoch, value in enumerate(values, 1):
        epoch_of(model, epoch)
        best.update(epoch, value)
    best.restore()
    return best


@pytest.mark.parametrize(
    ("values", "higher_is_better", "best_epoch"),
    [
        ([0.1, 0.3, 0.2], True, 2),
        ([0.1, 0.3, 0.2], False, 1),
        ([0.5, 0.7, 0.7, 0.6], True, 3),
        ([math.nan, 0.3, math.nan, 0.2], True, 2),
        ([math.nan, 0.3, math.nan, 0.2], False, 4),
    ],
)
def test_the_best_epoch_comes_back_with_all_its_weights(model, values, higher_is_better, best_epoch):
    best = go_through(model, values, higher_is_better=higher_is_better)
    assert best.epoch == best_epoch
    assert best.value == values[best_epoch - 1]
    for variable in model.weights:
        assert (variable.numpy() == best_epoch).all()


def test_without_a_number_the_last_weights_stay(model):
    best = go_through(model, [math.nan, math.nan], higher_is_better=True)
    assert best.epoch is None
    assert (model.weights[0].numpy() == 2).all()


def test_an_update_says_whether_it_was_the_best(model):
    best = BestWeights(model, higher_is_better=False)
    assert [best.update(epoch, value) for epoch, value in enumerate([0.3, 0.4, 0.2], 1)] == [True, False, True]
