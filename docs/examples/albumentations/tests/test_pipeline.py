"""What the transforms of Albumentations promise here."""

import json
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
import tensorflow as tf
from sightkit_albumentations.pipeline import AlbumentationsParams, build_albumentations

from sightkit import AugmentationTask, BuildError

IMAGES = tf.constant(np.random.default_rng(0).random((6, 16, 16, 3)), tf.float32)
SEEDS = tf.constant([[1, 2], [-3, 4], [5, -6], [7, 8], [1, 2], [2, 1]])
NOISE = {"transform": "GaussNoise", "p": 1.0, "std_range": [0.1, 0.2]}


def built(*transforms, shape=(16, 16, 3)):
    params = AlbumentationsParams.model_validate_json(json.dumps({"transforms": transforms}))
    return build_albumentations(params, AugmentationTask(image_shape=shape, num_classes=2)).apply


def test_an_image_s_seed_alone_decides_what_becomes_of_it():
    apply = built(NOISE, {"transform": "RandomBrightnessContrast", "p": 0.5})
    together = apply(IMAGES, SEEDS).numpy()
    one_by_one = [apply(IMAGES[row : row + 1], SEEDS[row : row + 1]).numpy()[0] for row in reversed(range(6))]
    np.testing.assert_array_equal(together, one_by_one[::-1])
    assert len({row.tobytes() for row in together - IMAGES.numpy()}) == 6
    alike = apply(tf.tile(IMAGES[:1], (6, 1, 1, 1)), SEEDS).numpy()
    assert [bool((alike[0] == row).all()) for row in alike] == [True, False, False, False, True, False]


def test_threads_at_the_same_time_change_nothing():
    apply = tf.function(built(NOISE), autograph=False)
    expected = apply(IMAGES, SEEDS).numpy()
    with ThreadPoolExecutor(8) as pool:
        for made in pool.map(lambda _: apply(IMAGES, SEEDS).numpy(), range(40)):
            np.testing.assert_array_equal(made, expected)


@pytest.mark.parametrize(
    ("transform", "said"),
    [
        ({"transform": "Gaussnoise"}, "transforms.0.transform: no such transform: 'Gaussnoise'; did you mean \"GaussN"),
        ({"transform": "CLAHE", "clip": 2}, "transforms.0: CLAHE knows no argument 'clip'"),
        ({"transform": "GaussNoise", "std_range": [1, 2]}, "transforms.0: GaussNoise refuses its arguments: "),
        ({"transform": "RandomCrop", "height": 8, "width": 8}, "expected images to stay (16, 16, 3), found (8, 8, 3)"),
        ({"transform": "RandomCrop", "height": 8, "width": 8, "p": 0.001}, "RandomCrop: expected images to stay"),
    ],
)
def test_a_wrong_transform_is_refused_with_what_to_do(transform, said):
    with pytest.raises(BuildError) as told:
        built({"p": 1.0, **transform})
    assert said in str(told.value)


def test_a_transform_that_wants_colours_is_refused_for_grey_images():
    with pytest.raises(BuildError, match=r"ISONoise fails on images of shape \(16, 16, 1\)"):
        built({"transform": "ISONoise"}, shape=(16, 16, 1))
