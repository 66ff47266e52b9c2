"""Architectures that break one rule each, and are named after the check that is to catch them."""

from __future__ import annotations

import itertools

from sightkit import Architecture, Params, hookimpl


class Nothing(Params):
    """No parameters."""


def network(task, *, inside=lambda values: values, at_the_end=lambda logits: logits, **dense):
    """Return a small network with something in its middle, and something behind its logits."""
    import keras

    images = keras.Input(task.image_shape)
    values = keras.layers.Dense(4)(keras.layers.Flatten()(images))
    logits = keras.layers.Dense(task.num_classes, **dense)(inside(values))
    return keras.Model(images, at_the_end(logits))


def with_a_softmax(_params, task):
    return network(task, activation="softmax")


def of_nothing(_params, task):
    import keras

    return network(task, at_the_end=lambda logits: logits + keras.ops.log(0.0 * logits))


def with_a_softmax_by_hand(_params, task):
    import keras

    def softmax(logits):
        odds = keras.ops.exp(logits)
        return odds / keras.ops.sum(odds, axis=-1, keepdims=True)

    return network(task, at_the_end=softmax)


def divided_by_the_contrast(_params, task):
    import keras
    import numpy as np

    with np.errstate(divide="ignore"):
        scale = 1 / np.array(task.channel_std, np.float32)
    images = keras.Input(task.image_shape)
    values = keras.layers.Flatten()(images * scale)
    return keras.Model(images, keras.layers.Dense(task.num_classes)(values))


def for_squares(_params, task):
    height, width, _ = task.image_shape
    if height != width:
        message = "not a square"
        raise ValueError(message)
    return network(task)


SEEDS = itertools.count()


def with_seeds_of_its_own(_params, task):
    import keras

    return network(task, kernel_initializer=keras.initializers.RandomNormal(seed=next(SEEDS)))


def by_the_mean_of_the_batch(_params, task):
    import keras

    return network(task, inside=lambda values: values - keras.ops.mean(values, axis=0, keepdims=True))


def with_an_unknown_layer(_params, task):
    import keras

    class Doubled(keras.layers.Layer):
        def call(self, values):
            return 2 * values

    return network(task, inside=Doubled())


def with_a_restless_layer(_params, task):
    import keras

    @keras.saving.register_keras_serializable(package="sightkit-tests")
    class Restless(keras.layers.Layer):
        def build(self, shape):
            self.seen = self.add_weight(shape=(), initializer="zeros", trainable=False)

        def call(self, values):
            self.seen.assign_add(1.0)
            return values

    return network(task, inside=Restless())


def cut_off(_params, task):
    import keras

    return network(task, inside=keras.ops.stop_gradient)


BROKEN = {
    "builds": with_a_softmax,
    "makes-finite-logits": of_nothing,
    "gives-logits-and-not-probabilities": with_a_softmax_by_hand,
    "copes-with-channels-that-never-change": divided_by_the_contrast,
    "builds-at-other-shapes-or-refuses-clearly": for_squares,
    "is-built-alike-under-a-seed": with_seeds_of_its_own,
    "judges-each-image-by-itself": by_the_mean_of_the_batch,
    "saves-and-loads": with_an_unknown_layer,
    "frozen-stays-frozen": with_a_restless_layer,
    "gradients-reach-every-trainable-variable": cut_off,
}


@hookimpl
def sightkit_architectures():
    return [Architecture(name=name, summary="Broken.", params=Nothing, build=build) for name, build in BROKEN.items()]
