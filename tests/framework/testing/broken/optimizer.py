"""Optimizers that break one rule each, and are named after the check that is to catch them."""

from __future__ import annotations

import itertools

from pydantic import Field

from sightkit import Optimizer, Params, hookimpl


class OneRate(Params):
    """A learning rate."""

    learning_rate: float = Field(0.05, gt=0, description="The learning rate, before the schedule.")


def with_a_schedule_inside(params, _task):
    import keras

    return keras.optimizers.SGD(keras.optimizers.schedules.ExponentialDecay(params.learning_rate, 10, 0.5))


def optimizer(update, params, *, prepare=lambda optimizer: None):
    """Return an optimizer that changes a variable by a function of gradient and learning rate."""
    import keras

    class Own(keras.optimizers.Optimizer):
        def build(self, variables):
            super().build(variables)
            prepare(self)

        def update_step(self, gradient, variable, learning_rate):
            self.assign_sub(variable, update(self, gradient, learning_rate))

    return Own(params.learning_rate)


def in_numpy(params, _task):
    return optimizer(lambda self, gradient, rate: rate.numpy() * gradient.numpy(), params)


def uphill(params, _task):
    return optimizer(lambda self, gradient, rate: -rate * gradient, params)


def at_its_first_rate(params, _task):
    return optimizer(lambda self, gradient, rate: params.learning_rate * gradient, params)


def with_hidden_momentum(params, _task):
    import tensorflow as tf

    def prepare(self):
        self.hidden = tf.Variable(1.0)

    def update(self, gradient, rate):
        self.hidden.assign(0.8 * self.hidden)
        return rate * self.hidden * gradient

    return optimizer(update, params, prepare=prepare)


def counting_in_python(params, _task):
    steps = itertools.count(1)
    return optimizer(lambda self, gradient, rate: rate / next(steps) * gradient, params)


BROKEN = {
    "builds-a-fresh-optimizer": with_a_schedule_inside,
    "applies-compiled": in_numpy,
    "descends": uphill,
    "heeds-the-learning-rate": at_its_first_rate,
    "does-the-same-uncompiled": counting_in_python,
    "goes-on-from-its-variables": with_hidden_momentum,
}


@hookimpl
def sightkit_optimizers():
    return [Optimizer(name=name, summary="Broken.", params=OneRate, build=build) for name, build in BROKEN.items()]
