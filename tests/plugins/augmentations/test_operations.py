"""The operations of policies, beside those of Pillow that they are named after."""

from __future__ import annotations

import numpy as np
import pytest
import tensorflow as tf
from PIL import Image, ImageEnhance, ImageOps

from sightkit_plugins.augmentations._choices import operate
from sightkit_plugins.augmentations._operations import MOVES, POINTWISE

ROUNDING = 1.01 / 255  # Pillow rounds to whole levels, or cuts them off
TOLERANCE = {"autocontrast": ROUNDING, "brightness": ROUNDING, "equalize": 1e-6, "posterize": 1e-6, "solarize": 1e-6}
GREY = np.round(np.random.default_rng(0).normal(0.4, 0.15, (6, 17, 23, 1)).clip(0.05, 0.9) * 255).astype(np.uint8)
RGB = np.round(np.random.default_rng(1).normal(0.4, 0.15, (6, 17, 23, 3)).clip(0.05, 0.9) * 255).astype(np.uint8)


def enhanced(kind):
    return lambda image, value: kind(image).enhance(1.0 + value)


PILLOW = {
    "autocontrast": (lambda image, _value: ImageOps.autocontrast(image), [0.0]),
    "equalize": (lambda image, _value: ImageOps.equalize(image), [0.0]),
    "posterize": (lambda image, value: ImageOps.posterize(image, 8 - round(value)), [0.0, 0.9, 3.2, 6.0]),
    "solarize": (
        lambda image, value: ImageOps.solarize(image, int(np.ceil(255 * (1.0 - value)))),
        [0.0, 0.39, 0.61, 1.0],
    ),
    "brightness": (enhanced(ImageEnhance.Brightness), [-0.99, -0.3, 0.0, 0.5, 0.99]),
    "contrast": (enhanced(ImageEnhance.Contrast), [-0.99, -0.3, 0.0, 0.5, 0.99]),
    "saturation": (enhanced(ImageEnhance.Color), [-0.99, -0.3, 0.0, 0.5, 0.99]),
    "sharpness": (enhanced(ImageEnhance.Sharpness), [-0.99, -0.3, 0.0, 0.5, 0.99]),
}


def done_by_pillow(name: str, images: np.ndarray, value: float) -> np.ndarray:
    made = [PILLOW[name][0](Image.fromarray(image.squeeze()), value) for image in images]
    return np.stack([np.asarray(image) for image in made]).reshape(images.shape) / 255


def operated(images: np.ndarray, names: list[str], values: list[float]) -> np.ndarray:
    """The first image through the first name, and so on."""
    every = (*sorted({*POINTWISE, *MOVES}), "identity")
    choices = tf.constant([every.index(name) for name in names])
    inputs = tf.constant(images / 255, tf.float32)
    return operate(inputs, choices, tf.constant(values, tf.float32), names=every, fill="constant").numpy()


def test_every_operation_on_pixels_is_compared():
    assert PILLOW.keys() == POINTWISE.keys()


@pytest.mark.parametrize("name", PILLOW)
@pytest.mark.parametrize("images", [GREY, RGB], ids=["grey", "rgb"])
def test_it_does_what_pillow_does(name, images):
    for value in PILLOW[name][1]:
        found = operated(images, [name] * 6, [value] * 6)
        tolerance = TOLERANCE.get(name, 2 * ROUNDING)
        np.testing.assert_allclose(found, done_by_pillow(name, images, value), atol=tolerance, err_msg=f"{value}")


@pytest.mark.parametrize("level", [0, 90, 255])
@pytest.mark.parametrize("name", ["autocontrast", "equalize"])
def test_an_image_that_is_all_alike_stays(name, level):
    images = np.full((6, 17, 23, 3), level, np.uint8)
    np.testing.assert_allclose(operated(images, [name] * 6, [0.0] * 6), images / 255, atol=1e-6)


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("rotate", 90.0, lambda image: np.rot90(image, 1)),
        ("rotate", -90.0, lambda image: np.rot90(image, -1)),
        ("translate-x", 3.0, lambda image: np.pad(image, [(0, 0), (0, 3), (0, 0)])[:, 3:]),
        ("translate-y", -2.0, lambda image: np.pad(image, [(2, 0), (0, 0), (0, 0)])[:-2]),
        ("identity", 5.0, lambda image: image),
    ],
)
def test_an_operation_that_moves_pixels_moves_them_by_its_value(name, value, expected):
    images = RGB[:, :, :17]
    found = operated(images, [name] * 6, [value] * 6)
    np.testing.assert_allclose(found, np.stack([expected(image) for image in images]) / 255, atol=1e-4)


@pytest.mark.parametrize(("name", "axis"), [("shear-x", 0), ("shear-y", 1)])
def test_a_shear_leaves_the_line_through_the_centre_alone_and_moves_the_others_by_the_slope(name, axis):
    image = RGB[0, :, :17]
    found = operated(image[None], [name], [1.0])[0]
    found, image = (np.moveaxis(each, axis, 0) for each in (found, image / 255))
    np.testing.assert_allclose(found[8], image[8], atol=1e-4)
    np.testing.assert_allclose(found[10, :15], image[10, 2:], atol=1e-4)
    np.testing.assert_allclose(found[5, 3:], image[5, :-3], atol=1e-4)


def test_each_image_goes_through_its_own_operation_and_keeps_its_place():
    names = ["solarize", "rotate", "identity", "solarize", "equalize", "shear-x"]
    values = [0.9, 20.0, 0.0, 0.5, 0.0, 0.3]
    together = operated(RGB, names, values)
    for row, (name, value) in enumerate(zip(names, values, strict=True)):
        np.testing.assert_array_equal(together[row], operated(RGB[row : row + 1], [name], [value])[0])
