"""Feature maps, filters and the sheets that they are drawn on."""

from __future__ import annotations

import keras
import numpy as np
import pytest

from patches import SIDE, patches
from sightkit import ConfigError
from sightkit.evaluation.explain.colours import coloured, laid_over
from sightkit.evaluation.explain.feature_maps import FeatureMaps, MapLayer, liveliest, map_layers, spread
from sightkit.evaluation.explain.filters import filter_pixels, first_kernel
from sightkit.evaluation.explain.sheets import draw_filters, draw_heat, draw_maps


def test_layers_with_maps_stand_in_the_order_of_the_network(trained):
    layers = map_layers(trained("nested"), (SIDE, SIDE, 1))
    half = SIDE // 2
    assert layers == [
        MapLayer("conv1", (SIDE, SIDE, 8), result=False),
        MapLayer("half", (half, half, 8), result=True),
        MapLayer("conv2", (half, half, 8), result=True),
    ]


def test_maps_of_layers_of_different_sizes_are_those_that_the_layers_make(trained):
    model = trained("nested")
    images, _, _ = patches(1, channels=1)
    maps = FeatureMaps(model, ["conv2", "conv1"])(images[0])
    assert list(maps) == ["conv2", "conv1"]
    expected = images / np.float32(255)
    for layer in model.layers[1].layers:
        expected = layer(expected)
        if layer.name in maps:
            np.testing.assert_allclose(maps[layer.name], expected[0], atol=1e-5)


def test_an_unknown_layer_of_feature_maps_suggests_the_nearest_name(trained):
    with pytest.raises(ConfigError, match=r'did you mean "conv1"\?'):
        FeatureMaps(trained("nested"), ["conv_1"])(np.zeros((SIDE, SIDE, 1), np.uint8))


def test_a_few_layers_are_the_last_of_their_sizes():
    sizes = [64, 64, 32, 32, 16, 8, 8, 4, 2]
    layers = [MapLayer(f"{size}-{place}", (size, size, 3), result=True) for place, size in enumerate(sizes)]
    aside = MapLayer("raw", (2, 2, 3), result=False)
    assert spread([*layers, aside]) == ["64-1", "32-3", "16-4", "4-7", "2-8"]
    assert spread(layers[:3]) == ["64-0", "64-1", "32-2"]
    assert spread(layers[:1]) == ["64-0"]


def test_layers_of_one_size_are_spread_over_the_depth():
    layers = [MapLayer(str(place), (8, 8, 3), result=True) for place in range(9)]
    assert spread(layers) == ["0", "2", "4", "6", "8"]


def test_the_liveliest_channels_come_first():
    maps = np.zeros((2, 2, 4), np.float32)
    maps[0, 0] = [0, 3, 1, 2]
    assert liveliest(maps, 3).tolist() == [1, 3, 2]


def test_filters_of_grey_and_rgb_are_pictures_with_zero_in_the_middle(trained):
    for channels in (1, 3):
        name, kernel = first_kernel(trained("nested", channels))
        assert name == "conv1"
        assert filter_pixels(kernel).shape == (8, 3, 3, channels)
        assert draw_filters(name, kernel, title="t") is not None
    kernel = np.array([[0.0, 0.0], [0.5, 1.0], [-1.0, 0.0], [0.0, 0.0]], np.float32).reshape(2, 2, 1, 2)
    assert filter_pixels(kernel).reshape(2, 4).tolist() == [[128, 191, 0, 128], [128, 255, 128, 128]]
    assert filter_pixels(np.zeros((2, 2, 3, 1), np.float32)).min() == 128


def test_filters_that_see_other_channels_have_no_picture():
    assert draw_filters("conv", np.ones((3, 3, 16, 4), np.float32), title="t") is None
    assert first_kernel(keras.Sequential([keras.Input((4,)), keras.layers.Dense(2)])) is None


def test_heat_is_the_only_colour_over_an_image():
    pixels = np.full((2, 2, 3), (200, 100, 0), np.uint8)
    heat = np.array([[0.0, 1.0], [0.0, 0.0]], np.float32)
    over = laid_over(pixels, heat)
    assert (over[[0, 1, 1], [0, 0, 1]] == 60).all(), "grey, and dimmed"
    hottest = coloured(heat)[0, 1]
    assert hottest.std() > 20
    np.testing.assert_allclose(over[0, 1], 0.25 * 60 + 0.75 * hottest, atol=0.5)


def test_a_class_that_nothing_speaks_for_is_told_beside_its_heat_map():
    pixels = np.full((4, 4, 1), 128, np.uint8)

    def sheet(heat):
        drawn = draw_heat(pixels, np.full((1, 4, 4), heat, np.float32), [("cat", 0.9)], title="t", layer="conv")
        return np.asarray(drawn).tolist()

    assert sheet(1e-6) == sheet(2e-6), "too little to be seen"
    assert sheet(0) != sheet(1e-6)


@pytest.mark.parametrize("shape", [(5, 5, 1), (40, 20, 3), (500, 300, 3)])
def test_sheets_are_drawn_of_images_of_any_shape_and_of_names_of_any_kind(shape):
    pixels = np.random.default_rng(0).integers(0, 256, shape, dtype=np.uint8)
    heat = np.zeros((2, *shape[:2]), np.float32)
    heat[0, 0, 0] = 1
    predictions = [("<b>\x1b[31m\n" + "long" * 100, 0.9), ("日本", 0.1)]
    assert draw_heat(pixels, heat, predictions, title="\udcff.png", layer="conv").width > 600
    maps = {"first": np.zeros((*shape[:2], 2), np.float32), "last": np.ones((2, 1, 30), np.float32)}
    assert draw_maps(pixels, maps, title="x" * 500).width > 600
