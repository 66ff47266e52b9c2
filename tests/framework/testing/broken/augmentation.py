"""Augmentations that break one rule each, and are named after the check that is to catch them."""

from __future__ import annotations

import time

from sightkit import Augmentation, Mixing, Params, Pointwise, hookimpl, uniform


class Nothing(Params):
    """No parameters."""


def dimmed(images, seeds):
    return images * uniform(seeds, 0.5, 1.0, shape=(1, 1, 1))


def a_bare_function(_params, _task):
    return dimmed


def with_an_if(_params, _task):
    import tensorflow as tf

    return Pointwise(lambda images, seeds: dimmed(images, seeds) if tf.reduce_mean(images) > 0.1 else images)


def random_by_itself(_params, _task):
    import tensorflow as tf

    return Pointwise(lambda images, _seeds: images * tf.random.uniform((), 0.5, 1.0))


def counting_calls(_params, _task):
    calls = []

    def apply(images, seeds):
        calls.append(1)
        return dimmed(images, seeds) / len(calls)

    return Pointwise(apply)


def too_bright(_params, _task):
    return Pointwise(lambda images, seeds: 1.5 * dimmed(images, seeds))


def losing_labels(_params, _task):
    return Mixing(lambda images, labels, seeds: (dimmed(images, seeds), 0.9 * labels))


def never_random(_params, _task):
    return Pointwise(lambda images, _seeds: 0.5 * images)


def by_the_mean_of_the_batch(_params, _task):
    import tensorflow as tf

    return Pointwise(lambda images, seeds: dimmed(images, seeds) * (0.5 + 0.5 * tf.reduce_mean(images)))


def divided_by_the_others(_params, _task):
    import tensorflow as tf

    def apply(images, labels, seeds):
        others = tf.cast(tf.shape(images)[0] - 1, tf.float32)
        return dimmed(images, seeds) * (1.0 - tf.zeros_like(images) / others), labels

    return Mixing(apply)


def with_a_shared_buffer(_params, _task):
    import tensorflow as tf

    buffer = {}

    def slowly(seeds):
        buffer["seeds"] = seeds
        time.sleep(0.02)
        return buffer["seeds"]

    def apply(images, seeds):
        kept = tf.numpy_function(slowly, [seeds], tf.int32)
        return dimmed(images, tf.ensure_shape(kept, (None, 2)))

    return Pointwise(apply)


BROKEN = {
    "builds": a_bare_function,
    "works-compiled": with_an_if,
    "gives-the-same-for-the-same-seeds": random_by_itself,
    "does-the-same-uncompiled": counting_calls,
    "keeps-the-range": too_bright,
    "labels-still-sum-to-one": losing_labels,
    "draws-from-its-seeds": never_random,
    "does-not-see-the-rest-of-the-batch": by_the_mean_of_the_batch,
    "takes-a-batch-of-one": divided_by_the_others,
    "is-safe-in-threads": with_a_shared_buffer,
}


@hookimpl
def sightkit_augmentations():
    return [Augmentation(name=name, summary="Broken.", params=Nothing, build=build) for name, build in BROKEN.items()]
