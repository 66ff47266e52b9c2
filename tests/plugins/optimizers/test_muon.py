"""Muon, and which variables of a classifier it is for."""

from __future__ import annotations

import keras
import numpy as np
import pytest
import tensorflow as tf

from sightkit import OptimizerTask
from sightkit_plugins.optimizers.muon import MuonParams, build_muon

TASK = OptimizerTask(total_steps=10, steps_per_epoch=5)
RATE = 0.1


def network() -> keras.Model:
    keras.utils.set_random_seed(0)
    layers = keras.layers
    images = keras.Input((9, 9, 2))
    maps = layers.DepthwiseConv2D(3, name="depthwise")(layers.Conv2D(8, 3, name="stem")(images))
    features = layers.GlobalAveragePooling2D()(layers.BatchNormalization(name="norm")(maps))
    return keras.Model(images, layers.Dense(3, name="head")(layers.Dense(6, name="hidden")(features)))


def first_changes(model: keras.Model, **params) -> dict[str, np.ndarray]:
    """How each variable changes in the first step, by its path."""
    settings = {"learning_rate": RATE, "weight_decay": 0.0, "adam_weight_decay": 0.0, "rms_rate": 0.0, **params}
    optimizer = build_muon(MuonParams.model_validate(settings), TASK)
    variables = model.trainable_variables
    before = [variable.numpy() for variable in variables]
    generator = np.random.default_rng(0)
    gradients = [tf.constant(generator.normal(size=variable.shape), tf.float32) for variable in variables]
    optimizer.apply(gradients, variables)
    return {variable.path: variable.numpy() - old for variable, old in zip(variables, before, strict=True)}


def is_adams(change: np.ndarray) -> bool:
    """Adam's first step is as long as the learning rate for every weight."""
    return np.allclose(np.abs(change), RATE, rtol=1e-2)


def singular_values(change: np.ndarray) -> np.ndarray:
    return np.linalg.svd(change.reshape(-1, change.shape[-1]), compute_uv=False)


@pytest.mark.parametrize("path", ["stem/kernel", "hidden/kernel"])
def test_kernels_of_hidden_layers_get_nearly_orthogonal_updates(path):
    values = singular_values(first_changes(network(), ns_steps=10)[path]) / RATE
    # The iteration's coefficients leave them between about 0.7 and 1.2.
    assert values.min() > 0.6
    assert values.max() < 1.3


def test_everything_else_is_adamws_the_head_and_depthwise_kernels_too():
    changes = first_changes(network())
    adams = {path for path, change in changes.items() if is_adams(change)}
    assert adams == set(changes) - {"stem/kernel", "hidden/kernel"}
    assert {"head/kernel", "depthwise/kernel", "norm/gamma", "hidden/bias"} <= adams


def test_a_head_alone_as_in_a_frozen_stage_is_adamws():
    head = keras.Sequential([keras.Input((5,)), keras.layers.Dense(3, name="head")])
    assert all(is_adams(change) for change in first_changes(head).values())


def test_excluded_layers_are_adamws():
    changes = first_changes(network(), exclude_layers=("^stem/", "hid+en"))
    assert all(map(is_adams, changes.values()))


def test_rms_rate_is_the_size_of_an_update():
    changes = first_changes(network(), rms_rate=0.2)
    for path in ("stem/kernel", "hidden/kernel"):
        assert np.sqrt(np.mean(changes[path] ** 2)) == pytest.approx(0.2 * RATE, rel=0.3)


def test_a_convolution_is_updated_as_the_matrix_from_its_window_to_its_outputs():
    generator = np.random.default_rng(1)
    kernel, gradient = generator.normal(size=(2, 3, 3, 2, 5)).astype(np.float32)
    head = np.ones((2, 2), np.float32)
    changes = []
    for shape in [(3, 3, 2, 5), (18, 5)]:
        weight, last = keras.Variable(kernel.reshape(shape)), keras.Variable(head)
        build_muon(MuonParams(), TASK).apply([tf.constant(gradient.reshape(shape)), tf.ones((2, 2))], [weight, last])
        changes.append(weight.numpy().reshape(18, 5))
    np.testing.assert_array_equal(*changes)


def test_hidden_matrices_are_updated_as_by_keras_itself():
    ours, keras_own = network(), network()
    for model, optimizer in [
        (ours, build_muon(MuonParams(), TASK)),
        (keras_own, keras.optimizers.Muon(exclude_layers=["head", "stem"])),
    ]:
        generator = np.random.default_rng(0)
        variables = model.trainable_variables
        for _ in range(3):
            gradients = [tf.constant(generator.normal(size=variable.shape), tf.float32) for variable in variables]
            optimizer.apply(gradients, variables)
    for name in ("hidden", "head", "depthwise"):
        for one, other in zip(ours.get_layer(name).weights, keras_own.get_layer(name).weights, strict=True):
            np.testing.assert_array_equal(one.numpy(), other.numpy())


def test_both_kinds_of_decay_may_be_left_out():
    optimizer = build_muon(MuonParams(weight_decay=0.0, adam_weight_decay=0.0, rms_rate=0.0), TASK)
    assert [optimizer.weight_decay, optimizer.adam_weight_decay, optimizer.rms_rate] == [None, None, None]


def test_each_kind_of_decay_is_for_what_its_optimizer_updates():
    model = network()
    before = {variable.path: variable.numpy() for variable in model.trainable_variables}
    optimizer = build_muon(MuonParams(learning_rate=0.1, weight_decay=0.5, adam_weight_decay=0.0), TASK)
    optimizer.apply([tf.zeros(variable.shape) for variable in model.trainable_variables], model.trainable_variables)
    for variable in model.trainable_variables:
        kept = 0.95 if variable.path in {"stem/kernel", "hidden/kernel"} else 1.0
        np.testing.assert_allclose(variable.numpy(), kept * before[variable.path], rtol=1e-6)
