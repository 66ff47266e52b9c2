"""What every optimizer that ships with sightkit owes, whatever its rule."""

from __future__ import annotations

import json

import keras
import numpy as np
import pytest
import tensorflow as tf
from pydantic import ValidationError

from sightkit import Optimizer, OptimizerTask, Registry
from sightkit.training.steps.optimization import set_up

TASK = OptimizerTask(total_steps=10, steps_per_epoch=5)
FOUND = {
    found.component.name: found.component
    for found in Registry().catalogue.all(Optimizer)
    if found.origin.startswith("sightkit ")
}
NAMES = sorted(FOUND)
WITHOUT_DECAY = sorted(set(NAMES) - {"adamw"})  # Keras' AdamW insists on a number
RATES = {"adagrad": 0.1, "lamb": 0.1, "lion": 0.003, "sgd": 0.03}


def build(name: str, **params):
    """Build an optimizer as an experiment would: from JSON."""
    model = FOUND[name].params
    return FOUND[name].build(model.model_validate_json(json.dumps(params)), TASK)


def no_decay(name: str) -> dict[str, float]:
    return {key: 0.0 for key in FOUND[name].params.model_fields if key.endswith("weight_decay")}


def small_network() -> keras.Model:
    keras.utils.set_random_seed(0)
    return keras.Sequential(
        [
            keras.Input((6, 6, 1)),
            keras.layers.Conv2D(4, 3, activation="relu"),
            keras.layers.Flatten(),
            keras.layers.Dense(8, activation="relu"),
            keras.layers.Dense(3),
        ]
    )


def test_every_optimizer_that_ships_is_found():
    assert {"adagrad", "adam", "adamw", "lamb", "lion", "muon", "nadam", "rmsprop", "sgd"} <= set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_training_makes_the_loss_fall(name):
    labels = np.arange(30) % 3
    images = np.random.default_rng(0).normal(0, 0.3, (30, 6, 6, 1)).astype(np.float32)
    images[np.arange(30), 2 * labels] += 1.0
    network = small_network()
    optimizer = build(name, learning_rate=RATES.get(name, 0.01))
    variables = [variable.value for variable in network.trainable_variables]

    @tf.function
    def step() -> tf.Tensor:
        with tf.GradientTape() as tape:
            losses = tf.nn.sparse_softmax_cross_entropy_with_logits(labels, network(images, training=True))
            loss = tf.reduce_mean(losses)
        optimizer.apply(tape.gradient(loss, variables), network.trainable_variables)
        return loss

    optimizer.build(network.trainable_variables)
    losses = [float(step()) for _ in range(40)]
    assert losses[-1] < 0.3 * losses[0]


@pytest.mark.parametrize("name", NAMES)
def test_the_learning_rate_is_a_plain_variable_of_its_own(name):
    optimizer = build(name, learning_rate=0.25)
    assert float(optimizer.learning_rate.numpy()) == 0.25
    optimizer.learning_rate.assign(0.5)
    assert float(optimizer.learning_rate.numpy()) == 0.5


@pytest.mark.parametrize("name", NAMES)
def test_without_a_gradient_weights_shrink_by_decay_times_learning_rate_and_nothing_else(name):
    # Decay that is part of the gradient would pass through the averages, and make a step of another size.
    decay = dict.fromkeys(no_decay(name), 0.5)
    optimizer = build(name, learning_rate=0.1, **decay)
    weight = keras.Variable([[1.0, -2.0], [3.0, 4.0]])
    for _ in range(3):
        optimizer.apply([tf.zeros((2, 2))], [weight])
    np.testing.assert_allclose(weight.numpy(), 0.95**3 * np.array([[1, -2], [3, 4]]), rtol=1e-6)


@pytest.mark.parametrize("name", NAMES)
def test_what_training_asks_of_an_optimizer_it_does(name):
    """Clip the norm of all gradients together, and spare what is no kernel from decay."""

    def trained(gradient: float, **settings) -> list[np.ndarray]:
        kernel, bias = keras.Variable([[1.0, -2.0], [3.0, 4.0]]), keras.Variable([5.0, 6.0])
        optimizer = build(name, learning_rate=0.1, **dict.fromkeys(no_decay(name), 0.5))
        set_up(optimizer, [kernel, bias], **settings)
        optimizer.apply([tf.fill((2, 2), gradient), tf.fill((2,), 2 * gradient)], [kernel, bias])
        return [kernel.numpy(), bias.numpy()]

    decayed, spared = trained(0.0)
    np.testing.assert_allclose(decayed, 0.95 * np.array([[1, -2], [3, 4]]), rtol=1e-6)
    np.testing.assert_array_equal(spared, [5.0, 6.0])
    norm = float(np.sqrt(4 * 1 + 2 * 4))
    for clipped, small in zip(trained(1000.0, clip_norm=0.5), trained(0.5 / norm), strict=True):
        np.testing.assert_allclose(clipped, small, rtol=1e-5)


@pytest.mark.parametrize("name", WITHOUT_DECAY)
def test_no_weight_decay_is_none_at_all(name):
    assert build(name, **no_decay(name)).weight_decay is None


@pytest.mark.parametrize("name", NAMES)
def test_all_that_changes_in_training_is_among_the_optimizers_variables(name):
    """A checkpoint holds these; what is missing would make a resumed run another one."""

    def trained(steps: int, start=None):
        keras.utils.set_random_seed(0)
        weight = keras.Variable(np.ones((4, 3), np.float32))
        optimizer = build(name, learning_rate=0.1)
        optimizer.build([weight])
        if start is not None:
            for variable, value in zip([weight, *optimizer.variables], start, strict=True):
                variable.assign(value)
        first = int(optimizer.iterations.numpy())
        for step in range(first, first + steps):
            gradient = np.random.default_rng(step).normal(size=(4, 3)).astype(np.float32)
            optimizer.apply([tf.constant(gradient)], [weight])
        return [variable.numpy() for variable in [weight, *optimizer.variables]]

    for straight, resumed in zip(trained(5), trained(2, trained(3)), strict=True):
        np.testing.assert_array_equal(straight, resumed)


@pytest.mark.parametrize("name", NAMES)
def test_no_variable_of_the_model_is_counted_as_the_optimizers(name):
    network = small_network()
    optimizer = build(name)
    optimizer.build(network.trainable_variables)
    assert not {id(variable) for variable in optimizer.variables} & {id(variable) for variable in network.variables}


@pytest.mark.parametrize("name", NAMES)
def test_every_parameter_reaches_keras_under_its_own_name(name):
    given = {key: changed(key, field.default) for key, field in FOUND[name].params.model_fields.items()}
    config = build(name, **given).get_config()
    assert {key: config[key] for key in given} == {key: pytest.approx(value) for key, value in given.items()}


def changed(key: str, default):
    """Return a value that is allowed and not the default."""
    match default:
        case bool():
            return not default
        case int():
            return default + 1
        case float():
            return default / 2 or 0.25
    return ["head", "stem"]


@pytest.mark.parametrize("name", NAMES)
def test_the_defaults_are_keras_own(name):
    # But for momentum, without which nobody trains with SGD.
    found = build(name).get_config()
    own = getattr(keras.optimizers, type(build(name)).__name__, keras.optimizers.Muon)().get_config()
    differing = {key for key in own if key != "name" and found[key] != pytest.approx(own[key])}
    assert differing == ({"momentum"} if name == "sgd" else set())


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    ("key", "value"),
    [("learning_rate", 0.0), ("learning_rate", -1.0), ("weight_decay", -0.1), ("clipnorm", 1.0), ("use_ema", True)],
)
def test_what_makes_no_sense_or_belongs_to_training_is_refused(name, key, value):
    with pytest.raises(ValidationError):
        build(name, **{key: value})


@pytest.mark.parametrize(
    ("name", "key", "value"),
    [
        ("adagrad", "initial_accumulator_value", -0.1),
        ("adam", "beta_1", 1.0),
        ("adamw", "beta_2", -0.1),
        ("lamb", "epsilon", 0.0),
        ("lion", "beta_1", 0.0),
        ("muon", "exclude_layers", ["("]),
        ("muon", "ns_steps", 0),
        ("nadam", "beta_1", 1.0),
        ("rmsprop", "rho", 1.0),
        ("sgd", "momentum", 1.0),
    ],
)
def test_a_parameter_out_of_its_range_is_refused(name, key, value):
    with pytest.raises(ValidationError):
        build(name, **{key: value})
