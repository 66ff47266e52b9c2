"""The basic CNN."""

from __future__ import annotations

import numpy as np
import pytest

from sightkit import ArchitectureTask, BuildError
from sightkit.training.devices.host import seeded_build
from sightkit.training.networks.network import assemble
from sightkit_plugins.architectures.basic_cnn import BasicCNNParams, build_basic_cnn


def task(shape=(28, 20, 3), mean=(0.5, 0.4, 0.3), std=(0.2, 0.1, 0.3)) -> ArchitectureTask:
    return ArchitectureTask(image_shape=shape, num_classes=7, channel_mean=mean, channel_std=std)


def network(shape=(28, 20, 3), **params):
    with seeded_build(0):
        return build_basic_cnn(BasicCNNParams(**params), task(shape))


@pytest.mark.parametrize(
    "params",
    [{}, {"pooling": "flatten"}, {"convolutions": 2, "kernel_size": 5}, {"filters": (4,), "dropout": 0.0}],
)
def test_every_variant_gives_finite_float32_logits(params):
    model = assemble(network(**params), image_shape=(28, 20, 3), num_classes=7).model
    logits = model(np.random.default_rng(0).random((2, 28, 20, 3), np.float32))
    assert logits.shape == (2, 7)
    assert np.isfinite(logits).all()


def test_each_stage_halves_height_and_width():
    parts = network(filters=(4, 8))
    assert parts.backbone.output_shape == (None, 7, 5, 8)
    assert parts.pooling.output_shape == (None, 8)
    assert network(filters=(4, 8), pooling="flatten").pooling.output_shape == (None, 7 * 5 * 8)


def test_images_are_standardised_inside_the_model():
    layer = network().backbone.get_layer("standardise")
    images = np.array([[[[0.5, 0.4, 0.3], [0.7, 0.5, 0.6]]]], np.float32)
    np.testing.assert_allclose(np.asarray(layer(images))[0, 0], [[0, 0, 0], [1, 1, 1]], atol=1e-6)


def test_a_channel_without_contrast_does_not_divide_by_zero():
    parts = build_basic_cnn(BasicCNNParams(filters=(4,)), task((8, 8, 1), mean=(0.25,), std=(0.0,)))
    maps = parts.backbone(np.full((1, 8, 8, 1), 0.25, np.float32))
    assert np.isfinite(maps).all()


def test_the_smallest_image_is_one_pixel_after_the_last_stage():
    assert network((8, 8, 3)).backbone.output_shape == (None, 1, 1, 128)


@pytest.mark.parametrize(("shape", "remedy"), [((7, 28, 3), "at most 2 stages"), ((28, 1, 3), "take larger images")])
def test_images_that_are_too_small_are_refused_with_what_would_fit(shape, remedy):
    with pytest.raises(BuildError, match=r"needs images of at least 8x8 pixels; found .*" + remedy):
        network(shape)


def test_a_saved_model_loads_without_sightkit_and_predicts_the_same(tmp_path):
    import keras

    model = assemble(network(), image_shape=(28, 20, 3), num_classes=7).model
    model.save(tmp_path / "model.keras")
    images = np.random.default_rng(0).random((2, 28, 20, 3), np.float32)
    np.testing.assert_array_equal(keras.models.load_model(tmp_path / "model.keras")(images), model(images))
