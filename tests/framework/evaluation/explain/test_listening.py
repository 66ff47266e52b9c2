"""Listening to the layers of a model."""

from __future__ import annotations

import threading

import keras
import numpy as np
import tensorflow as tf

from patches import SIDE
from sightkit.evaluation.explain.listening import listen


def test_what_another_thread_predicts_meanwhile_is_neither_heard_nor_disturbed(trained):
    model = trained("nested")
    images = np.zeros((2, SIDE, SIDE, 1), np.float32)
    expected = model(images).numpy()
    predicted, heard = [], {}

    def predict() -> None:
        predicted.append(model(images).numpy())

    def also(_: tf.Tensor) -> None:
        thread = threading.Thread(target=predict)
        thread.start()
        thread.join()

    def run(given: tf.Tensor) -> tf.Tensor:
        heard.update(listen(model, given, also=also).maps)
        return given

    tf.function(run, autograph=False).get_concrete_function(tf.TensorSpec((1, SIDE, SIDE, 1)))
    assert [maps.shape[0] for maps in heard.values()] == [1, 1, 1]
    assert len(predicted) == 3
    for each in predicted:
        np.testing.assert_array_equal(each, expected)


def test_a_layer_that_is_used_twice_is_heard_the_second_time():
    shared = keras.layers.ReLU(name="shared")
    images = keras.Input((8, 8, 1))
    first = shared(keras.layers.Conv2D(2, 3, padding="same", name="first")(images))
    second = shared(keras.layers.Conv2D(5, 3, strides=2, padding="same", name="second")(first))
    model = keras.Model(images, keras.layers.Dense(2)(keras.layers.GlobalAveragePooling2D()(second)))
    heard = {}

    def run(given: tf.Tensor) -> tf.Tensor:
        result = listen(model, given)
        heard.update(result.maps, results=result.results)
        return result.logits

    tf.function(run, autograph=False).get_concrete_function(tf.TensorSpec((1, 8, 8, 1)))
    assert list(heard) == ["first", "second", "shared", "results"]
    assert heard["shared"].shape == (1, 4, 4, 5)
    assert heard["results"] == ["first", "shared"]
