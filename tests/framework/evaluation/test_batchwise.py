"""A function applied to any number of rows with one size of batch."""

from __future__ import annotations

import threading

import numpy as np
import tensorflow as tf

from sightkit.evaluation.batchwise import Batchwise

VALUES = np.arange(20, dtype=np.float32).reshape(10, 2)


def test_rows_and_what_is_beside_them_come_in_their_order_and_nothing_of_the_padding():
    sizes = []

    def function(values, factors):
        sizes.append(values.shape[0])
        return values * factors[:, None]

    rows, factors = np.array([7, 1, 9, 0, 3]), np.array([1, 2, 3, 4, 5], np.float32)
    batches = list(Batchwise(function, batch_size=2)(VALUES, rows, factors))
    assert [len(batch) for batch in batches] == [2, 2, 1]
    np.testing.assert_array_equal(np.concatenate(batches), VALUES[rows] * factors[:, None])
    assert sizes == [2], "traced once, for full batches"


def test_no_rows_give_a_result_of_the_right_shape():
    (batch,) = Batchwise(lambda values: tf.concat([values, values], axis=1))(VALUES, np.arange(0))
    assert batch.shape == (0, 4)


def test_no_thread_is_left_when_nobody_asks_for_more():
    batches = Batchwise(tf.identity, batch_size=2)(VALUES, np.arange(10))
    next(batches)
    batches.close()
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("ahead")]


def test_large_images_come_in_smaller_batches_than_small_ones():
    sizes = []

    def function(values):
        sizes.append(values.shape[0])
        return tf.reduce_sum(values, axis=(1, 2))

    batchwise = Batchwise(function)
    for side in (1, 28, 96, 224, 2000):
        list(batchwise(np.zeros((2, side, side * 3), np.uint8), np.arange(2)))
    assert sizes == [256, 256, 64, 32, 32]
