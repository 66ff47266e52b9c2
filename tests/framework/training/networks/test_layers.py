"""Which layers of a model are frozen, and how near the images they are."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import pytest

from sightkit import ConfigError, Network
from sightkit.layers import leaves
from sightkit.training.networks.layers import Freezing, below, update_scales
from sightkit.training.networks.network import Classifier, assemble


def network(*, squeezed: bool = False) -> Classifier:
    """Build a network of two resolutions, with a model inside its backbone."""
    images = keras.Input((16, 16, 1))
    inner = [
        keras.layers.Conv2D(4, 3, strides=2, padding="same", name="conv1"),
        keras.layers.BatchNormalization(name="bn1"),
    ]
    maps = keras.Sequential([keras.Input((16, 16, 1)), *inner], name="stem")(images)
    maps = keras.layers.Conv2D(4, 3, strides=2, padding="same", name="conv2")(maps)
    if squeezed:
        gate = keras.layers.GlobalAveragePooling2D(keepdims=True, name="squeeze")(maps)
        gate = keras.layers.Conv2D(2, 1, activation="relu", name="reduce")(gate)
        gate = keras.layers.Conv2D(4, 1, activation="sigmoid", name="expand")(gate)
        maps = keras.layers.Multiply(name="excite")([maps, gate])
    maps = keras.layers.BatchNormalization(name="bn2")(maps)
    pooling = keras.Sequential([keras.Input(maps.shape[1:]), keras.layers.GlobalAveragePooling2D()])
    head = keras.Sequential([keras.Input((4,)), keras.layers.Dropout(0.5), keras.layers.Dense(3, name="logits")])
    built = Network(keras.Model(images, maps, name="backbone"), pooling, head)
    return assemble(built, image_shape=(16, 16, 1), num_classes=3)


def trainable(model: Any) -> set[str]:
    """Return the names of the layers that have something to train."""
    return {layer.name for layer in leaves(model) if layer.trainable_variables}


EVERY = {"conv1", "bn1", "conv2", "bn2", "logits"}


def test_layers_of_inner_models_are_in_their_place():
    names = [layer.name for layer in leaves(network().model)]
    assert [name for name in names if name in EVERY] == ["conv1", "bn1", "conv2", "bn2", "logits"]


@pytest.mark.parametrize(
    ("freeze", "left"),
    [
        ("none", EVERY),
        ("backbone", {"logits"}),
        ("below:conv2", {"conv2", "bn2", "logits"}),
        ("below:bn1", {"bn1", "conv2", "bn2", "logits"}),
    ],
)
def test_what_is_frozen_is_frozen_and_the_rest_is_trained(freeze, left):
    classifier = network()
    Freezing(classifier.model, classifier.network).apply(freeze)
    assert trainable(classifier.model) == left


def test_the_next_stage_trains_again_what_the_one_before_froze_but_nothing_that_the_architecture_froze():
    classifier = network()
    next(layer for layer in leaves(classifier.model) if layer.name == "bn1").trainable = False
    freezing = Freezing(classifier.model, classifier.network)
    freezing.apply("backbone")
    assert trainable(classifier.model) == {"logits"}
    freezing.apply("none")
    assert trainable(classifier.model) == EVERY - {"bn1"}


class Block(keras.layers.Layer):
    """A layer of somebody's own, made of others."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        self.convolution = keras.layers.Conv2D(4, 3, name="inner")
        self.normal = keras.layers.BatchNormalization(name="inner_bn")
        self.fixed = keras.layers.Dense(4, name="fixed", trainable=False)

    def call(self, maps: Any, training: bool = False) -> Any:
        return self.fixed(self.normal(self.convolution(maps), training=training))


def test_what_a_layer_is_made_of_is_frozen_and_trained_again_part_by_part():
    block = Block(name="block")
    model = keras.Sequential([keras.Input((8, 8, 1)), block, keras.layers.Flatten(), keras.layers.Dense(3)])
    freezing = Freezing(model, None)
    freezing.apply("norms")
    assert (block.convolution.trainable, block.normal.trainable, block.fixed.trainable) == (True, False, False)
    freezing.apply("none")
    assert (block.convolution.trainable, block.normal.trainable, block.fixed.trainable) == (True, True, False)
    freezing.apply(f"below:{model.layers[-1].name}")
    assert not block.trainable_variables


@pytest.mark.parametrize(("name", "hint"), [("conv3", 'did you mean "conv2"'), ("zzz", "its layers are ")])
def test_a_layer_that_is_not_there_is_refused_with_those_that_are(name, hint):
    classifier = network()
    with pytest.raises(ConfigError, match=f'freeze = "below:{name}": the backbone has no layer of this name; {hint}'):
        below(classifier.network.backbone, name)


def test_one_model_without_parts_has_no_backbone_to_freeze_but_layers():
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(3, name="low"), keras.layers.Dense(3, name="high")])
    freezing = Freezing(model, None)
    with pytest.raises(ConfigError, match=r'write "below:LAYER"'):
        freezing.apply("backbone")
    freezing.apply("below:high")
    assert trainable(model) == {"high"}


def test_frozen_batch_norm_keeps_its_statistics_and_uses_them():
    classifier = network()
    images = np.random.default_rng(0).uniform(0, 1, (8, 16, 16, 1)).astype(np.float32)
    normal = next(layer for layer in leaves(classifier.model) if layer.name == "bn1")
    normal.moving_mean.assign([3.0, -2.0, 1.0, 0.5])
    Freezing(classifier.model, classifier.network).apply("below:conv2")
    stem = classifier.network.backbone.get_layer("stem")
    before = [variable.numpy() for variable in normal.variables]
    as_in_training, as_in_use = stem(images, training=True).numpy(), stem(images, training=False).numpy()
    np.testing.assert_array_equal(as_in_training, as_in_use)
    for variable, value in zip(normal.variables, before, strict=True):
        np.testing.assert_array_equal(variable.numpy(), value)


def scales(model: Any, decay: float) -> dict[str, float]:
    """Return what the update of the first variable of each layer is multiplied by."""
    by_variable = {id(v): s for v, s in zip(model.trainable_variables, update_scales(model, decay=decay), strict=True)}
    return {
        layer.name: by_variable[id(layer.trainable_variables[0])]
        for layer in leaves(model)
        if layer.trainable_variables
    }


def test_layers_near_the_images_learn_more_slowly_a_level_a_resolution():
    assert scales(network().model, 0.5) == {"conv1": 0.25, "bn1": 0.25, "conv2": 0.5, "bn2": 0.5, "logits": 1.0}


def test_what_squeezes_and_excites_belongs_to_the_level_of_its_block():
    found = scales(network(squeezed=True).model, 0.5)
    assert found["reduce"] == found["expand"] == found["conv2"] == 0.5
    assert found["logits"] == 1.0


def test_every_trainable_variable_has_a_scale_and_frozen_ones_none():
    classifier = network()
    Freezing(classifier.model, classifier.network).apply("below:conv2")
    assert len(update_scales(classifier.model, decay=0.5)) == len(classifier.model.trainable_variables) == 6
