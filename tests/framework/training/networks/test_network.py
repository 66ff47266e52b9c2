"""From what architectures build to one checked model."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import pytest

from sightkit.contracts import Network
from sightkit.errors import PluginError
from sightkit.training.networks.network import assemble

SHAPE, CLASSES = (4, 4, 1), 3


def whole(*layers: Any) -> Any:
    return keras.Sequential([keras.Input(SHAPE), *layers])


def parts(head: Any) -> Network:
    backbone = keras.Sequential([keras.Input(SHAPE), keras.layers.Conv2D(5, 3)], name="backbone")
    pooling = keras.Sequential([keras.Input((2, 2, 5)), keras.layers.GlobalAveragePooling2D()], name="pooling")
    return Network(backbone, pooling, head)


def refusal(built: Any) -> str:
    with pytest.raises(PluginError) as caught:
        assemble(built, image_shape=SHAPE, num_classes=CLASSES)
    return str(caught.value)


def test_a_network_becomes_one_model_of_its_parts():
    head = keras.Sequential([keras.Input((5,)), keras.layers.Dense(CLASSES)], name="head")
    network = parts(head)
    model = assemble(network, image_shape=SHAPE, num_classes=CLASSES).model
    images = np.random.default_rng(0).random((2, *SHAPE), np.float32)
    expected = head(network.pooling(network.backbone(images)))
    np.testing.assert_array_equal(model(images), expected)
    assert len(model.trainable_variables) == 4
    assert model.output_shape == (None, CLASSES)


def test_a_frozen_backbone_runs_as_in_prediction_whatever_is_trained():
    dropping = whole(keras.layers.Dropout(0.5), keras.layers.BatchNormalization(), keras.layers.Conv2D(5, 1))
    pooling = keras.Sequential([keras.Input(dropping.output_shape[1:]), keras.layers.GlobalAveragePooling2D()])
    head = keras.Sequential([keras.Input((5,)), keras.layers.Dense(CLASSES)])
    classifier = assemble(Network(dropping, pooling, head), image_shape=SHAPE, num_classes=CLASSES)
    images = np.random.default_rng(0).random((8, *SHAPE), np.float32)
    frozen = classifier.with_frozen_backbone()
    before = [variable.numpy() for variable in classifier.model.non_trainable_variables]
    np.testing.assert_array_equal(frozen(images, training=True), classifier.model(images, training=False))
    for variable, value in zip(classifier.model.non_trainable_variables, before, strict=True):
        np.testing.assert_array_equal(variable, value)
    assert frozen.trainable_variables == classifier.model.trainable_variables


def test_a_plain_model_is_returned_itself():
    model = whole(keras.layers.Flatten(), keras.layers.Dense(CLASSES))
    assert assemble(model, image_shape=SHAPE, num_classes=CLASSES).model is model


def test_a_subclassed_model_gets_its_variables():
    class Subclassed(keras.Model):
        def __init__(self) -> None:
            super().__init__()
            self.flatten, self.dense = keras.layers.Flatten(), keras.layers.Dense(CLASSES)

        def call(self, images: Any) -> Any:
            return self.dense(self.flatten(images))

    model = assemble(Subclassed(), image_shape=SHAPE, num_classes=CLASSES).model
    assert model.count_params() == 16 * CLASSES + CLASSES


def test_something_that_is_no_model_is_refused():
    assert "returned 3; expected a sightkit Network or a keras.Model" in refusal(3)


def test_a_wrong_number_of_logits_is_refused():
    message = refusal(whole(keras.layers.Flatten(), keras.layers.Dense(7)))
    assert "is float32 of shape (batch, 7); expected float32 logits of shape (batch, 3)" in message


def test_feature_maps_in_place_of_logits_are_refused():
    assert "(batch, 4, 4, 3)" in refusal(whole(keras.layers.Conv2D(CLASSES, 1)))


def test_half_precision_logits_are_refused_with_the_remedy():
    message = refusal(whole(keras.layers.Flatten(), keras.layers.Dense(CLASSES, dtype="float16")))
    assert 'give the last layer dtype="float32"' in message


@pytest.mark.parametrize(
    "last",
    [
        lambda: keras.layers.Dense(CLASSES, activation="softmax"),
        lambda: keras.layers.Dense(CLASSES, activation="sigmoid"),
        lambda: whole_head(keras.layers.Softmax()),
        lambda: whole_head(keras.layers.Activation("softmax")),
    ],
)
def test_probabilities_in_place_of_logits_are_refused(last):
    assert "makes probabilities; expected float32 logits" in refusal(whole(keras.layers.Flatten(), last()))


def whole_head(activation: Any) -> Any:
    return keras.Sequential([keras.layers.Dense(CLASSES), activation])


def test_probabilities_from_a_head_are_refused():
    head = keras.Sequential([keras.Input((5,)), keras.layers.Dense(CLASSES, activation="softmax")], name="head")
    assert "ends in softmax" in refusal(parts(head))


def test_parts_that_do_not_fit_together_are_named():
    head = keras.Sequential([keras.Input((6,)), keras.layers.Dense(CLASSES)], name="head")
    assert "the model 'head' of the architecture does not accept float32 of shape (batch, 5)" in refusal(parts(head))


def test_a_model_for_another_image_shape_is_refused():
    model = keras.Sequential([keras.Input((8, 8, 3)), keras.layers.Flatten(), keras.layers.Dense(CLASSES)])
    told = refusal(model)
    assert "does not accept float32 of shape (batch, 4, 4, 1): Input 0 with name " in told
    assert told.endswith("found shape=(None, 4, 4); build it for the image_shape of its task")
