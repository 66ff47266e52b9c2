"""The values of many variables at once."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf

from sightkit import ArtefactError
from sightkit.training.devices.replicas import Replicas
from sightkit.training.state.variables import give, weights_digest
from sightkit.training.state.variables import take as take_from


def take(groups: dict[str, list[Any]]) -> dict[str, Any]:
    return take_from(groups, Replicas())


def groups(build, *, seed: int = 0) -> dict[str, list[Any]]:
    model = build(seed)
    optimizer = keras.optimizers.AdamW(0.1)
    optimizer.build(model.trainable_variables)
    averages = [tf.Variable(variable.value) for variable in model.trainable_variables]
    return {"model": model.variables, "optimizer": optimizer.variables, "average": averages}


def test_what_was_taken_is_given_to_others_bit_for_bit(build):
    first, second = groups(build, seed=1), groups(build, seed=2)
    taken = take(first)
    assert not same(taken, take(second))
    give(second, taken, Replicas())
    assert same(taken, take(second))


def same(first: dict[str, Any], second: dict[str, Any]) -> bool:
    return first.keys() == second.keys() and all((first[name] == second[name]).all() for name in first)


def test_everything_that_a_model_remembers_is_taken(build):
    taken = take(groups(build))
    kinds = {(value.dtype.kind, value.shape) for value in taken.values()}
    assert {("i", (2,)), ("u", (2,))} & kinds, "the state of dropout's seeds"
    assert ("i", ()) in kinds, "the optimizer's count of steps"
    # convolution 2, BatchNorm 4, dropout 1, dense 2; AdamW's two moments of 6, its count and its rate; 6 averages
    assert len(taken) == 9 + 14 + 6


def test_names_do_not_depend_on_what_the_process_has_built_before(build):
    first = take(groups(build))
    keras.layers.Dense(3)
    assert list(take(groups(build))) == list(first)


def test_what_was_taken_does_not_change_with_the_variable():
    variable = tf.Variable([1.0, 2.0])
    taken = take({"model": [variable]})
    variable.assign([3.0, 4.0])
    np.testing.assert_array_equal(taken["model/00000"], [1.0, 2.0])


@pytest.mark.parametrize(
    ("value", "found"),
    [
        (np.zeros((3, 2), np.float32), r"float32 \(3, 2\)"),
        (np.zeros((2, 3), np.float64), r"float64 \(2, 3\)"),
        (None, "nothing"),
    ],
)
def test_values_of_other_variables_are_refused_and_nothing_is_changed(value, found):
    variables = [tf.Variable([1.0]), tf.Variable(tf.zeros((2, 3)))]
    values = {"model/00000": np.array([5.0], np.float32)} | ({} if value is None else {"model/00001": value})
    with pytest.raises(ArtefactError, match=rf"^model/00001 .*expected float32 \(2, 3\), found {found}; "):
        give({"model": variables}, values, Replicas())
    np.testing.assert_array_equal(variables[0].numpy(), [1.0])


def test_the_digest_is_equal_for_equal_weights_only(build):
    first, second = build(1), build(1)
    assert weights_digest(first) == weights_digest(second)
    kernel = second.weights[0]
    kernel.assign(np.nextafter(kernel.numpy(), np.float32(2)))
    assert weights_digest(first) != weights_digest(second)
