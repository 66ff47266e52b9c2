"""Losses that break one rule each, and are named after the check that is to catch them."""

from __future__ import annotations

from sightkit import Loss, Params, hookimpl


class Nothing(Params):
    """No parameters."""


def cross_entropy(labels, logits):
    import tensorflow as tf

    return tf.nn.softmax_cross_entropy_with_logits(labels, logits)


def mean(labels, logits):
    import tensorflow as tf

    return tf.reduce_mean(cross_entropy(labels, logits))


def logarithm_of_the_softmax(labels, logits):
    import tensorflow as tf

    return -tf.reduce_sum(labels * tf.math.log(tf.nn.softmax(logits)), axis=-1)


def errors(labels, logits):
    import tensorflow as tf

    return 1.0 - tf.reduce_sum(labels * tf.one_hot(tf.argmax(logits, axis=-1), tf.shape(labels)[-1]), axis=-1)


def turned_around(labels, logits):
    return -cross_entropy(labels, logits)


def compared_with_the_others(labels, logits):
    import tensorflow as tf

    losses = cross_entropy(labels, logits)
    return losses - 0.5 * tf.reduce_mean(losses)


def of_the_largest_label(labels, logits):
    import tensorflow as tf

    return tf.nn.sparse_softmax_cross_entropy_with_logits(tf.argmax(labels, axis=-1), logits)


BROKEN = {
    "gives-one-loss-a-sample": mean,
    "is-finite": logarithm_of_the_softmax,
    "has-a-gradient": errors,
    "prefers-what-is-right": turned_around,
    "heeds-mixed-labels": of_the_largest_label,
    "does-not-see-the-rest-of-the-batch": compared_with_the_others,
}


def component(name, function):
    return Loss(name=name, summary="Broken.", params=Nothing, build=lambda params, task: function)


@hookimpl
def sightkit_losses():
    return [component(name, function) for name, function in BROKEN.items()]
