"""The ResNet for small images."""

from __future__ import annotations

import numpy as np
import pytest

from networks import build
from sightkit import BuildError
from sightkit.training.networks.network import assemble


def trainable(parts):
    return sum(int(np.prod(variable.shape)) for part in parts for variable in part.trainable_weights)


# He et al. 2016, table 6, in millions.
@pytest.mark.parametrize(("depth", "millions"), [(20, 0.27), (32, 0.46), (44, 0.66), (56, 0.85)])
def test_the_number_of_weights_is_that_of_the_paper(depth, millions):
    network = build("cifar-resnet", classes=10, depth=depth)
    assert round(trainable([network.backbone, network.head]) / 1e6, 2) == millions


def test_projections_add_a_convolution_and_a_batch_norm_to_two_shortcuts():
    padded, projected = (build("cifar-resnet", shortcut=shortcut) for shortcut in ("pad", "project"))
    more = trainable([projected.backbone]) - trainable([padded.backbone])
    assert more == 16 * 32 + 32 * 64 + 2 * (32 + 64)


def test_a_padded_shortcut_is_every_second_pixel_between_zeros():
    import keras

    backbone = build("cifar-resnet", (8, 8, 3)).backbone
    add = backbone.get_layer("stage2_block1_add")
    graph = keras.Model(backbone.inputs[0], [backbone.get_layer("stage1_block3_relu").output, add.input[0]])
    before, shortcut = graph(np.random.default_rng(0).random((1, 8, 8, 3), np.float32))
    np.testing.assert_array_equal(shortcut[..., 8:24], before[:, ::2, ::2])
    assert not np.any(shortcut[..., :8])
    assert not np.any(shortcut[..., 24:])


def test_convolutions_start_as_he_et_al_say():
    kernel = build("cifar-resnet").backbone.get_layer("stage3_block2_1_conv").kernel.numpy()
    assert kernel.std() == pytest.approx(np.sqrt(2 / (9 * 64)), rel=0.05)


def test_images_are_standardised_and_reduced_to_a_quarter():
    backbone = build("cifar-resnet", (20, 32, 1)).backbone
    assert backbone.output_shape == (None, 5, 8, 64)
    images = np.array([0.25, 0.5, 0.75], np.float32).reshape(1, 1, 3, 1)
    np.testing.assert_allclose(np.ravel(backbone.get_layer("standardise")(images)), [-1, 0, 1])


def test_images_below_four_pixels_are_refused():
    with pytest.raises(BuildError, match=r"cifar-resnet needs images of at least 4x4 pixels, found 3x32"):
        build("cifar-resnet", (3, 32, 1))


def test_a_saved_model_loads_without_sightkit_and_predicts_the_same(tmp_path):
    import keras

    model = assemble(build("cifar-resnet"), image_shape=(32, 32, 3), num_classes=4).model
    model.save(tmp_path / "model.keras")
    images = np.random.default_rng(0).random((2, 32, 32, 3), np.float32)
    np.testing.assert_array_equal(keras.models.load_model(tmp_path / "model.keras")(images), model(images))
