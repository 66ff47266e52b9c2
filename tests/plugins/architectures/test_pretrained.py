"""The networks of keras.applications: their input scaling, their sizes, their parts."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from networks import build
from sightkit import BuildError
from sightkit.training.networks.network import assemble

FAMILIES = [
    ("mobilenet", {"version": 1, "alpha": 0.25}, "MobileNet", "mobilenet", {"alpha": 0.25}, 32),
    ("mobilenet", {"alpha": 0.35}, "MobileNetV2", "mobilenet_v2", {"alpha": 0.35}, 32),
    ("mobilenet", {"version": 3, "size": "small"}, "MobileNetV3Small", "mobilenet_v3", {}, 32),
    ("resnet", {}, "ResNet50", "resnet", {}, 32),
    ("resnet", {"version": 2}, "ResNet50V2", "resnet_v2", {}, 32),
    ("efficientnet", {"variant": "v2-b0"}, "EfficientNetV2B0", "efficientnet_v2", {}, 32),
    ("convnext", {}, "ConvNeXtTiny", "convnext", {}, 32),
    ("densenet", {}, "DenseNet121", "densenet", {}, 32),
    ("vgg", {}, "VGG16", "vgg16", {}, 32),
    ("xception", {}, "Xception", "xception", {}, 71),
    ("inception", {}, "InceptionV3", "inception_v3", {}, 75),
]
NAMES = [f"{name}-{'-'.join(map(str, params.values()))}" for name, params, *_ in FAMILIES]
SMALLEST = [("mobilenet", 32), ("resnet", 32), ("efficientnet", 32), ("convnext", 32), ("densenet", 32), ("vgg", 32)]
SMALLEST += [("xception", 71), ("inception", 75)]


@cache
def effnet():
    return build("efficientnet", weights="none")


@pytest.mark.parametrize(("name", "params", "member", "module", "arguments", "size"), FAMILIES, ids=NAMES)
def test_a_backbone_makes_of_images_what_keras_applications_makes_of_preprocessed_ones(
    name, params, member, module, arguments, size
):
    from keras import applications

    backbone = build(name, (size, size, 3), weights="none", **params).backbone
    reference = getattr(applications, member)(include_top=False, weights=None, input_shape=(size, size, 3), **arguments)
    reference.set_weights(backbone.get_weights())
    images = np.random.default_rng(0).random((2, size, size, 3), np.float32)
    expected = reference(getattr(applications, module).preprocess_input(255 * images))
    scale = np.abs(expected).max()
    np.testing.assert_allclose(backbone(images, training=False) / scale, expected / scale, atol=2e-5)


def test_efficientnet_b0_sees_what_keras_feeds_the_published_weights():
    import keras

    backbone = effnet().backbone
    images = np.random.default_rng(0).random((2, 32, 32, 3), np.float32)
    normalised = keras.Model(backbone.inputs[0], backbone.get_layer("normalization").output)(images)
    # Keras' own graph for weights="imagenet": the published statistics, and the root of the deviation once more.
    mean, published = np.array([0.485, 0.456, 0.406]), np.array([0.229, 0.224, 0.225])
    expected = (images - mean) / np.sqrt(published) * (1 / np.sqrt(published))
    np.testing.assert_allclose(normalised, expected, atol=1e-5)


def test_efficientnet_v2_s_sees_images_divided_by_128_as_it_was_trained():
    backbone = build("efficientnet", (32, 32, 3), weights="none", variant="v2-s").backbone
    scaled = backbone.get_layer("scale_input")(np.array([0, 128, 255], np.float32).reshape(1, 1, 1, 3) / 255)
    np.testing.assert_allclose(np.ravel(scaled), [-1, 0, 127 / 128], atol=1e-6)


def test_grey_images_are_repeated_inside_the_network():
    parts = build("mobilenet", (32, 32, 1), alpha=0.35, weights="none")
    colour = build("mobilenet", (32, 32, 3), alpha=0.35, weights="none")
    images = np.random.default_rng(0).random((2, 32, 32, 1), np.float32)
    np.testing.assert_array_equal(parts.backbone(images), colour.backbone(np.repeat(images, 3, axis=3)))


@pytest.mark.parametrize(("name", "smallest"), SMALLEST)
def test_images_below_the_smallest_size_are_refused_with_what_to_set(name, smallest):
    with pytest.raises(
        BuildError,
        match=rf"{name} needs images of at least {smallest}x{smallest} pixels, found 31x400; "
        rf"set \[images\] size to \[{smallest}, 400\] or more",
    ):
        build(name, (31, 400, 3), weights="none")


def test_images_of_other_channels_are_refused():
    with pytest.raises(BuildError, match=r"1 or 3 channels, found 4; set \[images\] channels"):
        build("vgg", (32, 32, 4), weights="none")


def test_the_parts_make_float32_logits_and_keep_the_names_of_layers():
    network = effnet()
    assert {"stem_conv", "block1a_dwconv", "top_conv"} <= {layer.name for layer in network.backbone.layers}
    assert [layer.name for layer in network.head.layers] == ["dropout", "logits"]
    model = assemble(network, image_shape=(32, 32, 3), num_classes=4).model
    logits = model(np.zeros((2, 32, 32, 3), np.float32))
    assert logits.shape == (2, 4)
    assert logits.dtype == "float32"


def test_running_statistics_follow_the_weights_of_a_short_training():
    import keras

    backbone = build("mobilenet", (32, 32, 3), alpha=0.35, weights="none", norm_momentum=0.5).backbone
    images = np.random.default_rng(0).random((4, 32, 32, 3), np.float32)
    for _ in range(10):
        backbone(images, training=True)
    first = keras.Model(backbone.input, backbone.get_layer("Conv1").output)(images)
    statistics = backbone.get_layer("bn_Conv1").moving_mean
    np.testing.assert_allclose(statistics, np.mean(first, axis=(0, 1, 2)), atol=0.01)


def test_equal_seeds_give_equal_weights_and_others_others():
    first, again, other = (build("mobilenet", alpha=0.35, weights="none", seed=seed) for seed in (3, 3, 4))
    kernels = [parts.backbone.get_layer("Conv1").kernel.numpy() for parts in (first, again, other)]
    np.testing.assert_array_equal(kernels[0], kernels[1])
    assert (kernels[0] != kernels[2]).any()


def test_a_width_without_imagenet_weights_is_refused_with_those_that_have_them():
    with pytest.raises(
        BuildError, match=r"version 2: expected alpha to be 0.35, 0.5, .* found 0.4; .*weights = \"none\""
    ):
        build("mobilenet", alpha=0.4)
