"""Predictions of a model."""

from __future__ import annotations

import keras
import numpy as np
import pytest

from sightkit.evaluation.predict import Predictor, softmax

IMAGES = np.random.default_rng(0).integers(0, 256, (10, 6, 6, 1), dtype=np.uint8)


@pytest.fixture(scope="module")
def model():
    layers = [keras.layers.Conv2D(8, 3), keras.layers.BatchNormalization(), keras.layers.Flatten()]
    return keras.Sequential([keras.Input((6, 6, 1)), *layers, keras.layers.Dropout(0.9), keras.layers.Dense(3)])


def test_logits_are_those_of_the_model_in_inference(model):
    expected = model(IMAGES.astype(np.float32) / 255, training=False)
    logits = Predictor(model, batch_size=4).logits(IMAGES)
    np.testing.assert_allclose(logits, expected, atol=1e-5)
    assert logits.dtype == np.float32


def test_an_image_is_predicted_bit_for_bit_alike_whatever_comes_with_it():
    wide = [keras.layers.Dense(300, activation="relu"), keras.layers.Dense(200)]
    model = keras.Sequential([keras.Input((24, 24, 1)), keras.layers.Flatten(), *wide])
    images = np.random.default_rng(0).integers(0, 256, (70, 24, 24, 1), dtype=np.uint8)
    predictor = Predictor(model, batch_size=32)
    together = predictor.probabilities(images)
    for count in (1, 2, 31, 32, 33):
        np.testing.assert_array_equal(predictor.probabilities(images[:count]), together[:count])


def test_probabilities_sum_to_one_in_double_precision(model):
    probabilities = Predictor(model).probabilities(IMAGES)
    assert probabilities.shape == (10, 3)
    assert probabilities.dtype == np.float64
    np.testing.assert_allclose(probabilities.sum(axis=1), 1.0, atol=1e-12)


def test_rows_are_predicted_batch_by_batch_wherever_the_images_are(model):
    asked = []

    class OnDemand:
        """Images that are made when they are asked for."""

        shape, nbytes = IMAGES.shape, IMAGES.nbytes

        def __len__(self):
            return len(IMAGES)

        def __getitem__(self, rows):
            asked.append(len(rows))
            return IMAGES[rows]

    rows = np.array([7, 1, 1, 9, 0, 3, 2])
    predictor = Predictor(model, batch_size=3)
    expected = predictor.logits(IMAGES[rows])
    np.testing.assert_array_equal(predictor.logits(OnDemand(), rows), expected)
    assert asked == [3, 3, 1]
    np.testing.assert_array_equal(predictor.logits(OnDemand())[rows], expected)
    np.testing.assert_array_equal(predictor.logits(IMAGES, rows), expected)


def test_no_images_give_no_predictions(model):
    assert Predictor(model).probabilities(IMAGES[:0]).shape == (0, 3)


def test_weights_are_read_when_predicting(model):
    predictor = Predictor(model)
    before = predictor.logits(IMAGES)
    model.layers[-1].bias.assign_add([1.0, 2.0, 3.0])
    np.testing.assert_allclose(predictor.logits(IMAGES) - before, np.tile([1.0, 2.0, 3.0], (10, 1)), atol=1e-5)


def test_images_that_are_not_uint8_are_refused(model):
    with pytest.raises(TypeError, match="images are float32; expected uint8"):
        Predictor(model).logits(IMAGES.astype(np.float32))


def test_huge_logits_do_not_overflow():
    assert softmax(np.array([[1e4, 0.0], [-1e4, -1e4]], np.float32)).tolist() == [[1.0, 0.0], [0.5, 0.5]]
