"""What the head makes of kept features is bit for bit what the whole model makes of the images."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from sightkit.contracts import ArchitectureTask, Geometric, Pointwise
from sightkit.evaluation.batchwise import Batchwise, rows_a_call
from sightkit.evaluation.predict import Predictor
from sightkit.images.order import image_seeds
from sightkit.layers import leaves
from sightkit.runs.features.backbone import FrozenBackbone
from sightkit.training.batches.augment import compose
from sightkit.training.devices.host import seeded_build
from sightkit.training.networks.network import Classifier, assemble

MOBILE_NET = {"use": "mobilenet", "weights": "none", "alpha": 0.35}
BASIC_CNN = {"use": "basic-cnn", "filters": [8, 16]}


def build(architecture: dict[str, Any], side: int, channels: int) -> Classifier:
    """Build a network whose BatchNorm has the statistics of some images: with fresh ones they would all look alike."""
    import sightkit
    from sightkit import Architecture

    words = dict(architecture)
    component = sightkit.Registry().catalogue.find(Architecture, words.pop("use")).component
    shape = (side, side, channels)
    grey = (0.5,) * channels
    task = ArchitectureTask(image_shape=shape, num_classes=7, channel_mean=grey, channel_std=grey)
    with seeded_build(3):
        params = component.params.model_validate(words, strict=False)
        classifier = assemble(component.build(params, task), image_shape=shape, num_classes=7)
    for layer in leaves(classifier.model):
        if hasattr(layer, "momentum"):
            layer.momentum = 0.0
    classifier.model(images_of(side, channels, 32).astype(np.float32) / 255, training=True)
    return classifier


def images_of(side: int, channels: int, count: int = 300) -> np.ndarray:
    return np.random.default_rng(1).integers(0, 256, (count, side, side, channels), dtype=np.uint8)


def from_features(classifier: Classifier, images: Any, rows: Any) -> np.ndarray:
    """Return the logits that the head makes of the features."""
    network = classifier.network
    assert network is not None
    features = np.concatenate(list(FrozenBackbone(network, augment=None).features(images, rows, None)))
    head = Batchwise(lambda values: network.head(values, training=False), batch_size=rows_a_call(images.shape[1:]))
    return np.concatenate(list(head(features, np.arange(len(rows)))))


@pytest.mark.parametrize(
    ("architecture", "side", "channels"),
    [(MOBILE_NET, 64, 3), (MOBILE_NET, 64, 1), (BASIC_CNN, 28, 1), (BASIC_CNN | {"pooling": "flatten"}, 12, 3)],
    ids=["mobilenet", "mobilenet grey", "basic-cnn grey", "basic-cnn flat"],
)
def test_logits_from_features_are_those_of_the_whole_model(architecture: Any, side: int, channels: int) -> None:
    classifier, images = build(architecture, side, channels), images_of(side, channels)
    rows = np.random.default_rng(2).permutation(len(images))[:270]
    whole = Predictor(classifier.model).logits(images, rows)
    assert np.unique(whole.round(4), axis=0).shape[0] > 200, "the images are told apart"
    assert (from_features(classifier, images, rows) == whole).all()


def test_features_of_a_view_are_those_of_the_images_as_they_are_augmented() -> None:
    import tensorflow as tf

    from sightkit import uniform

    def turn(seeds: Any) -> Any:
        row = tf.constant([[1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0]])
        return row + uniform(seeds, -0.1, 0.1, shape=(1,)) * tf.constant([[0.0, 1.0, 0.0, -1.0, 0.0, 0.0, 0.0, 0.0]])

    def dim(images: Any, seeds: Any) -> Any:
        return images * uniform(seeds, 0.5, 1.0, shape=(1, 1, 1))

    classifier, images = build(BASIC_CNN, 28, 1), images_of(28, 1)
    network = classifier.network
    assert network is not None
    augment = compose([Geometric(turn), Pointwise(dim)], image_shape=(28, 28, 1))
    rows = np.arange(5, 295)
    seeds = image_seeds(rows, seed=0, stage=0, epoch=1)
    views = np.concatenate(list(FrozenBackbone(network, augment=augment).features(images, rows, seeds)))
    changed, _ = augment(tf.cast(images[rows], tf.float32) / 255, tf.zeros((len(rows), 7)), seeds)
    expected = network.pooling(network.backbone(changed, training=False), training=False)
    np.testing.assert_allclose(views, expected, atol=1e-5)
    plain = np.concatenate(list(FrozenBackbone(network, augment=augment).features(images, rows, None)))
    assert np.abs(views - plain).max() > 0.01


def test_the_digest_is_that_of_the_backbone_alone() -> None:
    classifier, same, wider = (build(BASIC_CNN | {"filters": filters}, 28, 1) for filters in ([8], [8], [9]))
    digests = [FrozenBackbone(each.network, augment=None).digest() for each in (classifier, same, wider)]  # type: ignore[arg-type]
    assert digests[0] == digests[1] != digests[2]
    backbone = FrozenBackbone(classifier.network, augment=None)  # type: ignore[arg-type]
    classifier.model.trainable = False
    classifier.network.head.weights[0].assign_add([[1.0] * 7] * 8)  # type: ignore[union-attr]
    assert backbone.digest() == digests[0]
    classifier.network.backbone.weights[0].assign(classifier.network.backbone.weights[0] * 1.001)  # type: ignore[union-attr]
    assert backbone.digest() != digests[0]
