"""Heat maps: they are where the object is."""

from __future__ import annotations

import keras
import numpy as np
import pytest
import tensorflow as tf

from patches import KINDS, PATCH, SIDE, patches
from sightkit import ConfigError
from sightkit.evaluation.explain.grad_cam import GradCam
from sightkit.evaluation.predict import Predictor


def middles(heat):
    """Return the centre of mass of each map, (row, column)."""
    places = np.indices(heat.shape[1:])
    return np.einsum("nhw,dhw->nd", heat, places) / heat.sum(axis=(1, 2))[:, np.newaxis]


@pytest.mark.parametrize(("kind", "channels"), [*((kind, 1) for kind in KINDS), ("nested", 3)])
def test_heat_is_where_the_patch_is_that_decides(trained, kind, channels):
    images, labels, centres = patches(100, channels=channels)
    model = trained(kind, channels)
    right = Predictor(model).probabilities(images).argmax(axis=1) == labels
    assert right.mean() > 0.9
    heat = GradCam(model)(images[right])
    assert heat.shape == (right.sum(), SIDE, SIDE)
    assert heat.dtype == np.float32
    assert heat.min() == 0
    np.testing.assert_array_equal(heat.max(axis=(1, 2)), 1.0)
    off = np.abs(middles(heat) - centres[right]).max(axis=1)
    assert np.quantile(off, 0.9) < PATCH / 2  # it lies on the patch


def test_averaged_maps_give_what_the_paper_computes(trained):
    backbone = trained("nested").layers[1]
    model = keras.Sequential(
        [backbone, keras.layers.GlobalAveragePooling2D(), keras.layers.Dense(3, kernel_initializer="ones")]
    )
    images, _, _ = patches(5, channels=1)
    with tf.GradientTape() as tape:
        maps = backbone(images / np.float32(255))
        tape.watch(maps)
        logit = model.layers[2](model.layers[1](maps))[:, 2]
    weights = tf.reduce_mean(tape.gradient(logit, maps), axis=(1, 2), keepdims=True)
    heat = tf.image.resize(tf.nn.relu(tf.reduce_sum(weights * maps, axis=3, keepdims=True)), (SIDE, SIDE))[..., 0]
    expected = heat / tf.reduce_max(heat, axis=(1, 2), keepdims=True)
    np.testing.assert_allclose(GradCam(model)(images, classes=2), expected, atol=1e-5)


def test_flattened_maps_have_heat_where_they_count():
    def weights(shape, dtype=None):
        head = np.zeros((8, 8, 1, 2), np.float32)
        head[:4, :4, 0, 0] = head[4:, 4:, 0, 1] = 1
        return head.reshape(shape)

    layers = [
        keras.layers.Conv2D(1, 1, kernel_initializer="ones"),
        keras.layers.Flatten(),
        keras.layers.Dense(2, kernel_initializer=weights),
    ]
    model = keras.Sequential([keras.Input((8, 8, 1)), *layers])
    heat = GradCam(model)(np.full((2, 8, 8, 1), 255, np.uint8), classes=np.array([0, 1]))
    expected = np.zeros((2, 8, 8))
    expected[0, :4, :4] = expected[1, 4:, 4:] = 1
    np.testing.assert_allclose(heat, expected, atol=1e-6)


def test_heat_speaks_for_the_predicted_class_unless_another_is_asked_for(trained):
    images, _, _ = patches(6, channels=1)
    model = trained("nested")
    predicted = Predictor(model).probabilities(images).argmax(axis=1)
    maps = GradCam(model)
    np.testing.assert_allclose(maps(images), maps(images, classes=predicted), atol=1e-6)
    np.testing.assert_array_equal(
        maps(images, classes=1)[predicted == 1], maps(images, classes=predicted)[predicted == 1]
    )
    assert np.abs(maps(images, classes=1 - predicted) - maps(images)).max(axis=(1, 2)).min() > 0.1


def test_a_class_that_nothing_speaks_for_has_no_heat(trained):
    backbone = trained("nested").layers[1]
    head = keras.layers.Dense(2, kernel_initializer=keras.initializers.Constant(-1.0))
    model = keras.Sequential([backbone, keras.layers.GlobalAveragePooling2D(), head])
    images, _, _ = patches(3, channels=1)
    np.testing.assert_array_equal(GradCam(model)(images), 0.0)


def test_an_image_has_the_same_heat_whatever_comes_with_it(trained):
    images, _, _ = patches(40, channels=1)
    maps = GradCam(trained("nested"), batch_size=16)
    together = maps(images)
    np.testing.assert_array_equal(maps(images[:3]), together[:3])
    rows = np.array([30, 2, 2, 17])
    np.testing.assert_array_equal(maps(images, rows), together[rows])
    assert maps(images[:0]).shape == (0, SIDE, SIDE)


def test_the_model_is_left_as_it_was(trained):
    model = trained("nested")
    images, _, _ = patches(3, channels=1)
    before = [sorted(vars(layer)) for layer in model.layers[1].layers]
    nodes = [len(layer._inbound_nodes) for layer in model.layers[1].layers]
    logits = Predictor(model).logits(images)
    GradCam(model)(images)
    assert [sorted(vars(layer)) for layer in model.layers[1].layers] == before
    assert [len(layer._inbound_nodes) for layer in model.layers[1].layers] == nodes
    np.testing.assert_array_equal(Predictor(model).logits(images), logits)


def test_coarse_last_maps_give_way_to_finer_ones():
    stages = [keras.layers.Conv2D(4, 3, strides=2, padding="same", name=f"halving{number}") for number in range(1, 5)]
    layers = [*stages, keras.layers.GlobalAveragePooling2D(), keras.layers.Dense(2)]
    model = keras.Sequential([keras.Input((32, 32, 1)), *layers])
    images = np.random.default_rng(0).integers(0, 256, (2, 32, 32, 1), dtype=np.uint8)
    # 16, 8, 4 and 2 positions on a side.
    np.testing.assert_array_equal(GradCam(model)(images), GradCam(model, layer="halving3")(images))


def test_an_unknown_layer_suggests_the_nearest_name(trained):
    images, _, _ = patches(1, channels=1)
    with pytest.raises(ConfigError, match=r'layer "conv_2": .*did you mean "conv2"\?'):
        GradCam(trained("nested"), layer="conv_2")(images)


def test_a_layer_without_maps_is_told_with_those_that_have_some(trained):
    images, _, _ = patches(1, channels=1)
    with pytest.raises(ConfigError, match="makes feature maps; layers that do: conv1, half, conv2"):
        GradCam(trained("nested"), layer="dense")(images)


def test_a_layer_that_the_logits_do_not_need_is_refused():
    images = keras.Input((8, 8, 1))
    aside = keras.layers.Conv2D(2, 3, name="aside")(images)
    used = keras.layers.Conv2D(2, 3, name="used")(images)
    logits = keras.layers.Dense(2)(keras.layers.GlobalAveragePooling2D()(used))

    class WithSide(keras.Model):
        def __init__(self):
            super().__init__()
            self.both = keras.Model(images, [logits, aside])

        def call(self, images):
            return self.both(images)[0]

    pixels = np.zeros((1, 8, 8, 1), np.uint8)
    with pytest.raises(ConfigError, match='layer "aside": the logits are not computed from'):
        GradCam(WithSide(), layer="aside")(pixels)


def test_a_model_without_convolutions_says_that_it_has_no_maps():
    layers = [keras.layers.Rescaling(2.0), keras.layers.Flatten(), keras.layers.Dense(3)]
    model = keras.Sequential([keras.Input((8, 8, 1)), *layers])
    with pytest.raises(ConfigError, match="the model has no feature maps"):
        GradCam(model)(np.zeros((1, 8, 8, 1), np.uint8))


def test_layers_of_one_name_are_told_apart_by_the_model_that_they_are_in():
    def part(name, channels):
        layers = [keras.layers.Conv2D(2, 3, padding="same", name="conv")]
        return keras.Sequential([keras.Input((8, 8, channels)), *layers], name=name)

    head = [keras.layers.GlobalAveragePooling2D(), keras.layers.Dense(2)]
    model = keras.Sequential([keras.Input((8, 8, 1)), part("lower", 1), part("upper", 2), *head])
    pixels = np.random.default_rng(0).integers(0, 256, (2, 8, 8, 1), dtype=np.uint8)
    np.testing.assert_array_equal(GradCam(model)(pixels), GradCam(model, layer="upper/conv")(pixels))
    with pytest.raises(ConfigError, match="layers that do: lower/conv, upper/conv"):
        GradCam(model, layer="zzz")(pixels)


def test_images_that_are_not_uint8_are_refused(trained):
    with pytest.raises(TypeError, match="expected uint8"):
        GradCam(trained("nested"))(np.zeros((1, SIDE, SIDE, 1), np.float32))


def test_half_precision_is_explained_in_single(trained):
    previous = keras.config.dtype_policy()
    keras.config.set_dtype_policy("mixed_float16")
    try:
        layers = [keras.layers.Conv2D(4, 3), keras.layers.GlobalAveragePooling2D()]
        model = keras.Sequential([keras.Input((8, 8, 1)), *layers, keras.layers.Dense(2, dtype="float32")])
    finally:
        keras.config.set_dtype_policy(previous)
    heat = GradCam(model)(np.random.default_rng(0).integers(0, 256, (2, 8, 8, 1), dtype=np.uint8))
    assert heat.dtype == np.float32
    assert np.isfinite(heat).all()
